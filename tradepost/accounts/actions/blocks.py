"""Wanting no word from somebody. Both deeds bear repeating: a block is there or not."""

from uuid import UUID

from tradepost.accounts.errors import AccountClosed, BlocksOneself
from tradepost.accounts.models import Block, User
from tradepost.accounts.signals import person_blocked, person_unblocked
from tradepost.kit.errors import NotFound
from tradepost.kit.inserts import insert
from tradepost.kit.locks import weak
from tradepost.kit.transactions import atomic


@atomic
def block_person(*, blocker: User, person_id: UUID) -> User:
    """Keep a person from finding and writing to ``blocker``, and return that person.

    Whom somebody blocks may be who blocked them first. Raises BlocksOneself, AccountClosed, and
    NotFound for nobody and for those who left.
    """
    if person_id == blocker.pk:
        raise BlocksOneself
    # Both, because a block must not outlive either account.
    rows = User.objects.select_for_update(no_key=weak()).order_by("pk")
    there = rows.filter(is_active=True).in_bulk([blocker.pk, person_id])
    if blocker.pk not in there:
        raise AccountClosed
    if person_id not in there:
        raise NotFound
    row = Block(blocker=blocker, blocked_id=person_id)
    insert([row], unless_taken=["blocker", "blocked"])
    person: User = there[person_id]
    person_blocked.send(sender=User, blocker=blocker, person=person)
    return person


@atomic
def unblock_person(*, blocker: User, person_id: UUID) -> User:
    """Let a person find and write to ``blocker`` again. Raises NotFound for nobody."""
    person: User | None = User.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound
    deleted, _ = Block.objects.filter(blocker=blocker, blocked=person).delete()
    if deleted:
        person_unblocked.send(sender=User, blocker=blocker, person=person)
    return person
