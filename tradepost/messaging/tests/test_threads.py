"""A message and all replies below it, as a tree."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from tradepost.accounts.actions.blocks import block_person
from tradepost.kit.ids import uuid7
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.members import remove_participant
from tradepost.messaging.models import Conversation, Message
from tradepost.messaging.tests.factories import make_conversation, say

MESSAGES = "/api/v1/messages/"


@pytest.fixture
def talk(ann, bob) -> Conversation:
    return make_conversation(ann, bob)


def say_below(sender, conversation, parent: Message, parents: list[int]) -> list[Message]:
    """Put many replies at once below a message: each below that one of the list (the message and
    then the replies) whose place is named in ``parents``."""
    said = [parent]
    for place in parents:
        above = said[place]
        reply = Message(
            id=uuid7(), conversation=conversation, seq=parent.seq + len(said), sender=sender,
            client_id=f"{parent.pk}{len(said)}", body=str(len(said)), parent=above,
            root=parent.root or parent, depth=above.depth + 1, sent_at=timezone.now(),
        )  # fmt: skip
        said.append(reply)
    Message.objects.bulk_create(said[1:])
    last = said[-1].seq
    Conversation.objects.filter(pk=conversation.pk).update(last_seq=last)
    return said


def read(api, user, message: Message, **query: Any) -> dict[str, Any]:
    return api(user).get(f"{MESSAGES}{message.pk}/thread/", query).json()


def walk(trees: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give all messages of trees, without recursion."""
    waiting = list(trees)
    while waiting:
        message = waiting.pop()
        yield message
        waiting += message["replies"]


def outline(message: dict[str, Any]) -> list[Any]:
    """Return a tree as its texts: ``[text, reply, reply]``."""
    return [message["message_body"], *map(outline, message["replies"])]


def test_a_thread_is_a_tree_in_the_order_in_which_it_was_said(api, ann, bob, talk):
    root = say(ann, talk, "root")
    first = say(bob, talk, "1", parent_id=root.pk)
    say(ann, talk, "beside it")
    say(ann, talk, "2", parent_id=root.pk)
    below = say(ann, talk, "1.1", parent_id=first.pk)
    say(bob, talk, "1.1.1", parent_id=below.pk)
    say(bob, talk, "1.2", parent_id=first.pk)

    whole, part = read(api, bob, root), read(api, bob, first)

    assert outline(whole["message"]) == ["root", ["1", ["1.1", ["1.1.1"]], ["1.2"]], ["2"]]
    assert outline(part["message"]) == ["1", ["1.1", ["1.1.1"]], ["1.2"]]
    assert (whole["replies"], whole["further"], whole["more"], whole["after"]) == ([], [], False, 7)


def test_a_reply_without_replies_is_a_thread_of_its_own(api, ann, talk):
    reply = say(ann, talk, "reply", parent_id=say(ann, talk).pk)

    shown = read(api, ann, reply)

    assert outline(shown["message"]) == ["reply"]
    assert (shown["more"], shown["after"]) == (False, reply.seq)


@pytest.mark.parametrize("start", [0, 1])
@pytest.mark.parametrize("shape", ["deep", "wide"])
def test_a_thousand_levels_and_a_thousand_siblings_cost_the_same(
    api, ann, talk, shape, start, django_assert_num_queries
):
    parents = list(range(1000)) if shape == "deep" else [0] * 1000
    said = say_below(ann, talk, say(ann, talk, "0"), [0, *(place + 1 for place in parents)])
    client, replies = api(ann), 1001 - start

    # the message, its replies, blocks, reactions, numbers of replies
    with django_assert_num_queries(5):
        first = client.get(f"{MESSAGES}{said[start].pk}/thread/", {"limit": 500}).json()
    with django_assert_num_queries(5):
        address = f"{MESSAGES}{said[start].pk}/thread/"
        second = client.get(address, {"limit": 500, "after": first["after"]}).json()

    assert first["more"] is second["more"] is True or replies == 1000
    assert second["message"] is None
    seen = [first["message"], *first["further"], *second["replies"], *second["further"]]
    assert len(list(walk(seen))) == 1001
    assert {m["seq"] for m in walk(seen)} == {m.seq for m in said[start : start + 1001]}


def test_what_is_too_deep_to_nest_comes_further_on_and_names_its_parent(api, ann, talk):
    said = say_below(ann, talk, say(ann, talk, "0"), list(range(250)))

    shown = read(api, ann, said[0], limit=500)

    assert [m["message_body"] for m in shown["further"]] == ["100", "200"]
    assert [m["parent_message"] for m in shown["further"]] == [str(said[99].pk), str(said[199].pk)]
    sizes = [len(list(walk([tree]))) for tree in (shown["message"], *shown["further"])]
    assert sizes == [100, 100, 51]


@pytest.mark.parametrize("start", [0, 2])
def test_pages_of_a_thread_together_are_the_thread(api, ann, talk, start):
    said = say_below(ann, talk, say(ann, talk, "0"), [0, 0, 2, 1, 3, 0, 3, 4, 2])
    whole = read(api, ann, said[start])

    pages, after, more = [], 0, True
    while more:
        pages.append(read(api, ann, said[start], limit=2, after=after))
        after, more = pages[-1]["after"], pages[-1]["more"]

    trees = [tree for page in pages for tree in (page["message"], *page["replies"]) if tree]
    found = {m["seq"]: m["parent_message"] for m in walk(trees)}
    assert found == {m["seq"]: m["parent_message"] for m in walk([whole["message"]])}
    assert [page["message"] is None for page in pages] == [False] + [True] * (len(pages) - 1)


def test_a_deleted_message_in_the_middle_keeps_the_thread_whole(api, ann, bob, talk):
    root = say(ann, talk, "root")
    middle = say(bob, talk, "middle", parent_id=root.pk)
    say(ann, talk, "end", parent_id=middle.pk)
    api(bob).delete(f"{MESSAGES}{middle.pk}/")

    assert outline(read(api, ann, root)["message"]) == ["root", ["", ["end"]]]
    assert outline(read(api, ann, middle)["message"]) == ["", ["end"]]


def test_a_thread_ends_where_one_left_and_withholds_whom_one_blocks(api, ann, bob, charlie):
    ids = [bob.pk, charlie.pk]
    group = start_conversation(starter=ann, participant_ids=ids, title="Boats")
    root = say(ann, group, "root")
    say(charlie, group, "before", parent_id=root.pk)
    block_person(blocker=bob, person_id=charlie.pk)
    remove_participant(owner=ann, conversation_id=group.pk, user_id=bob.pk)
    say(ann, group, "after", parent_id=root.pk)

    assert outline(read(api, bob, root)["message"]) == ["root", [""]]
    assert outline(read(api, charlie, root)["message"]) == ["root", ["before"], ["after"]]


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 501}, {"limit": "x"}, {"after": -1}, {"after": 2**63}]
)
def test_a_bad_page_of_a_thread_is_400(api, ann, talk, query):
    answer = api(ann).get(f"{MESSAGES}{say(ann, talk).pk}/thread/", query)

    assert answer.status_code == 400
    assert set(answer.json()) == set(query)
