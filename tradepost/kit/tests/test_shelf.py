"""The memory of hot reads: bounded in bytes and in time."""

from tradepost.kit.http.hot import shelf as shelves
from tradepost.kit.http.hot.shelf import Shelf


def test_what_was_put_is_found_under_its_key():
    shelf = Shelf(most_bytes=100)

    shelf.put("a", b"one")

    assert (shelf.get("a"), shelf.get("b")) == (b"one", None)


def test_what_was_not_asked_for_longest_makes_room():
    shelf = Shelf(most_bytes=6)
    for key in ("a", "b", "c"):
        shelf.put(key, b"xx")
    shelf.get("a")

    shelf.put("d", b"xx")

    assert [key for key in "abcd" if shelf.get(key)] == ["a", "c", "d"]


def test_what_is_put_again_counts_once():
    shelf = Shelf(most_bytes=4)
    shelf.put("a", b"xx")
    shelf.put("a", b"yy")

    shelf.put("b", b"zz")

    assert (shelf.get("a"), shelf.get("b")) == (b"yy", b"zz")


def test_what_fits_never_is_not_kept_and_costs_nobody_their_place():
    shelf = Shelf(most_bytes=4)
    shelf.put("a", b"xx")

    shelf.put("b", b"xxxxx")

    assert (shelf.get("a"), shelf.get("b")) == (b"xx", None)


def test_with_no_bytes_nothing_is_kept():
    shelf = Shelf(most_bytes=0)

    shelf.put("a", b"x")

    assert shelf.get("a") is None


def test_answers_end_after_their_seconds(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(shelves.time, "monotonic", lambda: now[0])
    shelf = Shelf(most_bytes=100, seconds=60)
    shelf.put("a", b"x")
    now[0] += 59
    before = shelf.get("a")

    now[0] += 2

    assert (before, shelf.get("a")) == (b"x", None)
