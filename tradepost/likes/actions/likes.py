"""Liking, and no longer liking. Both bear repeating: a like is there or not, never twice."""

from collections.abc import Collection

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from tradepost.accounts.models import User
from tradepost.kit.errors import NotFound
from tradepost.kit.inserts import insert
from tradepost.kit.locks import hold
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.likes.kinds import likeable, stamp_of
from tradepost.likes.models import LikedItem
from tradepost.likes.queries import Likes, list_likes


@atomic
def like(*, user: User, kind: str, object_id: int) -> Likes:
    """Let the user like an object and return its likes. Raises NoSuchKind, or NotFound."""
    objects = likeable(kind)
    if not hold(objects.filter(pk=object_id)):  # a like must not outlive what it is for
        raise NotFound
    row = LikedItem(user=user, content_type=_kind_of(objects.model), object_id=object_id)
    insert([row], unless_taken=["content_type", "object_id", "user"])
    raise_stamp(stamp_of(kind))
    [likes] = list_likes(kind=kind, ids=[object_id], reader=user)
    return likes


@atomic
def unlike(*, user: User, kind: str, object_id: int) -> None:
    """Take the user's like back, if there is one. Raises NoSuchKind."""
    model = likeable(kind).model
    LikedItem.objects.of(model, [object_id]).filter(user=user).delete()
    raise_stamp(stamp_of(kind))


@atomic
def forget_likes(*, model: type[Model], ids: Collection[int]) -> None:
    """Remove the likes of objects that are gone."""
    LikedItem.objects.of(model, ids).delete()


def _kind_of(model: type[Model]) -> ContentType:
    return ContentType.objects.get_for_model(model)
