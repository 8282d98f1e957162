"""Conversations and their messages, and who has read what."""
