"""What the feed carries of accounts, which stand below it."""

from uuid import UUID

from tradepost.feed.kinds import register_event


def register_events() -> None:
    """Say what can happen to accounts."""
    register_event(
        "account.changed",
        sentence="The user changed their name, their phone number or how they are shown.",
    )
    register_event(
        "person.blocked",
        sentence="The user wants no word from somebody any more; it may come again.",
        user=UUID,
    )
    register_event(
        "person.unblocked",
        sentence="The user lets somebody find and write to them again.",
        user=UUID,
    )
