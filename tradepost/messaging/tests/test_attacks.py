"""What strangers, people who left, blocked people and odd input tried, and do not get."""

from uuid import uuid4

import pytest
from django.core.cache import cache

from conftest import make_user
from tradepost.accounts.actions.blocks import block_person
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.members import add_participant, leave_conversation
from tradepost.messaging.api import message_pages
from tradepost.messaging.limits import Messages, NewConversations
from tradepost.messaging.models import Conversation, Message
from tradepost.messaging.rich_text import LONGEST_LINK, to_html
from tradepost.messaging.tests.factories import make_conversation, say

CONVERSATIONS = "/api/v1/conversations/"
MESSAGES = "/api/v1/messages/"


@pytest.fixture
def talk(ann, bob) -> Conversation:
    return make_conversation(ann, bob)


@pytest.fixture
def group(ann, bob, charlie) -> Conversation:
    ids = [bob.pk, charlie.pk]
    return start_conversation(starter=ann, participant_ids=ids, title="Boats")


def test_who_has_left_is_not_told_who_came_since_nor_who_has_read_what(api, ann, bob, dora, group):
    message = say(ann, group)
    leave_conversation(user=bob, conversation_id=group.pk)
    add_participant(owner=ann, conversation_id=group.pk, user_id=dora.pk, show_history=True)

    left = f"{CONVERSATIONS}?show=left"
    [row] = api(bob).get(left).json()["results"]
    detail = api(bob).get(f"{CONVERSATIONS}{group.pk}/").json()

    for shown in (row, detail):
        assert (shown["participants"], shown["participant_count"]) == ([], 0)
    assert api(bob).get(f"{left}&search=dora").json()["results"] == []
    assert api(bob).get(f"{MESSAGES}{message.pk}/receipts/").json() == []
    assert len(api(ann).get(f"{MESSAGES}{message.pk}/receipts/").json()) == 1


def test_nobody_answers_what_was_said_before_they_came(api, ann, dora, group):
    before = say(ann, group)
    add_participant(owner=ann, conversation_id=group.pk, user_id=dora.pk)
    body = {"conversation": str(group.pk), "message_body": "x", "parent_message": str(before.pk)}

    unseen = api(dora).post(MESSAGES, body)
    unknown = api(dora).post(MESSAGES, {**body, "parent_message": str(uuid4())})

    assert unseen.status_code == unknown.status_code == 400
    assert unseen.json() == unknown.json()


def test_who_is_blocked_by_the_other_reaches_them_in_no_other_way(api, ann, bob, talk):
    message = say(ann, talk)
    block_person(blocker=ann, person_id=bob.pk)

    state = api(bob).patch(f"{CONVERSATIONS}{talk.pk}/", {"state": "waiting"})
    reaction = api(bob).post(f"{MESSAGES}{message.pk}/reactions/", {"emoji": "👍"})

    assert (state.status_code, reaction.status_code) == (403, 403)
    assert Message.objects.filter(conversation=talk).count() == 1
    assert api(ann).patch(f"{CONVERSATIONS}{talk.pk}/", {"state": "closed"}).status_code == 200


def test_what_the_house_says_of_somebody_counts_as_their_messages(
    api, bob, group, settings, monkeypatch
):
    settings.RATE_LIMITS = True
    monkeypatch.setattr(Messages, "most", 1)
    states = ("waiting", "closed")

    codes = [
        api(bob).patch(f"{CONVERSATIONS}{group.pk}/", {"state": state}).status_code
        for state in states
    ]

    assert codes == [200, 429]


def test_a_title_that_is_a_number_makes_a_new_conversation_too(
    api, ann, bob, talk, settings, monkeypatch
):
    settings.RATE_LIMITS = True
    monkeypatch.setattr(NewConversations, "most", 1)
    body = {"participant_ids": [str(bob.pk)], "title": 0}

    assert [api(ann).post(CONVERSATIONS, body).status_code for _ in range(2)] == [201, 429]


def test_no_version_has_thousands_of_digits(api, ann, talk):
    message = say(ann, talk)

    headers = {"If-Match": f'"{"9" * 5000}"'}
    answer = api(ann).patch(f"{MESSAGES}{message.pk}/", {"message_body": "x"}, headers=headers)

    assert answer.status_code == 412


@pytest.mark.parametrize("levels", [300, 1020])
@pytest.mark.parametrize("field", ["message_body", "receiver", "participant_ids"])
def test_what_is_nested_too_deeply_is_refused(api, ann, settings, field, levels):
    settings.RATE_LIMITS = True
    body = f'{{"{field}":{"[" * levels}{"]" * levels}}}'

    for address in (MESSAGES, CONVERSATIONS):
        answer = api(ann).post(address, body, content_type="application/json")
        assert answer.status_code == 400


def test_a_large_page_is_not_kept(api, ann, bob, talk, monkeypatch):
    say(ann, talk, "x" * 1000)
    address = f"{CONVERSATIONS}{talk.pk}/messages/"
    kept = []
    monkeypatch.setattr(cache, "set", lambda key, *rest: kept.append(key))

    api(bob).get(address)
    monkeypatch.setattr(message_pages, "MOST_KEPT_BYTES", 1000)
    api(bob).get(f"{address}?page_size=2")

    assert len([key for key in kept if key.startswith("messages:")]) == 1


def test_nobody_answers_deeper_than_a_depth_can_count(api, ann, talk, monkeypatch):
    monkeypatch.setattr("tradepost.messaging.actions.messages.DEEPEST", 1)
    first = say(ann, talk)
    second = say(ann, talk, parent_id=first.pk)
    body = {"conversation": str(talk.pk), "message_body": "x", "parent_message": str(second.pk)}

    answer = api(ann).post(MESSAGES, body)

    assert (answer.status_code, list(answer.json())) == (400, ["parent_message"])


def test_a_newcomer_s_message_shows_readers(api, ann, group):
    eve = make_user("eve")
    add_participant(owner=ann, conversation_id=group.pk, user_id=eve.pk)
    message = say(eve, group)

    api(ann).patch(f"{MESSAGES}{message.pk}/mark_as_read/")

    readers = api(eve).get(f"{MESSAGES}{message.pk}/receipts/").json()
    assert [person["username"] for person in readers] == ["ann"]


def test_an_address_as_long_as_a_message_is_no_link():
    longest = "http://a.b/" + "x" * (LONGEST_LINK - len("http://a.b/"))

    assert "<a " in to_html(longest[:-4])
    assert "<a " not in to_html(longest + "x" * 4)
