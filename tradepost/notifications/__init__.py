"""Telling a user about something: the list in the product, later mail and push."""
