"""What the feed carries of stays."""

from tradepost.feed.kinds import register_event


def register_events() -> None:
    """Say what can happen to the places of a host."""
    register_event(
        "property.changed",
        sentence="A place that the user offers is new, another one, or gone.",
        property=int,
    )
