"""What the feed carries of payments."""

from uuid import UUID

from tradepost.feed.kinds import register_event


def register_events() -> None:
    """Say what can happen to payments, for their payer."""
    register_event(
        "payment.changed",
        sentence="A payment was begun, has another status, or something of it is refunded.",
        payment=UUID, status=str,
    )  # fmt: skip
