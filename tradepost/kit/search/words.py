"""Words: what people type, and which letters are the same to a search.

A word is one or more tokens in a row. A token is a run of letters, digits and their marks; in
scripts that put no spaces between words, each character is a token by itself. The last token of
a word may be the beginning of a longer one, unless punctuation closes it: ``tea`` finds teapots,
``tea.`` does not.
"""

# ruff: noqa: RUF001 - letters that look alike are the matter here

import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache

LONGEST_SEARCH = 200  # characters
MOST_WORDS = 12
CLOSED = '"'  # at the end of a word, and of no text: it is whole
LONGEST_TEXT = 15_000  # characters of one column; a tsvector counts no further than 16,383 tokens

TOKENS = ("L", "N", "M", "Co")  # Unicode's categories of what makes tokens
SEPARATE = {
    "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf",
}  # fmt: skip
UNSPACED = (  # Thai, Lao, Burmese, Khmer, Japanese, Chinese, Korean
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x3005, 0x3007),
    (0x3041, 0x3096), (0x3099, 0x309A), (0x309D, 0x309F), (0x30A1, 0x30FA), (0x30FC, 0x318E),
    (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA960, 0xA97F), (0xAC00, 0xD7FB),
    (0xF900, 0xFAFF), (0xFF66, 0xFFDC), (0x20000, 0x3FFFF),
)  # fmt: skip

# Letters that are no other letter with an accent, as far as Unicode knows, and are typed as one.
LOOKALIKES = {
    "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ø": "o", "ł": "l", "đ": "d", "ð": "d",
    "ħ": "h", "ı": "i", "ŧ": "t", "ё": "е", "ǽ": "ae", "ǣ": "ae", "ǿ": "o", "ǡ": "a",
}  # fmt: skip

_SEPARATORS = re.compile(r"[\s,\x00-\x1f\x7f]+")  # NUL is no part of any word either


def words_of(text: str) -> list[str]:
    """Return the words of a search: what stands between spaces and commas, with its punctuation.

    What has no letter or digit in it is no word.
    """
    parts = _SEPARATORS.split(unicodedata.normalize("NFC", text))
    return [part for part in parts if any(map(is_token_character, part))]


def is_token_character(character: str) -> bool:
    return unicodedata.category(character).startswith(TOKENS)


def is_open(word: str) -> bool:
    """Return whether the word may go on: its last character is no punctuation."""
    return is_token_character(word[-1])


@cache
def ranges_of_separators() -> tuple[tuple[int, int], ...]:
    """Return the code points that stand between tokens, as first and last of each range."""
    return tuple(_ranges(lambda character: unicodedata.category(character) in SEPARATE))


def _ranges(belongs: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    start = None
    for point in range(1, sys.maxunicode + 2):
        inside = point <= sys.maxunicode and belongs(chr(point))
        if inside and start is None:
            start = point
        elif not inside and start is not None:
            yield start, point - 1
            start = None
