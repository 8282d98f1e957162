"""Logs of IRC channels, and annotations of who answers whom, as text.

A line of a log is ``[09:14] <nick> what they said``, or begins with ``===`` or ``*``: somebody came
or went, or says what they do (``/me waves``). Lines are numbered from 0, all of them. Hours may be
those of a clock with twelve; then a step backwards is the other half of the day.

A line of an annotation is ``1003 1009 -``: of these two lines the later one answers the earlier. A
line may answer several, of which the first counts, and itself: it begins a thread.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from tradepost.kit.errors import Invalid
from tradepost.messaging.models import LONGEST_BODY
from tradepost.messaging.texts import clean_text

SAID = re.compile(r"\[(\d\d):(\d\d)\] <([^>\s]+)> ?(.*)", re.DOTALL)
DID = re.compile(r"(?:\[(\d\d):(\d\d)\] )?\* (\S+) ?(.*)", re.DOTALL)
NOTED = re.compile(r"=== (\S*) ?(.*)", re.DOTALL)
OF_THE_CHANNEL = re.compile(
    r".*\[\S*\] +has (joined|left|quit)\b|has (joined|left|quit)( [#&\[(].*)?$|is now known as \S"
    r"|sets mode |(has been|was) kicked |\S+ -> \S+$"
)
DATE = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)")
LINK = re.compile(r"(\d{1,9})\s+(\d{1,9})(\s+\S+)?\s*")
HALF_A_DAY, CLOCK_SLIP = timedelta(hours=12), timedelta(hours=1)
MIDDAY = 12


class BadLog(Invalid):
    """A file is no log, or no annotation of it; ``line`` is the line's number, from 0."""

    code = "bad_log"

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message if line is None else f"Line {line}: {message}")


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said, in UTC as far as the log tells; ``line`` is where."""

    line: int
    nick: str
    text: str
    at: datetime


@dataclass(frozen=True)
class ChatLog:
    """What was said, in its order, and of how many lines in all."""

    said: tuple[Said, ...]
    lines: int


def day_of(name: str) -> date:
    """Return the date in the name of a file. Raises BadLog."""
    found = DATE.search(name)
    try:
        return date(*map(int, found.groups())) if found else _no_day(name)
    except ValueError:
        return _no_day(name)


def read_log(content: bytes, *, day: date) -> ChatLog:
    """Read a log that begins on ``day``. Raises BadLog."""
    lines = _lines_of(content)
    clock = _Clock(day, has_halves=not any(_hour_of(line) > MIDDAY for line in lines))
    said = tuple(_read_lines(lines, clock))
    if not said:
        raise BadLog("Nobody says anything in this file.")
    return ChatLog(said, len(lines))


def read_replies(content: bytes, *, log: ChatLog) -> dict[int, int]:
    """Return by line which earlier line of the log it answers. Raises BadLog."""
    spoken = {said.line for said in log.said}
    parents: dict[int, int] = {}
    for number, text in enumerate(_lines_of(content)):
        if not text.strip():
            continue
        link = LINK.fullmatch(text)
        if link is None:
            raise BadLog(f"Two numbers of lines were expected, not {text[:40]!r}.", line=number)
        parent, child = sorted(map(int, link.group(1, 2)))
        if child >= log.lines:
            raise BadLog(f"The log has no line {child}.", line=number)
        if parent == child:
            continue
        if not {parent, child} <= spoken:
            raise BadLog(f"Nobody says anything in line {parent} or {child}.", line=number)
        parents[child] = min(parent, parents.get(child, parent))
    return parents


def list_nicks(log: ChatLog) -> list[str]:
    """Return who says something, in the order in which they first do."""
    return list(dict.fromkeys(said.nick for said in log.said))


@dataclass
class _Clock:
    """Moments from hours and minutes, which only go on."""

    day: date
    has_halves: bool
    now: datetime | None = None

    def read(self, hours: str, minutes: str, line: int) -> datetime:
        try:
            moment = datetime.combine(self.day, time(int(hours), int(minutes), tzinfo=UTC))
        except ValueError as error:
            raise BadLog(f"There is no time {hours}:{minutes}.", line=line) from error
        if self.has_halves and moment.hour == MIDDAY:
            moment -= HALF_A_DAY
        if self.now is not None:
            moment = self._after(self.now, moment)
        self.now = moment
        return moment

    def _after(self, before: datetime, moment: datetime) -> datetime:
        turn = HALF_A_DAY if self.has_halves else 2 * HALF_A_DAY
        if (behind := before - moment) > CLOCK_SLIP:
            moment += -((CLOCK_SLIP - behind) // turn) * turn
        return max(before, moment)  # a clock was put right: time stands still meanwhile


def _lines_of(content: bytes) -> list[str]:
    lines = content.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return [_decoded(line, number) for number, line in enumerate(lines)]


def _decoded(line: bytes, number: int) -> str:
    try:
        return line.decode().rstrip("\r")
    except UnicodeDecodeError as error:
        raise BadLog("This is no text in UTF-8.", line=number) from error


def _hour_of(line: str) -> int:
    found = SAID.fullmatch(line)
    return int(found.group(1)) if found else 0


def _read_lines(lines: Iterable[str], clock: _Clock) -> Iterator[Said]:
    for number, line in enumerate(lines):
        nick, text = _read_line(line, clock, number)
        text = clean_text(text)
        if len(text) > LONGEST_BODY:
            raise BadLog(f"The text is longer than {LONGEST_BODY:,} characters.", line=number)
        if nick and text:
            if clock.now is None:
                clock.read("00", "00", number)
            assert clock.now
            yield Said(number, nick, text, clock.now)


def _read_line(line: str, clock: _Clock, number: int) -> tuple[str, str]:
    """Return who says what; nothing where nobody does."""
    if found := SAID.fullmatch(line):
        hours, minutes, nick, text = found.groups()
        clock.read(hours, minutes, number)
        return nick, text
    if found := DID.fullmatch(line):
        hours, minutes, nick, text = found.groups()
        if hours:
            clock.read(hours, minutes, number)
        return nick, f"/me {text}"
    if found := NOTED.fullmatch(line):
        nick, text = found.groups()
        return ("", "") if OF_THE_CHANNEL.match(text) else (nick, f"/me {text}")
    if line.strip():
        raise BadLog(f"This is no line of a log: {line[:40]!r}.", line=number)
    return "", ""


def _no_day(name: str) -> date:
    raise BadLog(f"The name of the file has no date in it, like 2004-12-25: {name}.")
