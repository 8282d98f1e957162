"""Properties, calendars, bookings and reviews of stays."""
