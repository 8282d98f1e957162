"""What the feed carries of stays."""

from tradepost.feed.kinds import register_event


def register_events() -> None:
    """Say what can happen to bookings and reviews, for both sides, and to the places of a host."""
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
    _register_those_of_reviews()


def _register_those_of_reviews() -> None:
    register_event(
        "stay_review.written",
        sentence="The user reviewed a stay, for nobody else to read yet.",
        booking=int, property=int, review=int,
    )  # fmt: skip
    register_event(
        "stay_review.released",
        sentence="A review of a stay that the user took part in can be read now.",
        booking=int, property=int, review=int,
    )  # fmt: skip
    register_event(
        "stay_review.answered",
        sentence="Below the review of a guest stands another answer of the host.",
        booking=int, property=int, review=int,
    )  # fmt: skip
    register_event(
        "stay_review.deleted",
        sentence="A review of a stay that the user could read is gone.",
        booking=int, property=int, review=int,
    )  # fmt: skip
