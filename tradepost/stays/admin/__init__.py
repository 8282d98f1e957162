"""Stays in the admin, one file per noun."""

from tradepost.stays.admin import reviews

__all__ = ["reviews"]
