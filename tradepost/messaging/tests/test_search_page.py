"""Searching messages in the browser."""

import pytest

from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.limits import Searches
from tradepost.messaging.tests.factories import make_conversation, say


@pytest.fixture
def talk(ann, bob):
    return make_conversation(ann, bob)


def bodies_of(answer) -> list[str]:
    return [result["message"]["message_body"] for result in answer.context["results"]]


def test_what_is_found_leads_to_its_place_with_the_words_marked(client, ann, bob, talk):
    say(ann, talk, "Nothing of it")
    say(bob, talk, "The <b> kettle boils")
    client.force_login(ann)

    answer = client.get("/inbox/search/", {"q": "kett"})

    text = answer.content.decode()
    assert f'href="/inbox/{talk.pk}/?around=2#m-2">Bob Example' in text
    assert "The &lt;b&gt; <mark>kettle</mark> boils" in text
    assert bodies_of(answer) == ["The <b> kettle boils"]


def test_nobody_finds_what_they_do_not_see(client, ann, bob, charlie, talk):
    say(ann, talk, "The kettle")
    client.force_login(charlie)

    answer = client.get("/inbox/search/", {"q": "kettle"})

    assert bodies_of(answer) == []
    assert "Nothing was found." in answer.content.decode()


def test_results_come_twenty_a_page_newest_first(client, ann, bob):
    group = start_conversation(starter=ann, participant_ids=[bob.pk], title="Kettles")
    for number in range(21):
        say(bob, group, f"kettle {number}")
    client.force_login(ann)

    first = client.get("/inbox/search/", {"q": "kettle"})
    older = first.context["page"]["older"]
    second = client.get("/inbox/search/", {"q": "kettle", "before": older})

    found = bodies_of(first) + bodies_of(second)
    assert found == [f"kettle {number}" for number in range(20, -1, -1)]
    assert len(bodies_of(first)) == 20
    assert first.context["results"][0]["title"] == "Kettles"


@pytest.mark.parametrize("q", ["", "has:nonsense", "x" * 201, "after:then"])
def test_what_cannot_be_looked_for_is_said_in_the_form(client, ann, q):
    client.force_login(ann)

    answer = client.get("/inbox/search/", {"q": q})

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert "results" not in answer.context


def test_too_many_searches_are_refused_in_the_form(client, ann, settings, monkeypatch):
    settings.RATE_LIMITS = True
    monkeypatch.setattr(Searches, "most", 0)
    client.force_login(ann)

    answer = client.get("/inbox/search/", {"q": "kettle"})

    assert (answer.status_code, answer.context["form"]["q"].value()) == (429, "kettle")


def test_a_search_takes_at_most_thirteen_queries_however_much_it_finds(
    client, ann, bob, talk, django_assert_max_num_queries
):
    for _ in range(5):
        say(bob, talk, "kettle")
    client.force_login(ann)

    # session, user, place in the feed, whom the reader blocks, where to look, two looks (SQLite),
    # the messages, their reactions and replies, titles; what is unread: conversations,
    # notifications
    with django_assert_max_num_queries(13):
        client.get("/inbox/search/", {"q": "kettle"})
