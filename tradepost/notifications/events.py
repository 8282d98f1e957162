"""What the feed carries of notifications."""

from uuid import UUID

from tradepost.feed.kinds import register_event


def register_events() -> None:
    """Say what can happen to a user's notifications."""
    register_event(
        "notification.created",
        sentence="The user was told something; it may come again for the same cause.",
        kind=str, cause=str, group=str,
    )  # fmt: skip
    register_event(
        "notification.withdrawn",
        sentence="What the user was told for a cause was taken back.",
        cause=str,
    )
    register_event(
        "notification.changed",
        sentence="Somebody closed their account: their name is gone from what the user was told.",
        actor=UUID,
    )
    _register_those_of_reading()
    register_event(
        "notification.preferences_changed",
        sentence="The user chose anew what to be told, and by which channels.",
    )


def _register_those_of_reading() -> None:
    register_event(
        "notification.read",
        sentence="The user read a notification.",
        notification=UUID,
    )
    register_event(
        "notification.group_read",
        sentence="The user read the notifications of a group, `count` of which were unread; with "
        "`up_to`, only those up to this number.",
        group=str, count=int, up_to=int | None,
    )  # fmt: skip
    register_event(
        "notification.all_read",
        sentence="The user read all notifications, `count` of which were unread.",
        count=int,
    )
