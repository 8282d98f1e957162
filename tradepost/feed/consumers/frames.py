"""What travels over sockets and streams, as text (docs/feed-protocol.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from tradepost.feed.circles import circles
from tradepost.feed.queries import FeedPage, Row
from tradepost.feed.rows import in_utc, page_as_json
from tradepost.kit.http.json import encode

LONGEST_TYPE = 40


@dataclass(frozen=True, slots=True)
class Encoded:
    """An event as it travels, made once whoever gets it: what follows the number of its row."""

    rest: str
    message: tuple[UUID, int] | None  # which it brings: conversation and seq


class Line(NamedTuple):
    """A row of a feed; a tuple, because so many are made of them."""

    seq: int
    event: Encoded

    def __str__(self) -> str:
        return f'{{"seq":{self.seq}{self.event.rest}'


def encode_event(row: Row) -> Encoded:
    """Encode the event of a row."""
    _, kind, data, at = row
    fields = {"kind": kind, "data": orjson.Fragment(data), "at": in_utc(at)}
    return Encoded("," + encode(fields).decode()[1:], message_in(row))


def message_in(row: Row) -> tuple[UUID, int] | None:
    """Return the conversation and the seq of the message that a row brings, if it does."""
    _, kind, data, _ = row
    if all(kind != circle.message_kind for circle in circles()):
        return None
    said = orjson.loads(data)
    return UUID(said["conversation"]), said["seq"]


def page_of(epoch: UUID, lines: Sequence[Line]) -> str:
    """Return lines as ``GET feed/`` would have them, of a page that nothing follows."""
    rows = ",".join(map(str, lines))
    return (
        f'"epoch":"{epoch}","seq":{lines[-1].seq},"reset":false,"more":false,"results":[{rows}]}}'
    )


def page_text(page: FeedPage) -> str:
    """Return a page that was read, from behind its opening brace."""
    return encode(page_as_json(page)).decode()[1:]


def frame(kind: str, **fields: Any) -> str:
    """Return a frame of the server."""
    return encode({"type": kind, **fields}).decode()


class BadFrame(Exception):
    """What came is none of the protocol's frames."""


def read_frame(text: str) -> dict[str, Any]:
    """Return what a client said. Raises BadFrame."""
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadFrame from error
    if not isinstance(said, dict) or not isinstance(said.get("type"), str):
        raise BadFrame
    if len(said["type"]) > LONGEST_TYPE:
        raise BadFrame
    return said


def number_in(said: dict[str, Any], name: str) -> int | None:
    """Return a number of a row that a frame has. Raises BadFrame for what cannot be one."""
    value = said.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise BadFrame
    return value


def id_in(said: dict[str, Any], name: str) -> UUID | None:
    """Return an id that a frame has. Raises BadFrame for what cannot be one."""
    value = said.get(name)
    if value is None:
        return None
    try:
        return UUID(value) if isinstance(value, str) else _no_id()
    except ValueError as error:
        raise BadFrame from error


def _no_id() -> UUID:
    raise BadFrame
