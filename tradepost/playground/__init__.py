"""A sandbox for developers. ``config.settings.dev`` installs it, no other settings do."""
