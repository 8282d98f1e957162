"""The server's frames, checked and typed. Fields and types that are not known are passed over."""

import json
from dataclasses import dataclass, field
from typing import TypeVar

from tradepost.feed.client.errors import BadFrame

Frame = dict[str, object]
LONGEST_FRAME_BYTES = 64 * 1024
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Which history a client follows, and a row of it."""

    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class Row:
    """Something that happened to the user; it names what changed."""

    seq: int
    kind: str
    data: Frame
    at: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows that follow each other, and the place after them."""

    end: Cursor
    reset: bool
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Welcome:
    """The server's first frame."""

    user: str
    end: Cursor
    beat_seconds: float
    retry_after_seconds: float | None


@dataclass(frozen=True, slots=True)
class Closing:
    """The server's last frame."""

    code: int
    reason: str
    retry_after_seconds: float | None


def write_frame(*, frame: Frame) -> str:
    """Return a frame as it travels."""
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def read_frame(*, text: str) -> Frame:
    """Return a frame of the server. Raises BadFrame."""
    try:
        frame = json.loads(text)
    except ValueError as error:
        raise BadFrame from error
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise BadFrame
    return frame


def read_welcome(*, frame: Frame) -> Welcome:
    """Return what a ``welcome`` says. Raises BadFrame."""
    beat = seconds_in(frame, "beat_seconds")
    if not beat:
        raise BadFrame
    retry_after = seconds_in(frame, "retry_after_seconds")
    return Welcome(_field(frame, "user", str), read_place(frame=frame), beat, retry_after)


def read_page(*, frame: Frame) -> Page:
    """Return the rows of a ``feed``. Raises BadFrame."""
    rows: list[object] = _field(frame, "results", list)
    return Page(read_place(frame=frame), frame.get("reset") is True, [_row(row) for row in rows])


def read_closing(*, frame: Frame) -> Closing:
    """Return what a ``closing`` says. Raises BadFrame."""
    seconds = seconds_in(frame, "retry_after_seconds")
    return Closing(_number(frame, "code"), str(frame.get("reason") or ""), seconds)


def read_place(*, frame: Frame) -> Cursor:
    """Return the place that a frame names. Raises BadFrame."""
    return Cursor(_field(frame, "epoch", str), _number(frame, "seq"))


def seconds_in(frame: Frame, name: str) -> float | None:
    """Return a duration that a frame has; None without one. Raises BadFrame."""
    value = frame.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise BadFrame
    return float(value)


def _row(row: object) -> Row:
    if not isinstance(row, dict):
        raise BadFrame
    seq, kind = _number(row, "seq"), _field(row, "kind", str)
    return Row(seq, kind, _field(row, "data", dict), str(row.get("at", "")))


def _number(frame: Frame, name: str) -> int:
    value = _field(frame, name, int)
    if isinstance(value, bool) or value < 0:
        raise BadFrame
    return value


def _field(frame: Frame, name: str, kind: type[T]) -> T:
    value = frame.get(name)
    if not isinstance(value, kind):
        raise BadFrame
    return value
