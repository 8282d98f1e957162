"""Stays declare no signals of their own; docs/signals.md lists what is listened to."""
