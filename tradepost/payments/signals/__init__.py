"""What payments announce: nothing. What they listen to is in `handlers.py`."""
