"""The pages of stays."""
