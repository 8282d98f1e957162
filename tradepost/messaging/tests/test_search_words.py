"""What people type to search messages, taken apart; and the pieces that they are shown."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from tradepost.messaging.search_words import Place, Search, read_search
from tradepost.messaging.snippets import LONGEST, make_snippet


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("green tea", Search(words=("green", "tea"))),
        ('"green tea" pot', Search(words=('green tea"', "pot"))),
        ('tea "green', Search(words=("tea", '"green'))),
        ('""', Search()),
        ("tea -milk", Search(words=("tea",), without=("milk",))),
        ('tea -"cold milk" - --', Search(words=("tea",), without=('cold milk"',))),
        ("well-known -x-100", Search(words=("well-known",), without=("x-100",))),
        ("FROM:Bob from:me", Search(senders=("Bob", "me"))),
        ('in:"old boats" in:@bob', Search(places=(Place(title="old boats"), Place(person="bob")))),
        (f"in:{UUID(int=7)}", Search(places=(Place(conversation_id=UUID(int=7)),))),
        ("has:link HAS:Picture", Search(has=frozenset({"link", "picture"}))),
        ("https://x.example from:bob/x", Search(words=("https://x.example",), senders=("bob/x",))),
        ('from:"bob"x', Search(words=('from:"bob"x',))),
    ],
)
def test_a_text_is_taken_apart(text, search):
    assert read_search(text) == search


def test_several_days_narrow():
    search = read_search("before:2026-05-02 before:2026-05-09 after:2026-01-01 after:2026-02-28")

    assert search.start == datetime(2026, 3, 1, tzinfo=UTC)
    assert search.end == datetime(2026, 5, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "words", "snippet"),
    [
        ("a cup of tea", ["tea"], "a cup of <mark>tea</mark>"),
        ("teapots for steam", ["tea"], "<mark>teapots</mark> for steam"),
        ("tea teapots", ['tea"'], "<mark>tea</mark> teapots"),
        ("Ein Café, bitte", ["cafe"], "Ein <mark>Café</mark>, bitte"),
        ("Straße", ["strasse"], "<mark>Straße</mark>"),
        ("有机咖啡豆", ["咖啡"], "有机<mark>咖啡</mark>豆"),
        ("order X-100!", ["x-100"], "order <mark>X-100</mark>!"),
        ("green\n\n tea", ['green tea"'], "<mark>green tea</mark>"),
        (
            "<b>tea</b> & 'more'",
            ["tea"],
            "&lt;b&gt;<mark>tea</mark>&lt;/b&gt; &amp; &#x27;more&#x27;",
        ),
        ("<mark>", ["mark"], "&lt;<mark>mark</mark>&gt;"),
        ("nothing of it", ["tea"], "nothing of it"),
        ("no words", [], "no words"),
    ],
)
def test_a_snippet_marks_what_was_found_and_is_safe(body, words, snippet):
    assert make_snippet(body, words) == snippet


@pytest.mark.parametrize("place", [0, 30, 500, 985, 999])
def test_a_long_text_is_cut_around_the_first_hit(place):
    parts = ["lorem"] * 1000
    parts[place] = "<tea>"

    snippet = make_snippet(" ".join(parts), ["tea"])

    plain = snippet.replace("<mark>", "").replace("</mark>", "").replace("&lt;", "<")
    assert "&lt;<mark>tea</mark>&gt;" in snippet
    assert len(plain.replace("&gt;", ">")) <= LONGEST
    assert snippet.startswith("…") is (place > 12)
    assert snippet.endswith("…") is (place < 985)


def test_a_text_without_spaces_is_cut_too():
    snippet = make_snippet("x" * 300 + " tea " + "y" * 300, ["tea"])

    assert "<mark>tea</mark>" in snippet
    assert len(snippet) == LONGEST + len("<mark></mark>")
