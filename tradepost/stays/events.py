"""What the feed carries of stays."""

from tradepost.feed.kinds import register_event


def register_events() -> None:
    """Say what can happen to bookings, for both sides, and to the places of a host."""
    register_event(
        "property.changed",
        sentence="A place that the user offers is new, another one, or gone.",
        property=int,
    )
    register_event(
        "booking.changed",
        sentence="A booking of the user, or in a place of the user, is new or another one now.",
        booking=int, status=str,
    )  # fmt: skip
    register_event(
        "calendar.changed",
        sentence="A place that the user offers has other blocked dates, or other seasons.",
        property=int,
    )
