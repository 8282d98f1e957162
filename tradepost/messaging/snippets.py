"""The piece of a text in which a search has found something, as HTML with the words marked."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from tradepost.kit.search.words import LOOKALIKES, UNSPACED, is_open

LONGEST = 200  # characters, not counting marks
BEFORE = 60  # of them come before the first hit
CUT = "…"

ALONE = "".join(f"{chr(first)}-{chr(last)}" for first, last in UNSPACED)
PART = rf"[^\W_{ALONE}]"  # of a word; characters that stand alone are words by themselves


def make_snippet(body: str, words: Sequence[str]) -> SafeString:
    """Return what the text says around the first of the words, or at its beginning without one."""
    text = " ".join(body.split())
    hits = _find_hits(text, words)
    start, end = _window(text, hits[0][0] if hits else 0)
    pieces, place = [], start
    for first, last in hits:
        if last <= end and first >= place:
            pieces += [escape(text[place:first]), f"<mark>{escape(text[first:last])}</mark>"]
            place = last
    pieces.append(escape(text[place:end]))
    before, after = CUT if start else "", CUT if end < len(text) else ""
    return mark_safe(f"{before}{''.join(pieces)}{after}")  # noqa: S308 - all of it is escaped


def _window(text: str, hit: int) -> tuple[int, int]:
    """Return the ends of the piece: it begins with a word, and has room for the cuts."""
    start = max(0, min(hit - BEFORE, len(text) - LONGEST + len(CUT)))
    if start:
        start = min(text.find(" ", start, hit) + 1 or start, hit)
    longest = LONGEST - (len(CUT) if start else 0)
    if start + longest < len(text):
        longest -= len(CUT)
    return start, min(len(text), start + longest)


def _find_hits(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Return where the words are, the first first."""
    patterns = [pattern for word in words if (pattern := _pattern_of(word))]
    if not patterns:
        return []
    folded, places = _fold_all(text)
    found = re.finditer("|".join(patterns), folded)
    return [(places[hit.start()], places[hit.end() - 1] + 1) for hit in found]


def _pattern_of(word: str) -> str:
    """Return what a word looks like in a folded text, to the end of what it begins."""
    tokens = re.findall(rf"{PART}+|[{ALONE}]", _fold_all(word)[0])
    if not tokens:
        return ""
    begin = "" if re.match(rf"[{ALONE}]", tokens[0]) else rf"(?<!{PART})"
    end = rf"{PART}*" if is_open(word) else rf"(?!{PART})"
    alone = re.match(rf"[{ALONE}]", tokens[-1])
    return begin + r"[\W_]*".join(map(re.escape, tokens)) + ("" if alone else end)


def _fold_all(text: str) -> tuple[str, Sequence[int]]:
    """Return the text as searches see it, and for each of its characters where it comes from."""
    if text.isascii():
        return text.lower(), range(len(text))
    parts = [_fold(character) for character in text]
    places = [place for place, part in enumerate(parts) for _ in part]
    return "".join(parts), places


@lru_cache(maxsize=10_000)
def _fold(character: str) -> str:
    small = character.lower()
    if small in LOOKALIKES:
        return LOOKALIKES[small]
    plain = unicodedata.normalize("NFD", small)[0]
    if "\u0300" <= character <= "\u036f":  # an accent by itself
        return ""
    return plain if "a" <= plain <= "z" or "α" <= plain <= "ω" else small  # noqa: RUF001 - Greek
