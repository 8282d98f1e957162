"""What a person likes, for their export."""

from collections.abc import Iterable, Iterator

from tradepost.accounts.models import User
from tradepost.accounts.personal_data import json_list
from tradepost.likes.models import LikedItem

AT_ONCE = 500


def collect_likes(user: User) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield what the person likes, and since when."""
    yield "likes/likes.json", json_list(_likes_of(user))


def _likes_of(user: User) -> Iterator[dict[str, object]]:
    likes = LikedItem.objects.filter(user=user).order_by("pk").select_related("content_type")
    for like in likes.prefetch_related("content_object").iterator(chunk_size=AT_ONCE):
        yield {
            "kind": like.content_type.model,
            "id": like.object_id,
            "name": str(like.content_object or ""),
            "liked_at": like.created_at,
        }
