"""The copy of one's data: everything about oneself, and of others nothing but names."""

import json
import zipfile
from io import BytesIO

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.test_erasure import MARKER, OF_ORDER, folder, planted, zoe  # noqa: F401 - fixtures
from tradepost.accounts.models import Export
from tradepost.accounts.personal_data import _collectors, write_archive
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.members import add_participant, leave_conversation
from tradepost.messaging.personal_data import collect_messages
from tradepost.messaging.tests.factories import make_conversation, say

pytestmark = pytest.mark.django_db(transaction=True)
NOTHING_PERSONAL = {"kit", "tags", "core"}


@pytest.fixture
def copy(planted, zoe) -> dict[str, bytes]:  # noqa: F811
    """What is in zoe's copy, by its path."""
    with zipfile.ZipFile(Export.objects.get(user=zoe).file.open()) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows(copy: dict[str, bytes], name: str) -> list[dict]:
    return json.loads(copy[name])


def test_every_app_gives_what_it_keeps() -> None:
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("tradepost.")}

    assert set(_collectors) == ours - NOTHING_PERSONAL - {"playground"}


def test_messages_are_there_with_what_they_said_before(copy) -> None:
    first, deleted, *_ = rows(copy, "messaging/messages.json")

    assert first["text"] == f"then {MARKER}x"
    assert [old["text"] for old in first["earlier_texts"]] == [f"first {MARKER}"]
    assert (deleted["text"], deleted["deleted_at"] is None) == ("", False)
    assert [old["text"] for old in deleted["earlier_texts"]] == [f"deleted {MARKER}"]


def test_files_are_there_with_their_content(copy) -> None:
    text, picture, unsent = rows(copy, "messaging/files.json")

    assert text["name"] == f"{MARKER}.txt"
    assert copy[f"messaging/{text['file']}"] == f"content {MARKER}".encode()
    assert copy[f"messaging/{picture['file']}"].startswith(b"\xff\xd8")
    assert (unsent["message"], text["message"] is None) == (None, False)


def test_conversations_reactions_and_reports_are_there(copy) -> None:
    direct, group, _of_place = rows(copy, "messaging/conversations.json")

    assert direct["people"] == ["Bob Example"]
    assert (group["title"], group["role"]) == (f"Talk of {MARKER}", "owner")
    assert [row["emoji"] for row in rows(copy, "messaging/reactions.json")] == ["👍"]
    assert [row["note"] for row in rows(copy, "messaging/reports.json")] == [f"note {MARKER}"]


def test_who_came_after_the_person_had_left_is_not_named(ann, bob, charlie) -> None:
    group = start_conversation(starter=ann, participant_ids=[bob.pk], title="Trip")
    leave_conversation(user=bob, conversation_id=group.pk)
    add_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    direct = make_conversation(ann, bob)

    files = dict(collect_messages(bob))
    talks = json.loads(b"".join(files["messaging/conversations.json"]))

    people = {talk["conversation"]: talk["people"] for talk in talks}
    assert people == {str(group.pk): [], str(direct.pk): ["Ann Example"]}


def test_what_the_shop_knows_is_there(copy) -> None:
    [order] = rows(copy, "store/orders.json")
    [address] = rows(copy, "store/addresses.json")
    [review] = rows(copy, "store/reviews.json")
    [line] = rows(copy, "store/cart.json")

    assert json.loads(copy["store/customer.json"])["phone"] == f"+2 {MARKER}"
    assert order["delivery_address"].startswith(OF_ORDER)
    assert [line["quantity"] for line in order["lines"]] == [1]
    assert address["zip"] == MARKER
    assert (review["rating"], review["description"]) == (5, f"good {MARKER}")
    assert line["quantity"] == 2


def test_what_was_paid_is_there(copy) -> None:
    [payment] = rows(copy, "payments/payments.json")

    assert (payment["status"], payment["card"]) == ("Succeeded", "Visa •••• 4242")
    assert payment["refunds"] == []


def test_what_one_said_of_stays_is_there(copy) -> None:
    blind, of_a_place, of_a_guest = rows(copy, "stays/reviews.json")
    [answer] = rows(copy, "stays/answers.json")

    assert (blind["comment"], blind["released_at"]) == (f"blind {MARKER}", None)
    assert (of_a_place["side"], of_a_place["rating"]) == ("guest", 5)
    assert (of_a_guest["side"], of_a_guest["comment"]) == ("host", "so so")
    assert answer["answer"] == f"thanks {MARKER}"


def test_the_log_is_there(copy) -> None:
    kinds = [row["kind"] for row in rows(copy, "feed/events.json")]

    assert {"conversation.created", "message.created", "message.deleted"} <= set(kinds)


def test_words_of_others_are_not_there(copy, bob) -> None:
    everything = b"".join(copy.values())

    assert b"What bob wrote" not in everything
    assert b"What the host wrote" not in everything
    assert bob.email.encode() not in everything


def test_the_copy_takes_no_more_queries_for_more_rows(
    planted,  # noqa: F811
    zoe,  # noqa: F811
    bob,
    django_assert_num_queries,
) -> None:
    with CaptureQueriesContext(connection) as few:
        write_archive(BytesIO(), user=zoe)
    talk = make_conversation(zoe, bob)
    for number in range(20):
        say(zoe, talk, str(number))

    with django_assert_num_queries(len(few)):
        write_archive(BytesIO(), user=zoe)
