"""The kinds of notifications: what each says, where it leads, and by which channels it comes.

Higher apps register theirs from ``apps.py``. Sentence and link are made when a notification is
shown, from the ids it keeps: sentences follow people's names and the reader's language, pages may
move.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tradepost.notifications.models import Notification, Preference

SOMEBODY = _("Somebody")
Channel = Preference.Channel
OF_KINDS = (Channel.IN_APP, Channel.EMAIL, Channel.PUSH)  # the digest is about all kinds
Value = str | int
Link = Callable[[Mapping[str, Value]], str]
Plural = Callable[[int], str]


class Offer(Enum):
    """Whether a kind comes by a channel: unless switched off, only if switched on, or fixed."""

    ON = (True, True)
    OFF = (False, True)
    ALWAYS = (True, False)
    NEVER = (False, False)

    @property
    def is_on(self) -> bool:
        return self.value[0]

    @property
    def may_be_switched(self) -> bool:
        return self.value[1]


@dataclass(frozen=True)
class Kind:
    sentence: str | Promise
    link: Link
    plural: Plural | None
    label: str | Promise
    offers: Mapping[Channel, Offer]


_kinds: dict[str, Kind] = {}


def register_kind(
    kind: str,
    *,
    sentence: str | Promise,
    link: Link,
    plural: Plural | None = None,
    label: str | Promise = "",
    in_app: Offer = Offer.ON,
    email: Offer = Offer.ON,
    push: Offer = Offer.ON,
) -> None:
    """Say what ``kind`` reads like, with ``{actor}`` and the notification's data filled in, and
    which path ``link`` makes of that data.

    ``plural`` gives the sentence of a group in which ``{others}`` more people did it. ``label``
    names the kind among the preferences. Raises ValueError for a kind that is registered already
    or a list that is off by default: it is made for all and only left out for some.
    """
    if kind in _kinds:
        raise ValueError(f"the notification {kind!r} is registered already")
    if not in_app.is_on:
        raise ValueError(f"the notification {kind!r} is in the list unless a reader says no")
    offers = {Channel.IN_APP: in_app, Channel.EMAIL: email, Channel.PUSH: push}
    _kinds[kind] = Kind(sentence, link, plural, label, offers)


def find_kind(kind: str) -> Kind:
    """Return what was said of a kind. Raises LookupError for one that nobody registered."""
    if kind not in _kinds:
        raise LookupError(f"no notification is called {kind!r}")
    return _kinds[kind]


def list_kinds() -> dict[str, Kind]:
    """Return all kinds by name, in the order of their names."""
    return dict(sorted(_kinds.items()))


def label_of(kind: Kind) -> str:
    """Return what the preferences call a kind: its label, or its sentence about anybody."""
    gaps = defaultdict(lambda: "…", actor=str(SOMEBODY))
    return str(kind.label) or str(kind.sentence).format_map(gaps)


def sentence_for(notification: Notification) -> str:
    """Return the sentence that the user reads; load the actor with the notification."""
    return sentence_about(notification, others=0)


def sentence_about(notification: Notification, *, others: int) -> str:
    """Return the sentence for a notification and ``others`` more people who did the same."""
    actor = str(notification.actor or SOMEBODY)
    kind = _kinds[notification.kind]
    sentence = str(kind.sentence)
    if others and kind.plural is not None:
        sentence = kind.plural(others)
    return sentence.format(**{**notification.data, "actor": actor, "others": others})


def link_for(notification: Notification) -> str:
    """Return the path of the page that shows what the notification is about."""
    return _kinds[notification.kind].link(notification.data)


def kinds_by(channel: Channel, *, switched: Mapping[str, bool]) -> list[str]:
    """Return the kinds that come by a channel to somebody who ``switched`` some of them."""
    return [name for name, kind in _kinds.items() if _comes(kind.offers[channel], switched, name)]


def _comes(offer: Offer, switched: Mapping[str, bool], name: str) -> bool:
    return switched.get(name, offer.is_on) if offer.may_be_switched else offer.is_on
