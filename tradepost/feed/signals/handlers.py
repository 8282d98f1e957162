"""What the feed listens to: accounts, which know nobody above them."""

from typing import Any

from django.dispatch import receiver

from tradepost.accounts.models import User
from tradepost.accounts.signals import account_changed, person_blocked, person_unblocked
from tradepost.feed.actions.accounts import note_account_change, note_block, note_unblock


@receiver(account_changed, dispatch_uid="feed.changed_account")
def tell_of_changed_account(user: User, **kwargs: Any) -> None:
    note_account_change(user=user)


@receiver(person_blocked, dispatch_uid="feed.blocked_person")
def tell_of_blocked_person(blocker: User, person: User, **kwargs: Any) -> None:
    note_block(blocker=blocker, person=person)


@receiver(person_unblocked, dispatch_uid="feed.unblocked_person")
def tell_of_unblocked_person(blocker: User, person: User, **kwargs: Any) -> None:
    note_unblock(blocker=blocker, person=person)
