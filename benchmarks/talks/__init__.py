"""Messaging by itself: databases of few and of many messages, and what is measured on them."""
