"""Messaging declares no signals of its own; docs/signals.md lists what is listened to."""
