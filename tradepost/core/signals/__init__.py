"""Core declares no signals; docs/signals.md lists what it listens to."""
