"""No message is lost, doubled or out of order, whoever writes at the same moment."""

from functools import partial
from uuid import uuid4

import httpx
import pytest
from django.db import connections

from tests.races.conftest import Request, signed_in, statuses
from tradepost.accounts.actions.users import close_account
from tradepost.accounts.models import User
from tradepost.feed.models import FeedHead, Pointer
from tradepost.messaging.actions.conversations import open_direct_conversation, start_conversation
from tradepost.messaging.actions.members import make_owner
from tradepost.messaging.actions.reactions import MOST_REACTIONS
from tradepost.messaging.models import (
    Conversation,
    Message,
    MessageHistory,
    Participant,
    Reaction,
)
from tradepost.messaging.tasks import finish_erasure
from tradepost.messaging.tests.factories import say
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


def post(client: httpx.Client, path: str, *, by: User, **body: object) -> httpx.Response:
    return client.post(path, json=body, headers=signed_in(by))


def change(client: httpx.Client, message: Message, *, by: User, **body: object) -> httpx.Response:
    return client.patch(f"messages/{message.pk}/", json=body, headers=signed_in(by))


def take_back(client: httpx.Client, message: Message, *, by: User) -> httpx.Response:
    return client.delete(f"messages/{message.pk}/", headers=signed_in(by))


def close(client: httpx.Client, *, user: User) -> None:
    """Close an account, here in the test: no hash of a password shall delay it."""
    close_account(user=user)
    connections.close_all()


def writing(talk: Conversation, *, by: User, **more: object) -> Request:
    return partial(
        post, path="messages/", by=by, conversation=str(talk.pk), message_body="Hello", **more
    )


def about(talk: Conversation, deed: str, *, by: User, **body: object) -> Request:
    return partial(post, path=f"conversations/{talk.pk}/{deed}/", by=by, **body)


def received(user: User) -> set[int]:
    """The numbers of the messages that a user's feed has told of."""
    rows = Pointer.objects.filter(user=user, event__kind="message.created")
    return {data["seq"] for data in rows.values_list("event__data", flat=True)}


def assert_nobody_is_told_of_what_they_do_not_see() -> None:
    for place in Participant.objects.select_related("user"):
        messages = Message.objects.filter(conversation=place.conversation_id)
        told = Notification.objects.filter(
            user=place.user,
            cause__in=[f"message:{pk}" for pk in messages.values_list("pk", flat=True)],
        )
        seen = {f"message:{m.pk}" for m in messages.visible_to(place.user)}
        assert {row.cause for row in told} <= seen
        if place.left_seq is not None and place.joined_seq == 0:
            assert received(place.user) == set(range(1, place.left_seq + 1))


@pytest.fixture
def group(ann, bob, charlie) -> Conversation:
    return start_conversation(starter=ann, participant_ids=[bob.pk, charlie.pk], title="Group")


@pytest.mark.parametrize("turn", range(2))
def test_of_edits_of_one_version_one_is_taken(crowd, ann, bob, turn):
    message = say(ann, open_direct_conversation(first=ann, second=bob), "first")
    edits = [
        partial(change, message=message, by=ann, message_body=f"{n}", version=1) for n in range(6)
    ]

    answers = crowd.at_once(*edits)

    assert statuses(answers) == [200] + [412] * 5
    [taken] = [answer for answer in answers if answer.status_code == 200]
    message.refresh_from_db()
    assert (message.body, message.version) == (taken.json()["message_body"], 2)
    assert list(message.history.values_list("version", "body")) == [(1, "first")]


def test_edits_without_a_version_come_one_after_the_other(crowd, ann, bob):
    message = say(ann, open_direct_conversation(first=ann, second=bob), "first")

    answers = crowd.at_once(
        *[partial(change, message=message, by=ann, message_body=f"{n}") for n in range(6)]
    )

    message.refresh_from_db()
    said = [*message.history.order_by("version").values_list("body", flat=True), message.body]
    assert statuses(answers) == [200] * 6
    assert sorted(said) == ["0", "1", "2", "3", "4", "5", "first"]
    assert (said[0], message.version) == ("first", 7)


@pytest.mark.parametrize("turn", range(2))
def test_a_reply_to_what_is_taken_back_at_that_moment_stays_in_its_thread(crowd, ann, bob, turn):
    talk = open_direct_conversation(first=ann, second=bob)
    message = say(ann, talk)
    replies = [writing(talk, by=bob, parent_message=str(message.pk)) for _ in range(4)]

    answers = crowd.at_once(partial(take_back, message=message, by=ann), *replies)

    assert statuses(answers) == [201] * 4 + [204]
    assert message.replies.count() == 4
    assert Message.objects.filter(root=message, depth=1).count() == 4


@pytest.mark.parametrize("turn", range(3))
def test_who_comes_and_who_goes_get_just_what_they_may_see(
    crowd, ann, bob, charlie, dora, group, turn
):
    sends = [writing(group, by=user) for user in (ann, bob) for _ in range(4)]

    answers = crowd.at_once(
        *sends,
        about(group, "add_participant", by=ann, user_id=str(dora.pk)),
        about(group, "leave", by=charlie),
    )

    assert statuses(answers) == [200] * 2 + [201] * 8
    place = Participant.objects.get(user=dora)
    last = Conversation.objects.get().last_seq
    assert last == 10
    assert received(dora) == set(range(place.joined_seq + 1, last + 1))
    assert_nobody_is_told_of_what_they_do_not_see()
    assert_feed_has_no_gaps()


@pytest.mark.parametrize("turn", range(3))
def test_who_is_taken_out_gets_and_sends_nothing_afterwards(crowd, ann, bob, charlie, group, turn):
    sends = [writing(group, by=user) for user in (ann, charlie) for _ in range(4)]

    answers = crowd.at_once(
        *sends, about(group, "remove_participant", by=ann, user_id=str(charlie.pk))
    )

    left_seq = Participant.objects.get(user=charlie).left_seq
    assert set(statuses(answers)) <= {200, 201, 404}
    assert not Message.objects.filter(sender=charlie, seq__gt=left_seq).exists()
    assert_nobody_is_told_of_what_they_do_not_see()


@pytest.mark.parametrize("turn", range(2))
def test_a_message_comes_before_the_block_or_not_at_all(crowd, ann, bob, turn):
    talk = open_direct_conversation(first=ann, second=bob)
    block = partial(post, path=f"users/{bob.pk}/block/", by=ann)

    blocked, *sent = crowd.at_once(block, *[writing(talk, by=bob) for _ in range(6)])

    assert blocked.status_code == 204
    assert {answer.status_code for answer in sent} <= {201, 403}
    assert Message.objects.count() == statuses(sent).count(201)
    late = crowd.at_once(writing(talk, by=bob))
    assert statuses(late) == [403]


@pytest.mark.parametrize("turn", range(3))
def test_nothing_is_left_of_who_goes_while_writing(crowd, ann, bob, charlie, group, turn):
    mine, theirs = say(charlie, group, "marker"), say(ann, group)

    _, *others = crowd.at_once(
        partial(close, user=charlie),
        writing(group, by=charlie, parent_message=str(theirs.pk)),
        writing(group, by=ann, parent_message=str(mine.pk)),
        partial(change, message=mine, by=charlie, message_body="marker again"),
        partial(post, path=f"messages/{theirs.pk}/reactions/", by=charlie, emoji="👍"),
    )

    # 403: by then the message was nobody's.
    assert {answer.status_code for answer in others} <= {200, 201, 401, 403, 404, 409}
    # What slipped in between goes a minute later, by the job that closing asked for.
    finish_erasure(user_id=str(charlie.pk))
    assert not Message.objects.filter(sender=charlie).exists()
    assert not Message.objects.filter(body__contains="marker").exists()
    assert not MessageHistory.objects.filter(body__contains="marker").exists()
    assert Message.objects.filter(parent=mine).count() == 1


@pytest.mark.parametrize("turn", range(3))
def test_when_two_owners_go_at_once_an_owner_remains(crowd, ann, bob, charlie, group, turn):
    make_owner(owner=ann, conversation_id=group.pk, user_id=bob.pk)

    answers = crowd.at_once(about(group, "leave", by=ann), about(group, "leave", by=bob))

    assert statuses(answers) == [200, 200]
    here = Participant.objects.active()
    assert list(here.values_list("user", "role")) == [(charlie.pk, "owner")]


def test_nobody_puts_more_below_a_message_than_is_allowed(crowd, ann, bob):
    message = say(ann, open_direct_conversation(first=ann, second=bob))
    emoji = [chr(0x1F400 + n) for n in range(MOST_REACTIONS + 5)]
    reactions = [
        partial(post, path=f"messages/{message.pk}/reactions/", by=bob, emoji=one) for one in emoji
    ]

    answers = crowd.at_once(*reactions, *reactions[:2])

    assert Reaction.objects.filter(user=bob).count() == MOST_REACTIONS
    assert set(statuses(answers)) == {200, 400}


@pytest.mark.parametrize("turn", range(2))
def test_what_comes_while_one_reads_is_unread_or_read_and_never_lost(crowd, ann, bob, turn):
    talk = open_direct_conversation(first=ann, second=bob)
    reads = [
        partial(
            post, path="messages/mark_conversation_as_read/", by=bob, conversation_id=str(talk.pk)
        )
        for _ in range(4)
    ]

    answers = crowd.at_once(*[writing(talk, by=ann) for _ in range(6)], *reads)

    read = [answer.json()["last_read_seq"] for answer in answers if answer.status_code == 200]
    place = Participant.objects.get(user=bob)
    assert statuses(answers) == [200] * 4 + [201] * 6
    assert place.last_read_seq == max(read)
    assert Message.unread.for_user(bob).count() == 6 - place.last_read_seq
