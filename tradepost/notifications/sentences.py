"""What each kind of notification says. Higher apps register theirs from ``apps.py``."""

from django.utils.functional import Promise

from tradepost.notifications.models import Notification

SOMEBODY = "Somebody"
_sentences: dict[str, str | Promise] = {}


def register_sentence(kind: str, sentence: str | Promise) -> None:
    """Say what ``kind`` reads like; ``{actor}`` and the notification's data are filled in."""
    if kind in _sentences:
        raise ValueError(f"the notification {kind!r} is registered already")
    _sentences[kind] = sentence


def check_kind(kind: str) -> None:
    """Raise LookupError for a kind that nobody registered."""
    if kind not in _sentences:
        raise LookupError(f"no notification is called {kind!r}")


def sentence_for(notification: Notification) -> str:
    """Return the sentence that the user reads; load the actor with the notification."""
    actor = str(notification.actor) if notification.actor else SOMEBODY
    return str(_sentences[notification.kind]).format(actor=actor, **notification.data)
