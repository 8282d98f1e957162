"""The tables of stays, one file per noun."""

from tradepost.stays.models.bookings import Booking, BookingChange, BookingEvent, PriceLine
from tradepost.stays.models.calendar import Block, Night, Season
from tradepost.stays.models.photos import Photo
from tradepost.stays.models.properties import Amenity, Property
from tradepost.stays.models.reviews import Review

__all__ = [
    "Amenity",
    "Block",
    "Booking",
    "BookingChange",
    "BookingEvent",
    "Night",
    "Photo",
    "PriceLine",
    "Property",
    "Review",
    "Season",
]
