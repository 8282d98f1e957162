"""People by their names."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from tradepost.accounts.models import User

PEOPLE_SHOWN = 20


@dataclass(frozen=True)
class Found:
    """The first people who are called so, and whether there are more."""

    people: list[User]
    has_more: bool


def find_people(*, reader: User, name: str, without: Collection[UUID] = ()) -> Found:
    """Return people in whose names all the words are, but those ``without``."""
    people = User.objects.visible_to(reader).exclude(pk__in=without)
    for word in name.split():
        people = people.filter(
            Q(username__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
        )
    found = list(people.order_by("username", "id")[: PEOPLE_SHOWN + 1])
    return Found(found[:PEOPLE_SHOWN], has_more=len(found) > PEOPLE_SHOWN)
