"""The kinds of notifications: what each says, and the page it leads to.

Higher apps register theirs from ``apps.py``. Both are made when a notification is shown, from the
ids it keeps: sentences follow people's names and the reader's language, pages may move.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from tradepost.notifications.models import Notification

SOMEBODY = "Somebody"
Value = str | int
Link = Callable[[Mapping[str, Value]], str]


@dataclass(frozen=True)
class Kind:
    sentence: str | Promise
    link: Link


_kinds: dict[str, Kind] = {}


def register_kind(kind: str, *, sentence: str | Promise, link: Link) -> None:
    """Say what ``kind`` reads like, with ``{actor}`` and the notification's data filled in, and
    which path ``link`` makes of that data."""
    if kind in _kinds:
        raise ValueError(f"the notification {kind!r} is registered already")
    _kinds[kind] = Kind(sentence, link)


def check_kind(kind: str) -> None:
    """Raise LookupError for a kind that nobody registered."""
    if kind not in _kinds:
        raise LookupError(f"no notification is called {kind!r}")


def sentence_for(notification: Notification) -> str:
    """Return the sentence that the user reads; load the actor with the notification."""
    actor = str(notification.actor) if notification.actor else SOMEBODY
    return str(_kinds[notification.kind].sentence).format(actor=actor, **notification.data)


def link_for(notification: Notification) -> str:
    """Return the path of the page that shows what the notification is about."""
    return _kinds[notification.kind].link(notification.data)
