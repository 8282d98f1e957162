"""What a message says to programs: a type, a version and data. Types of cards are registered here
by the apps that send them; a client that does not know one shows the text of its message.

Data holds ids, numbers and short words of ours, never what a person wrote: a text of somebody's
belongs into ``body``, where editing, searching and forgetting find it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Data = Mapping[str, Any]
Press = Callable[..., None]  # (*, message: Message, presser: User, button: str) -> None
OF_THE_HOUSE = "house:"  # how the client_id of a card begins that nobody in person sent
JOINED, LEFT, REMOVED = "member.joined", "member.left", "member.removed"
RENAMED, OWNER_MADE, STATE_CHANGED = "conversation.renamed", "owner.made", "state.changed"

# What the house says; {actor} and {people} are names of this moment, all else is of the data.
SENTENCES: Mapping[str, str | Promise] = {
    JOINED: _("{actor} added {people}."),
    LEFT: _("{actor} left."),
    REMOVED: _("{actor} removed {people}."),
    RENAMED: _("{actor} changed the title."),
    OWNER_MADE: _("{actor} made {people} an owner."),
    STATE_CHANGED: _("{actor} set the conversation to {state}."),
}


@dataclass(frozen=True)
class Card:
    """A type of card: ``text`` is what a client that does not know it shows; ``press`` does what a
    button of it means, in the transaction and under the lock of the conversation."""

    text: Callable[[Data], str]
    buttons: frozenset[str] = frozenset()
    press: Press | None = None


_cards: dict[tuple[str, int], Card] = {}
_sentences: dict[str, str | Promise] = {**SENTENCES}


def register_card(type: str, version: int, card: Card) -> None:
    """Let messages carry cards of this type and version."""
    if (type, version) in _cards:
        raise ValueError(f"the card {type!r} version {version} is registered already")
    _cards[type, version] = card


def register_sentence(kind: str, sentence: str | Promise) -> None:
    """Let the house say something about what a higher app did; it reads as ``SENTENCES`` do."""
    if kind in _sentences:
        raise ValueError(f"the sentence {kind!r} is registered already")
    _sentences[kind] = sentence


def card_of(type: str, version: int) -> Card:
    """Return what was registered. Raises LookupError."""
    return _cards[type, version]


def find_card(payload: Mapping[str, Any]) -> Card | None:
    """Return what was registered for a message's payload; None for what this release knows not."""
    return _cards.get((payload["type"], payload["version"]))


def payload_of(type: str, data: Data, *, version: int = 1) -> dict[str, Any]:
    """Return a payload as messages keep it."""
    return {"type": type, "version": version, "data": dict(data)}


def people_of(payload: Mapping[str, Any]) -> set[UUID]:
    """Return whose names the sentence of a system message has in it."""
    data = payload.get("data", {})
    ids = [data.get("actor"), *data.get("people", ())]
    return {UUID(person) for person in ids if person}


def sentence_of(payload: Mapping[str, Any], names: Mapping[UUID, str]) -> str:
    """Return what a system message reads like; somebody who is gone is "somebody"."""
    data = payload["data"]
    somebody = str(_("somebody"))
    people = [names.get(UUID(person), somebody) for person in data.get("people", ())]
    actor = names.get(UUID(data["actor"]), somebody) if data.get("actor") else somebody
    sentence = str(_sentences.get(payload["type"], ""))
    return sentence.format_map({**data, "actor": actor, "people": ", ".join(people)})
