"""The API door to messaging."""
