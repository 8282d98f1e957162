"""No message is lost, doubled or out of order, whoever writes at the same moment."""

from functools import partial
from uuid import uuid4

import httpx
import pytest

from tests.races.conftest import signed_in, statuses
from tradepost.feed.models import FeedHead, Pointer
from tradepost.messaging.actions.conversations import open_direct_conversation
from tradepost.messaging.models import Conversation, Message, Participant
from tradepost.notifications.models import Notification
from tradepost.store.tests.factories import make_order

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def send(client: httpx.Client, *, body: dict[str, str], headers: dict[str, str]) -> httpx.Response:
    return client.post("messages/", json=body, headers=headers)


def assert_feed_has_no_gaps() -> None:
    for head in FeedHead.objects.all():
        seqs = Pointer.objects.filter(user_id=head.user_id).order_by("seq")
        assert list(seqs.values_list("seq", flat=True)) == list(range(1, head.seq + 1))


def test_parallel_sends_into_one_conversation_are_all_there_in_one_order(crowd, ann, bob):
    conversation = open_direct_conversation(first=ann, second=bob)
    sends = [
        partial(
            send,
            body={"conversation": str(conversation.pk), "message_body": f"{name} {n}"},
            headers=signed_in(user),
        )
        for name, user in (("ann", ann), ("bob", bob))
        for n in range(15)
    ]

    answers = crowd.at_once(*sends)

    assert statuses(answers) == [201] * 30
    rows = Message.objects.filter(conversation=conversation).order_by("seq")
    assert list(rows.values_list("seq", flat=True)) == list(range(1, 31))
    assert {a.json()["seq"] for a in answers} == set(range(1, 31))
    assert Conversation.objects.get().last_seq == 30
    assert Notification.objects.count() == 30
    assert_feed_has_no_gaps()


def test_one_client_id_ten_times_at_once_sends_one_message(crowd, ann, bob):
    conversation = open_direct_conversation(first=ann, second=bob)
    body = {
        "conversation": str(conversation.pk),
        "message_body": "Is it still there?",
        "client_id": str(uuid4()),
    }

    answers = crowd.at_once(*[partial(send, body=body, headers=signed_in(ann))] * 10)

    assert statuses(answers) == [201] * 10
    assert len({a.json()["message_id"] for a in answers}) == 1
    assert Message.objects.count() == 1


def test_one_client_id_in_two_conversations_at_once_is_refused_in_one(crowd, ann, bob, charlie):
    client_id = str(uuid4())
    sends = [
        partial(
            send,
            body={
                "conversation": str(open_direct_conversation(first=ann, second=other).pk),
                "message_body": "Hello",
                "client_id": client_id,
            },
            headers=signed_in(ann),
        )
        for other in (bob, charlie)
    ]

    answers = crowd.at_once(*sends * 3)

    assert set(statuses(answers)) <= {201, 409}
    assert Message.objects.count() == 1


def test_people_who_write_to_each_other_crosswise_never_block_each_other(crowd, ann, bob, charlie):
    pairs = [(ann, bob), (bob, charlie), (charlie, ann)]
    sends = []
    for first, second in pairs:
        conversation = open_direct_conversation(first=first, second=second)
        for sender in (first, second):
            body = {"conversation": str(conversation.pk), "message_body": "Hello"}
            sends.append(partial(send, body=body, headers=signed_in(sender)))

    answers = crowd.at_once(*sends * 4)

    assert statuses(answers) == [201] * 24
    assert_feed_has_no_gaps()


def test_opening_the_conversation_about_an_order_at_once_opens_one(crowd, ann, dora):
    order = make_order(ann)

    def ask(client: httpx.Client, *, headers: dict[str, str]) -> httpx.Response:
        return client.post(f"store/orders/{order.pk}/conversation/", headers=headers)

    answers = crowd.at_once(*[partial(ask, headers=signed_in(ann))] * 10)

    assert statuses(answers) == [200] * 10
    assert len({a.json()["conversation_id"] for a in answers}) == 1
    assert Participant.objects.count() == 2


def test_two_people_who_start_talking_to_each_other_at_once_share_one_conversation(crowd, ann, bob):
    def start(client: httpx.Client, *, by, to) -> httpx.Response:
        people = {"participant_ids": [str(to.pk)]}
        return client.post("conversations/", json=people, headers=signed_in(by))

    answers = crowd.at_once(*[partial(start, by=ann, to=bob), partial(start, by=bob, to=ann)] * 5)

    assert statuses(answers) == [201] * 10
    assert Conversation.objects.count() == 1
