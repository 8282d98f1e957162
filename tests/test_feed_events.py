"""docs/feed-events.json, from which clients are written, is made of what the apps register."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tradepost.feed import kinds

COMMITTED = Path(__file__).resolve().parents[1] / "docs" / "feed-events.json"
SAID = {
    "conversation": "0199d1a0-0000-7000-8000-000000000001",
    "message": "0199d1a0-0000-7000-8000-000000000002",
    "seq": 1,
}
ROW = {"seq": 7, "kind": "message.created", "data": SAID, "at": "2026-01-31T12:00:00Z"}


@pytest.fixture
def judge() -> Draft202012Validator:
    """What a client may hold rows against."""
    formats = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(json.loads(COMMITTED.read_text()), format_checker=formats)


def test_the_committed_events_are_the_present_ones(tmp_path):
    file = tmp_path / "feed-events.json"

    call_command("describe_feed", file=str(file))

    assert file.read_text() == COMMITTED.read_text(), "run `make schema`"


def test_the_order_in_which_apps_register_makes_no_difference(tmp_path, monkeypatch):
    file = tmp_path / "feed-events.json"
    monkeypatch.setattr(kinds, "_kinds", dict(reversed(kinds._kinds.items())))

    call_command("describe_feed", file=str(file))

    assert file.read_text() == COMMITTED.read_text()


def test_without_a_file_they_are_printed(capsys):
    call_command("describe_feed")

    assert capsys.readouterr().out == COMMITTED.read_text()


def test_what_is_committed_is_a_schema(judge):
    judge.check_schema(judge.schema)


def test_every_kind_says_in_a_sentence_when_it_comes():
    sentences = [kind.sentence for kind in kinds.list_events().values()]

    assert len(sentences) > 20
    assert [sentence for sentence in sentences if not sentence.endswith(".")] == []
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize(
    "row",
    [
        ROW,
        {**ROW, "data": {**SAID, "of_a_later_version": [1]}},
        {**ROW, "kind": "of.a_later_version", "data": {}},
    ],
    ids=["a known one", "with a new field", "of a new kind"],
)
def test_rows_that_a_client_must_take(judge, row):
    judge.validate(row)


@pytest.mark.parametrize(
    "row",
    [
        {**ROW, "seq": 0},
        {**ROW, "data": {**SAID, "seq": "1"}},
        {**ROW, "data": {**SAID, "message": "1"}},
        {**ROW, "data": {"seq": 1}},
        {"kind": "message.created", "data": SAID},
    ],
    ids=["no number", "a wrong type", "no id", "too little", "no row"],
)
def test_rows_that_never_come(judge, row):
    with pytest.raises(ValidationError):
        judge.validate(row)


def test_a_field_that_may_be_empty_is_described_so(tmp_path, monkeypatch):
    monkeypatch.setattr(kinds, "_kinds", {})
    kinds.register_event("test", sentence="Something.", thing=UUID | None, number=int)
    file = tmp_path / "feed-events.json"

    call_command("describe_feed", file=str(file))

    assert json.loads(file.read_text())["$defs"]["test"] == {
        "description": "Something.",
        "type": "object",
        "properties": {
            "number": {"type": "integer"},
            "thing": {"anyOf": [{"type": "string", "format": "uuid"}, {"type": "null"}]},
        },
        "required": ["number", "thing"],
    }
