"""The feed announces nothing by signals; ``handlers.py`` listens to accounts."""
