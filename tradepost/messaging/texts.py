"""What people write: cleaned of what is not seen, and looked through for names and links.

Cleaning takes out what only serves to deceive: control characters, marks that turn the direction of
a line round, letters without width, towers of accents. What scripts need stays: joiners in Persian
and in emoji, the flags of regions, tabs and line ends.
"""

import re
import unicodedata
from collections.abc import Iterator

MOST_MARKS = 6  # on one letter: Vietnamese needs two, Hebrew with all its points five
MOST_NAMES = 50  # in one text
EVERYBODY = "all"

CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
TURNING = r"\u202a-\u202e\u2066-\u2069"  # the plain marks, 200e and 200f, turn nothing round
WITHOUT_WIDTH = (
    r"\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2028\u2029\u2060-\u2065"
    r"\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
LINE_END = re.compile(r"\r\n?|[\x85\u2028\u2029]")
# A flag of a region is a black flag with its letters in tags behind it; tags elsewhere hide text.
UNSEEN = re.compile(
    rf"(\U0001f3f4[\U000e0030-\U000e007a]{{1,8}}\U000e007f)|[{CONTROLS}{TURNING}{WITHOUT_WIDTH}]"
)
LOOSE_JOINERS = re.compile(
    r"(?<!\S)[\u200c\u200d]+|[\u200c\u200d]+(?!\S)|([\u200c\u200d])[\u200c\u200d]+"
)
TOWER = re.compile(r"[^\w\s\x00-\x7f]{7,}")  # marks are neither letters nor space
BLANK = frozenset("\u2800")  # a letter of Braille without any dots
NAME = re.compile(r"(?<![\w@/.+-])@([A-Za-z0-9_@.+-]{1,150})")
LINK = re.compile(r"\bhttps?://[^\s<>]", re.IGNORECASE)
KEYCAPS = frozenset("0123456789#*")
NO_PICTURES = frozenset(map(chr, [*range(0x2800, 0x2900), 0xFFFC, 0xFFFD]))  # Braille, gaps
EMOJI_PARTS = frozenset("\u200d\ufe0f\u20e3")


def clean_text(text: str) -> str:
    """Return the text without what is not seen and without the space around it."""
    if not text.isascii() or not text.isprintable():
        text = LINE_END.sub("\n", text)
        text = UNSEEN.sub(lambda found: found.group(1) or "", text)
        text = TOWER.sub(lambda found: "".join(_without_towers(found.group())), text)
        text = LOOSE_JOINERS.sub(lambda found: found.group(1) or "", text)
        if not any(map(_is_seen, text)):
            return ""
    return text.strip()


def clean_line(text: str) -> str:
    """Return the cleaned text as one line, with single spaces: a title."""
    return " ".join(clean_text(text).split())


def _is_seen(character: str) -> bool:
    """Whether it leaves a trace where it stands alone."""
    kind = unicodedata.category(character)
    return kind not in ("Zs", "Zl", "Zp", "Cc", "Cf", "Mn", "Me") and character not in BLANK


def _without_towers(text: str) -> Iterator[str]:
    """Give the characters, of the marks on one letter only the first few; what is not seen, such as
    a joiner, starts no new letter."""
    marks = 0
    for character in text:
        kind = unicodedata.category(character)
        is_mark = kind in ("Mn", "Me")
        marks = marks + is_mark if is_mark or kind == "Cf" else 0
        if marks <= MOST_MARKS or not is_mark:
            yield character


def names_in(text: str) -> set[str]:
    """Return the user names after an @, in small letters, as people may have meant them: also
    without the punctuation at the end of a sentence."""
    if "@" not in text:
        return set()
    names: set[str] = set()
    for found in NAME.finditer(text):
        name = found.group(1).lower()
        names |= {name, without_sentence_end(name)}
        if len(names) > MOST_NAMES:
            break
    return names - {""}


def without_sentence_end(name: str) -> str:
    """Return a user name without what ends the sentence around it rather than the name."""
    return name.rstrip(".@+-")


def has_link(text: str) -> bool:
    """Say whether there is a link to the web in the text."""
    return LINK.search(text) is not None


def is_emoji(text: str) -> bool:
    """Say whether the text is one emoji, joined ones and keycaps included."""
    if clean_text(text) != text or "\ufe0f\ufe0f" in text:
        return False
    parts = [part for part in text if part not in EMOJI_PARTS and not _is_modifier(part)]
    if "\u20e3" in text:
        return len(parts) == 1 and parts[0] in KEYCAPS
    joined = text.count("\u200d") + 1
    flag = len(parts) == 2 and all("\U0001f1e6" <= part <= "\U0001f1ff" for part in parts)  # noqa: PLR2004
    symbols = all(map(_is_symbol, parts))
    return bool(parts) and symbols and (flag or len(parts) <= joined)


def _is_symbol(character: str) -> bool:
    is_picture = unicodedata.category(character) == "So" and character not in NO_PICTURES
    return is_picture or character in "‼⁉〰〽"


def _is_modifier(character: str) -> bool:
    """Whether it is a colour of skin, or a tag of a flag."""
    return "\U0001f3fb" <= character <= "\U0001f3ff" or "\U000e0020" <= character <= "\U000e007f"
