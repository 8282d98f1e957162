"""Stays in the admin, one file per noun."""

from tradepost.stays.admin import amenities, bookings, calendar, properties, reviews

__all__ = ["amenities", "bookings", "calendar", "properties", "reviews"]
