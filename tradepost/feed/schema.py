"""The rows of the feed as a JSON schema, for whoever writes a client."""

from types import NoneType
from uuid import UUID

from tradepost.feed.kinds import EventKind, TypeOfFact, list_events, types_of

DRAFT = "https://json-schema.org/draft/2020-12/schema"
ABOUT = (
    "What happened to a user. Skip rows of kinds that you do not know, and pass over fields of "
    "`data` that are not named here: later versions may bring both."
)
IN_JSON: dict[type, dict[str, str]] = {
    UUID: {"type": "string", "format": "uuid"},
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
}


def schema_of_rows() -> dict[str, object]:
    """Return the schema of a row: its data by its kind, and any kind that is not known yet."""
    kinds = list_events()
    return {
        "$schema": DRAFT,
        "title": "Row of the feed",
        "description": ABOUT,
        "type": "object",
        "properties": {
            "seq": {"type": "integer", "minimum": 1},
            "kind": {"type": "string"},
            "data": {"type": "object"},
            "at": {"type": "string", "format": "date-time"},
        },
        "required": ["seq", "kind", "data", "at"],
        "oneOf": [*map(_row_of, kinds), _row_to_skip(list(kinds))],
        "$defs": {name: schema_of_data(kind) for name, kind in kinds.items()},
    }


def schema_of_data(kind: EventKind) -> dict[str, object]:
    """Return the schema of what the events of a kind say."""
    return {
        "description": kind.sentence,
        "type": "object",
        "properties": {name: _in_json(said) for name, said in sorted(kind.fields.items())},
        "required": sorted(kind.fields),
    }


def _row_of(kind: str) -> dict[str, object]:
    return {"properties": {"kind": {"const": kind}, "data": {"$ref": f"#/$defs/{kind}"}}}


def _row_to_skip(kinds: list[str]) -> dict[str, object]:
    return {
        "description": "Of a kind that is not known yet: skip it.",
        "properties": {"kind": {"not": {"enum": kinds}}},
    }


def _in_json(said: TypeOfFact) -> dict[str, object]:
    words: list[dict[str, str]] = [IN_JSON[each] for each in IN_JSON if each in types_of(said)]
    return {"anyOf": words} if len(words) > 1 else {**words[0]}
