"""``manage.py audit``: what it says of good rows and of bad ones."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tradepost.core.actions import demo as making
from tradepost.core.actions import demo_stays
from tradepost.kit import audit as kit
from tradepost.kit.audit import find_faults, list_invariants, register_invariant

SENTENCE = "Nothing is odd."


def run(*names: str, **options) -> tuple[str, int]:
    """Return what the command writes, and its status."""
    out = StringIO()
    try:
        call_command("audit", *names, stdout=out, stderr=StringIO(), **options)
    except SystemExit as end:
        return out.getvalue(), end.code
    return out.getvalue(), 0


@pytest.fixture
def demo(db, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(making, "MOTIFS", {})  # drawing takes a second
    monkeypatch.setattr(demo_stays, "HOMES", {})
    making.make_demo_data(password="x-y-z-123")


@pytest.fixture
def odd(monkeypatch):
    """An invariant that 23 rows break."""
    monkeypatch.setattr(kit, "_invariants", dict(kit._invariants))
    register_invariant("test.odd", SENTENCE, lambda: (f"row {number}" for number in range(23)))


def test_every_app_with_rows_to_watch_has_invariants():
    apps = {invariant.name.partition(".")[0] for invariant in list_invariants()}

    assert apps == {"feed", "messaging", "payments", "stays", "store"}


def test_the_demo_keeps_all_invariants(demo):
    said, status = run()

    assert status == 0
    assert f"{len(list_invariants())} invariants, all of them hold" in said


def test_the_first_broken_rows_are_named_and_the_others_counted(db, odd):
    said, status = run()

    assert status == 1
    assert f"test.odd: 23 against it.\n  {SENTENCE}\n  - row 0\n" in said
    assert "  - row 19\n  ... and 3 more\n" in said
    assert "row 20" not in said
    assert "1 broken" in said


def test_a_machine_reads_the_same(db, odd):
    said, status = run(json=True)

    findings = {found["name"]: found for found in json.loads(said)}
    assert status == 1
    assert len(findings) == len(list_invariants())
    assert (findings["test.odd"]["count"], len(findings["test.odd"]["rows"])) == (23, 20)
    assert findings["store.carts"]["count"] == 0


def test_one_may_look_for_some_only(db, odd):
    assert run("store.carts", "feed.order")[1] == 0
    assert run("test.odd")[1] == 1
    assert find_faults(["test.odd"])[0] == "test.odd: row 0"


def test_a_name_that_nobody_has_is_refused(db):
    with pytest.raises(CommandError, match=r"There is no invariant store\.hats\. Try --list"):
        run("store.hats")


def test_the_list_says_what_is_looked_for(db, odd):
    said, status = run(list=True)

    assert status == 0
    assert f"test.odd: {SENTENCE}\n" in said


def test_counting_ends_somewhere(db, odd, monkeypatch):
    monkeypatch.setattr(kit, "MOST_COUNTED", 22)
    monkeypatch.setattr("tradepost.core.management.commands.audit.MOST_COUNTED", 22)

    assert "test.odd: 22 or more against it" in run()[0]


def test_a_name_is_registered_once(odd):
    with pytest.raises(ValueError, match=r"test\.odd"):
        register_invariant("test.odd", SENTENCE, list)
