"""Bringing in data from elsewhere. It reads and sorts; the writing is in ``core.actions``."""
