"""The pages of hosts: what waits for them, their places, photos and calendars."""
