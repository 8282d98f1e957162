"""The kinds of objects that may be liked. Higher apps register theirs from ``apps.py``."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from tradepost.likes.errors import NoSuchKind

ListLikeable = Callable[[], QuerySet[Any]]

_kinds: dict[str, ListLikeable] = {}


def register_likeable(kind: str, objects: ListLikeable) -> None:
    """Let what ``objects()`` finds be liked, as objects of this ``kind``. Their keys are whole
    numbers, and everybody may see them."""
    if kind in _kinds:
        raise ValueError(f"{kind!r} can be liked already")
    _kinds[kind] = objects


def stamp_of(kind: str) -> str:
    """Return the name of the stamp that is raised when an object of a kind is liked, or no more."""
    return f"likes.{kind}"


def likeable(kind: str) -> QuerySet[Any]:
    """Return the objects of a kind. Raises NoSuchKind."""
    if kind not in _kinds:
        raise NoSuchKind(field="kind")
    return _kinds[kind]()
