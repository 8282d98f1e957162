"""Telling a user's other devices what the user did with the account; nobody else hears of it."""

from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.transactions import atomic


@atomic
def note_account_change(*, user: User) -> None:
    """Note in the user's feed that the account is another."""
    publish(kind="account.changed", user_ids=[user.pk], data={})


@atomic
def note_block(*, blocker: User, person: User) -> None:
    """Note in the feed of ``blocker`` whom they block; the person is not told."""
    publish(kind="person.blocked", user_ids=[blocker.pk], data={"user": str(person.pk)})


@atomic
def note_unblock(*, blocker: User, person: User) -> None:
    """Note in the feed of ``blocker`` whom they block no more; the person is not told."""
    publish(kind="person.unblocked", user_ids=[blocker.pk], data={"user": str(person.pk)})
