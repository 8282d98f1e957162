"""Finding the rows of a JSON file that need not fit into memory.

The file is a JSON array, or JSON Lines: one object per line. An array is decoded row by row from a
window that moves over the text, so at most one row and a chunk of text are held at a time.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import count
from typing import TextIO

from tradepost.core.errors import CatalogueBreaksOff, NotACatalogue
from tradepost.kit.tables import UnreadableRow

CHUNK = 65_536  # characters
LONGEST_ROW = 2_000_000  # characters; what is longer is taken for a file that never ends its row
_LONGEST_INT = 18  # digits; Python refuses to convert some thousands, and no number here is longer
_NUMBER_GAP = 3  # characters between two digits of a number, and one: 8e+5 begins with an 8
_SPACE = re.compile(r"[ \t\n\r]*")


class NotJson(ValueError):
    """Text that is no JSON value, and why."""


@dataclass(frozen=True)
class RawRow:
    """What a row says, not looked at yet. ``place`` is where it stands, counted from 1."""

    place: str
    value: object


def read_rows(*, stream: TextIO) -> Iterator[RawRow | UnreadableRow]:
    """Yield the rows of a catalogue as they are read.

    Raises NotACatalogue before the first row, CatalogueBreaksOff behind it.
    """
    number = 0
    try:
        for row in _rows_in(_Window(stream)):
            number += 1
            yield row
    except UnicodeDecodeError as error:
        raise _broken(number + 1, "the text is not UTF-8") from error


def _rows_in(window: "_Window") -> Iterator[RawRow | UnreadableRow]:
    opening = window.peek()
    if not opening:
        raise NotACatalogue("The file is empty.")
    if opening == "[":
        return _read_array(window)
    if opening == "{":
        return _read_lines(window)
    raise NotACatalogue


def _read_array(window: "_Window") -> Iterator[RawRow]:
    window.take()  # the bracket
    if window.peek() == "]":
        window.take()
    else:
        yield from _read_elements(window)


def _read_elements(window: "_Window") -> Iterator[RawRow]:
    for number in count(1):
        try:
            value, mark = window.decode(), window.take()
        except NotJson as error:
            raise _broken(number, str(error)) from error
        _check_first(number, value)
        yield RawRow(f"row {number}", value)
        if mark == "]":
            break
        if mark != ",":
            raise _broken(number + 1, "a comma is missing" if mark else "the text ends early")
    if window.peek():
        raise _broken(number + 1, "something follows the end of the list")


def _read_lines(window: "_Window") -> Iterator[RawRow | UnreadableRow]:
    for number in count(1):
        if not window.peek():
            return
        line = window.line()
        try:
            value, end = _decode(line, 0)
            if line[end:].strip():
                raise NotJson("there is more than one value in a line")
        except NotJson as error:
            if number == 1 or not line.endswith("\n"):
                raise _broken(number, str(error)) from error
            yield UnreadableRow(f"row {number}", "is not JSON")
            continue
        _check_first(number, value)
        if number == 1 and isinstance(value, dict) and "title" not in value and not window.peek():
            raise NotACatalogue  # one object that is no product: the whole file is something else
        yield RawRow(f"row {number}", value)


def _check_first(number: int, value: object) -> None:
    """The first row tells a list of products from other lists; later ones are only bad rows."""
    if number == 1 and not isinstance(value, dict):
        raise NotACatalogue


def _broken(number: int, reason: str) -> NotACatalogue | CatalogueBreaksOff:
    if number == 1:
        return NotACatalogue()
    return CatalogueBreaksOff(place=f"row {number}", reason=reason)


class _Window:
    """The piece of the text that is being looked at; it moves forward only."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.text = ""
        self.at = 0

    def peek(self) -> str:
        """Return the next character that is no space, or "" at the end."""
        while True:
            space = _SPACE.match(self.text, self.at)
            self.at = space.end() if space else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self._read_on():
                return ""

    def take(self) -> str:
        """Return the next character that is no space and go behind it."""
        character = self.peek()
        self.at += len(character)
        return character

    def decode(self) -> object:
        """Return the next value and go behind it. Raises NotJson when there is none."""
        self.peek()
        while True:
            try:
                value, end = _decode(self.text, self.at)
            except NotJson:
                if self._read_on():
                    continue
                raise
            if len(self.text) - end < _NUMBER_GAP and self._read_on():
                continue  # a number at the edge of the window may go on behind it
            self.at = end
            return value

    def line(self) -> str:
        """Return the text up to the end of the line, and go behind it."""
        while (end := self.text.find("\n", self.at)) < 0 and self._read_on():
            pass
        end = len(self.text) if end < 0 else end + 1
        line, self.at = self.text[self.at : end], end
        return line

    def _read_on(self) -> bool:
        """Let go of what is behind and read on, in doubling steps: long rows take few tries."""
        rest = self.text[self.at :]
        if len(rest) >= LONGEST_ROW:
            return False
        chunk = self.stream.read(max(CHUNK, len(rest)))
        if not chunk:
            return False
        self.text, self.at = rest + chunk, 0
        return True


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond all measure
        return Decimal("Infinity")


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= _LONGEST_INT else _decimal(text)


_DECODER = json.JSONDecoder(parse_float=_decimal, parse_int=_integer)


def _decode(text: str, at: int) -> tuple[object, int]:
    try:
        return _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        cut = error.msg.startswith("Unterminated") or error.pos >= len(text.rstrip())
        raise NotJson("the text ends early" if cut else f"JSON error: {error.msg}") from error
    except RecursionError as error:
        raise NotJson("values are nested too deeply") from error
