"""What rows of files from elsewhere say. Nothing is rounded, cut or guessed: a value that does not
fit makes a bad row, and its reason says what would fit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

_SHOWN = 60  # characters of a value that a reason repeats
_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # NUL, and halves of characters: bytes not UTF-8


class Wrong(ValueError):
    """A value that does not fit, and why."""


@dataclass(frozen=True)
class BadRow:
    """A row that stays out. ``names`` is by what it can be found in its file, such as its id."""

    place: str
    names: Mapping[str, object]
    reason: str

    def __str__(self) -> str:
        names = ", ".join(f"{key} {show(value)}" for key, value in self.names.items())
        return f"{self.place}{f' ({names})' if names else ''}: {self.reason}"


def read_text(said: Mapping[str, object], key: str, *, longest: int | None = None) -> str | None:
    """Return the text without space around it, or None when the row does not say.

    Raises Wrong for what is no text, or one of more than ``longest`` characters.
    """
    value = said.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Wrong(f"{key} must be a text, not {show(value)}")
    text = value.strip()
    if _NO_TEXT.search(text):
        raise Wrong(f"{key} has characters that no text may have: {show(value)}")
    if longest is not None and len(text) > longest:
        raise Wrong(f"{key} must have at most {longest} characters, not {len(text)}")
    return text


def require_text(said: Mapping[str, object], key: str, *, longest: int | None = None) -> str:
    """Return the text without space around it. Raises Wrong for none, too."""
    text = read_text(said, key, longest=longest)
    if not text:
        raise Wrong(f"{key} is missing" if text is None else f"{key} is empty")
    return text


def show(value: object) -> str:
    """Return the value as it may be printed: short, in one line, harmless to a terminal."""
    text = str(value) if isinstance(value, Decimal | int) else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
