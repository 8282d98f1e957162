"""Who likes what, counted for many objects at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, Model

from tradepost.accounts.models import User
from tradepost.likes.kinds import likeable
from tradepost.likes.models import LikedItem


@dataclass(frozen=True)
class Likes:
    """How many people like an object, and whether the one who asks does."""

    kind: str
    id: int
    count: int
    liked: bool


def count_likes(*, model: type[Model], ids: Collection[int]) -> dict[int, int]:
    """Return how many people like each of these objects; those without likes are left out."""
    rows = LikedItem.objects.of(model, ids).order_by().values_list("object_id")
    return dict(rows.annotate(count=Count("pk")))


def liked_by(*, user: User, model: type[Model], ids: Collection[int]) -> set[int]:
    """Return which of these objects the user likes."""
    return set(
        LikedItem.objects.of(model, ids).filter(user=user).values_list("object_id", flat=True)
    )


def list_likes(*, kind: str, ids: Sequence[int], reader: User | None) -> list[Likes]:
    """Return the likes of those of these objects that are there, in the order of ``ids``.

    Raises NoSuchKind.
    """
    objects = likeable(kind)
    present = set(objects.filter(pk__in=ids).values_list("pk", flat=True))
    counts = count_likes(model=objects.model, ids=present)
    liked = liked_by(user=reader, model=objects.model, ids=present) if reader else set()
    shown = (pk for pk in dict.fromkeys(ids) if pk in present)
    return [Likes(kind, pk, counts.get(pk, 0), pk in liked) for pk in shown]
