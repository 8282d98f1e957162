"""Payments and refunds. It knows amounts and references, never orders or bookings."""
