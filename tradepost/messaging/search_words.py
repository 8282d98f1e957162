"""What people type to search messages: words, phrases in quotes, and operators like ``from:bob``.

An operator stands before a colon, at the beginning of a word: ``from:``, ``in:``, ``has:``,
``before:`` and ``after:``; what it says may be in quotes. ``-word`` leaves out what has the word.
Whatever else has a colon in it is a word like any other.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from tradepost.kit.search import LONGEST_SEARCH, MOST_WORDS, words_of
from tradepost.kit.search.words import CLOSED
from tradepost.messaging.errors import BadSearch

OPERATORS = ("from", "in", "has", "before", "after")
ME = "me"
ATTACHMENT, LINK, PICTURE = "attachment", "link", "picture"
HAS = (ATTACHMENT, LINK, PICTURE)

CURLY = str.maketrans("“”„«»", '"' * 5)
TERM = re.compile(
    rf"""(?P<operator>{"|".join(OPERATORS)}):(?:"(?P<quoted>[^"]*)"|(?P<said>[^\s"]*))(?!\S)
    | (?P<minus>-?)(?:"(?P<phrase>[^"]*)"|(?P<plain>[^\s"]\S*|"\S*))""",
    re.IGNORECASE | re.VERBOSE,
)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Conversations: the one of an id, those with somebody alone, or those of a title."""

    conversation_id: UUID | None = None
    person: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: messages with all of the ``words`` and none of those ``without``, by one
    of the ``senders`` (user names), in one of the ``places``, with all that ``has`` names, from
    ``start`` on and before ``end``. What is empty does not matter.

    ``is_void`` is a search of nothing but punctuation, which finds nothing.
    """

    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    has: frozenset[str] = frozenset()
    start: datetime | None = None
    end: datetime | None = None

    @property
    def is_void(self) -> bool:
        return self == Search()


def read_search(text: str, given: Mapping[str, Sequence[str]] | None = None) -> Search:
    """Return what the text asks for; ``given`` are operators with what they say, besides those in
    the text.

    Raises BadSearch, with the operator as its field, or ``q`` for the words.
    """
    if len(text) > LONGEST_SEARCH:
        raise BadSearch(_("At most %(most)s characters.") % {"most": LONGEST_SEARCH}, field="q")
    words: list[str] = []
    without: list[str] = []
    operators: dict[str, list[str]] = {
        name: list((given or {}).get(name, ())) for name in OPERATORS
    }
    for term in TERM.finditer(text.translate(CURLY)):
        if name := term["operator"]:
            operators[name.lower()].append(term["quoted"] or term["said"] or "")
        else:
            (without if term["minus"] else words).extend(_words_in(term))
    if not text.strip() and not any(operators.values()):
        raise BadSearch(_("Say what to look for."), field="q")
    _check_words(words, without)
    return Search(tuple(words), tuple(without), **_read_operators(operators))


def _words_in(term: re.Match[str]) -> Iterable[str]:
    """Return the words, a phrase as one; what follows a minus is a phrase, too."""
    words = words_of(term["plain"] or term["phrase"] or "")
    if term["phrase"] is not None:
        return [" ".join(words) + CLOSED] if words else []
    return [" ".join(words)] if term["minus"] and words else words


def _check_words(words: Sequence[str], without: Sequence[str]) -> None:
    if sum(len(word.split()) for word in (*words, *without)) > MOST_WORDS:
        raise BadSearch(_("At most %(most)s words.") % {"most": MOST_WORDS}, field="q")
    if without and not words:
        raise BadSearch(_("Name a word to look for, too, not only one to leave out."), field="q")


def _read_operators(said: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    for name, values in said.items():
        if not all(value.strip() for value in values):
            raise BadSearch(_("%(name)s: says nothing.") % {"name": name}, field=name)
        if sum(map(len, values)) > LONGEST_SEARCH:
            raise BadSearch(
                _("At most %(most)s characters.") % {"most": LONGEST_SEARCH}, field=name
            )
    starts = [_day("after", value, days=1) for value in said["after"]]
    return {
        "senders": tuple(_without_at(value) for value in said["from"]),
        "places": tuple(_place(value.strip()) for value in said["in"]),
        "has": frozenset(_kind(value) for value in said["has"]),
        "start": max(starts, default=None),
        "end": min((_day("before", value) for value in said["before"]), default=None),
    }


def _without_at(name: str) -> str:
    return name.strip().removeprefix("@").replace("\0", "")


def _place(said: str) -> Place:
    if said.startswith("@"):
        return Place(person=_without_at(said))
    try:
        return Place(conversation_id=UUID(said))
    except ValueError:
        return Place(title=said.replace("\0", ""))


def _kind(said: str) -> str:
    kind = said.strip().lower()
    if kind not in HAS:
        raise BadSearch(_("has: takes one of %(kinds)s.") % {"kinds": ", ".join(HAS)}, field="has")
    return kind


def _day(name: str, said: str, *, days: int = 0) -> datetime:
    """Return when a day begins, in UTC; with ``days`` that many later."""
    try:
        if not DAY.fullmatch(said.strip()):
            raise ValueError(said)
        day = date.fromisoformat(said.strip()) + timedelta(days=days)
    except (ValueError, OverflowError) as error:
        told = _("%(name)s: takes a day, such as 2026-05-31.") % {"name": name}
        raise BadSearch(told, field=name) from error
    return datetime.combine(day, time(), UTC)
