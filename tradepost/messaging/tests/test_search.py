"""Searching messages, through the API."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from conftest import make_user
from tradepost.accounts.actions.blocks import block_person, unblock_person
from tradepost.kit.http.json import encode
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.tests.table_files import bytes_of_table
from tradepost.messaging.actions.conversations import (
    open_direct_conversation,
    rename_conversation,
    start_conversation,
)
from tradepost.messaging.actions.edits import delete_message, edit_message, restore_message
from tradepost.messaging.actions.erasure import erase_person
from tradepost.messaging.actions.members import add_participant, remove_participant
from tradepost.messaging.limits import Searches
from tradepost.messaging.models import Attachment, Message
from tradepost.messaging.models.search import MESSAGE_TEXTS
from tradepost.messaging.queries import search
from tradepost.messaging.serializers.search import FoundMessageOutput
from tradepost.messaging.tasks import purge_deleted
from tradepost.messaging.tests.factories import make_conversation, say

SEARCH = "/api/v1/messages/search/"


@pytest.fixture
def talk(ann, bob):
    return make_conversation(ann, bob)


@pytest.fixture
def boats(ann, bob, charlie):
    return start_conversation(starter=ann, participant_ids=[bob.pk, charlie.pk], title="Old boats")


def ask(api, user, q="", **given):
    asked = {name.rstrip("_"): value for name, value in given.items()}
    return api(user).get(SEARCH, {"q": q, **asked} if q else asked)


def found(api, user, q="", **given) -> list[str]:
    answer = ask(api, user, q, **given)
    assert answer.status_code == 200, answer.content
    return [message["message_body"] for message in answer.json()["results"]]


# --- What is found ---------------------------------------------------------------------------


def test_messages_with_all_words_are_found_newest_first(api, ann, bob, talk):
    say(ann, talk, "green tea, please")
    say(bob, talk, "a pot of Green TEA")
    say(bob, talk, "black tea")

    assert found(api, ann, "tea green") == ["a pot of Green TEA", "green tea, please"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Ein Café in Zürich", "cafe zurich"),
        ("coffee beans", "cof"),
        ("有机咖啡豆", "咖啡"),
        ("Καφές", "καφεσ"),
        ("order x-100", "X-100"),
    ],
)
def test_accents_beginnings_and_scripts_without_spaces_are_no_hindrance(api, ann, talk, body, text):
    say(ann, talk, body)
    say(ann, talk, "something else")

    assert found(api, ann, text) == [body]


def test_a_phrase_in_quotes_is_found_as_it_stands(api, ann, talk):
    say(ann, talk, "tea that is green")
    say(ann, talk, "green teapots")
    say(ann, talk, "some green tea.")

    assert found(api, ann, '"green tea"') == ["some green tea."]
    assert found(api, ann, "“green tea”") == ["some green tea."]


def test_a_word_after_a_minus_is_left_out(api, ann, talk):
    say(ann, talk, "green tea")
    say(ann, talk, "black tea")
    say(ann, talk, "black ice tea")

    assert found(api, ann, "tea -bla") == ["green tea"]
    assert found(api, ann, 'tea -"black tea"') == ["black ice tea", "green tea"]


@pytest.mark.parametrize("text", ["from the start", "note:tea", 'a" NOT b*', "(tea) AND {body}:x"])
def test_what_is_no_operator_is_words(api, ann, talk, text):
    say(ann, talk, text)
    say(ann, talk, "tea")

    assert found(api, ann, text) == [text]


def test_punctuation_alone_finds_nothing(api, ann, talk):
    say(ann, talk, "tea?")

    assert found(api, ann, "?") == []


# --- Operators -------------------------------------------------------------------------------


def test_from_names_who_wrote_it(api, ann, bob, charlie, boats):
    for person in (ann, bob, charlie):
        say(person, boats, f"tea by {person.username}")

    assert found(api, ann, "from:BOB tea") == ["tea by bob"]
    assert found(api, ann, "from:@bob from:me tea") == ["tea by bob", "tea by ann"]
    assert found(api, ann, "tea", from_="charlie") == ["tea by charlie"]
    assert found(api, ann, "from:me") == ["tea by ann"]
    assert found(api, ann, "from:nobody tea") == []


def test_in_names_conversations(api, ann, bob, talk, boats):
    say(ann, talk, "tea for two")
    say(ann, boats, "tea for three")

    assert found(api, ann, f"in:{talk.pk} tea") == ["tea for two"]
    assert found(api, ann, 'in:"old boats" tea') == ["tea for three"]
    assert found(api, ann, "in:@bob tea") == ["tea for two"]
    assert found(api, ann, "tea", in_=["@bob", "boats"]) == ["tea for three", "tea for two"]
    assert found(api, ann, "in:boats") == ["tea for three"]


def test_a_strangers_conversation_is_like_none(api, ann, bob, charlie, talk, boats):
    say(bob, talk, "tea")

    for place in (talk.pk, uuid4(), "@bob", "@nobody"):
        assert found(api, charlie, f"tea in:{place}") == []


def test_has_names_what_belongs_to_a_message(api, ann, talk):
    plain, link = say(ann, talk, "tea"), say(ann, talk, "tea https://tea.example")
    for name, mime_type in (("a.pdf", "application/pdf"), ("b.png", "image/png")):
        message = say(ann, talk, f"tea {name}")
        Message.objects.filter(pk=message.pk).update(has_attachments=True)
        Attachment.objects.create(
            message=message, uploader=ann, file="x", name=name, mime_type=mime_type, size=1
        )

    assert found(api, ann, "tea has:link") == [link.body]
    assert found(api, ann, "has:attachment") == ["tea b.png", "tea a.pdf"]
    assert found(api, ann, "tea", has="picture") == ["tea b.png"]
    assert found(api, ann, "has:picture has:link") == []
    assert plain.body in found(api, ann, "tea")


def test_before_and_after_name_days(api, ann, talk):
    for day in (1, 2, 3):
        message = say(ann, talk, f"tea {day}")
        moment = datetime(2026, 5, day, 23, 59, tzinfo=UTC)
        Message.objects.filter(pk=message.pk).update(sent_at=moment)

    assert found(api, ann, "tea before:2026-05-02") == ["tea 1"]
    assert found(api, ann, "tea after:2026-05-02") == ["tea 3"]
    assert found(api, ann, "after:2026-05-01 before:2026-05-03") == ["tea 2"]
    assert found(api, ann, "tea", after="2026-05-01", before="2026-05-03") == ["tea 2"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "q"),
        ({"q": "  "}, "q"),
        ({"q": "x" * 201}, "q"),
        ({"q": "a b c d e f g h i j k l m"}, "q"),
        ({"q": "-tea"}, "q"),
        ({"q": "tea has:wings"}, "has"),
        ({"q": "tea before:yesterday"}, "before"),
        ({"q": "tea", "after": "2026-02-30"}, "after"),
        ({"q": "tea", "after": "9999-12-31"}, "after"),
        ({"q": "tea from:"}, "from"),
        ({"q": "tea", "in": " "}, "in"),
        ({"q": "tea", "in": "x" * 201}, "in"),
    ],
)
def test_what_cannot_be_asked_is_named(api, ann, given, field):
    answer = api(ann).get(SEARCH, given)

    assert answer.status_code == 400
    assert next(iter(answer.json())) == field


# --- Rights ----------------------------------------------------------------------------------


def test_only_ones_own_conversations_are_searched(api, ann, bob, charlie, talk):
    say(ann, talk, "tea")

    assert found(api, bob, "tea") == ["tea"]
    assert found(api, charlie, "tea") == []
    assert ask(api, None, "tea").status_code == 401


def test_the_past_of_a_conversation_is_found_from_when_one_came_to_when_one_left(
    api, ann, bob, charlie, dora, boats
):
    say(ann, boats, "tea before")
    add_participant(owner=ann, conversation_id=boats.pk, user_id=dora.pk)
    say(ann, boats, "tea with dora")
    remove_participant(owner=ann, conversation_id=boats.pk, user_id=dora.pk)
    say(ann, boats, "tea after")

    assert found(api, dora, "tea") == ["tea with dora"]
    page = ask(api, dora, "tea", page_size=1).json()
    assert ([message["seq"] for message in page["results"]], page["next"]) == ([3], None)


def test_what_is_hidden_withheld_or_said_by_the_house_is_not_found(api, ann, bob, charlie, boats):
    say(bob, boats, "hidden tea")
    Message.objects.filter(body="hidden tea").update(hidden_at=timezone.now())
    say(charlie, boats, "blocked tea")
    rename_conversation(owner=ann, conversation_id=boats.pk, title="Tea")
    block_person(blocker=ann, person_id=charlie.pk)

    assert found(api, ann, "tea") == []
    assert found(api, ann, "from:charlie") == []
    unblock_person(blocker=ann, person_id=charlie.pk)
    assert found(api, ann, "tea") == ["blocked tea"]


def test_somebody_without_account_is_not_left_out_by_a_block(api, ann, bob, charlie, boats):
    say(bob, boats, "tea")
    block_person(blocker=ann, person_id=charlie.pk)
    Message.objects.update(sender=None)

    assert found(api, ann, "tea") == ["tea"]


def test_a_card_is_found(api, ann, talk):
    message = say(ann, talk, "an offer of tea")
    Message.objects.filter(pk=message.pk).update(kind=Message.Kind.CARD)

    assert found(api, ann, "offer") == ["an offer of tea"]


def test_searching_too_often_is_refused(api, ann, talk, settings, monkeypatch):
    settings.RATE_LIMITS = True
    monkeypatch.setattr(Searches, "most", 2)
    monkeypatch.setattr(Searches, "seconds", 10**9)  # no window ends during the test

    assert [ask(api, ann, "tea").status_code for _ in range(3)] == [200, 200, 429]


# --- Pages and shape -------------------------------------------------------------------------


def test_a_found_message_is_what_the_serializer_describes(api, ann, bob, boats):
    say(bob, boats, "tea, @ann?")

    [shown] = ask(api, ann, "tea").json()["results"]

    assert encode(FoundMessageOutput(shown).data) == encode(shown)
    assert shown["snippet"] == "<mark>tea</mark>, @ann?"


def test_pages_follow_one_another_without_gaps(api, ann, talk):
    bodies = [say(ann, talk, f"tea {number}").body for number in range(25)]

    first = ask(api, ann, "tea", page_size=10).json()
    second = api(ann).get(first["next"]).json()
    third = api(ann).get(second["next"]).json()

    pages = [
        message["message_body"] for page in (first, second, third) for message in page["results"]
    ]
    assert pages == bodies[::-1]
    assert third["next"] is None
    assert api(ann).get(second["previous"]).json()["results"] == first["results"]


def test_people_with_many_conversations_find_all_the_same(api, ann, bob, talk):
    say(bob, talk, "tea")
    others = [make_user(f"other{number}") for number in range(51)]
    for other in others:
        say(other, open_direct_conversation(first=ann, second=other), "tea")

    assert len(found(api, ann, "tea", page_size=50)) == 50
    assert found(api, ann, "tea from:bob") == ["tea"]
    assert found(api, bob, "tea") == ["tea"]


@pytest.mark.parametrize("text", ["tea", "tea in:boats from:bob -coffee after:2020-01-01"])
def test_the_queries_of_a_search_do_not_grow_with_what_is_found(
    api, ann, bob, boats, django_assert_num_queries, text
):
    # blocks, places, found, rows, reactions, replies; and on SQLite a quick look at the newest
    budget = 7 if connection.vendor == "sqlite" else 6
    for count in (1, 15):
        for number in range(count):
            say(bob, boats, f"tea {number}")
        with django_assert_num_queries(budget):
            assert found(api, ann, text)


def test_a_full_page_of_the_newest_needs_no_further_look(api, ann, talk, django_assert_num_queries):
    for number in range(21):
        say(ann, talk, f"tea {number}")

    with django_assert_num_queries(6):  # as above, on SQLite the quick look alone
        assert len(found(api, ann, "tea")) == 20


@pytest.mark.parametrize("size", [1, 3, 50])
def test_what_lies_behind_the_newest_is_found_too(api, ann, bob, talk, monkeypatch, size):
    monkeypatch.setattr(search, "FIRST_LOOK", 3)
    other = make_conversation(ann, make_user("other"))
    bodies = [say(bob, talk, f"tea {number}").body for number in range(6)]
    for _ in range(5):
        say(ann, other, "tea")

    page = ask(api, bob, "tea", page_size=size).json()
    pages = [page]
    while page["next"]:
        pages.append(page := api(bob).get(page["next"]).json())
    back = [page]
    while page["previous"]:
        back.append(page := api(bob).get(page["previous"]).json())

    shown = [message["message_body"] for page in pages for message in page["results"]]
    assert shown == bodies[::-1]
    assert [page["results"] for page in back if page["results"]] == [
        page["results"] for page in pages[::-1] if page["results"]
    ]


def test_edited_messages_keep_their_places(api, ann, talk, monkeypatch):
    monkeypatch.setattr(search, "FIRST_LOOK", 3)
    messages = [say(ann, talk, f"tea {number}") for number in range(6)]

    for message in messages[:2]:
        edit_message(editor=ann, message_id=message.pk, body="old tea", now=timezone.now())

    assert found(api, ann, "tea", page_size=2) == ["tea 5", "tea 4"]
    assert found(api, ann, "tea")[-2:] == ["old tea", "old tea"]


# --- What is taken back ----------------------------------------------------------------------


def test_what_a_message_said_before_is_not_found(api, ann, talk):
    message = say(ann, talk, "green tea")

    edit_message(editor=ann, message_id=message.pk, body="black coffee", now=timezone.now())

    assert (found(api, ann, "tea"), found(api, ann, "coffee")) == ([], ["black coffee"])


def test_what_is_taken_back_is_found_again_when_it_is_restored(api, ann, talk):
    message = say(ann, talk, "green tea")

    delete_message(deleter=ann, message_id=message.pk, now=timezone.now())
    before = found(api, ann, "tea"), found(api, ann, "from:ann")
    restore_message(restorer=ann, message_id=message.pk)

    assert before == ([], [])
    assert found(api, ann, "tea") == ["green tea"]


@pytest.mark.parametrize("way", ["edit", "delete", "erase"])
def test_the_index_loses_a_text_in_the_transaction_of_the_deed(ann, bob, talk, way):
    message, now = say(ann, talk, "xylophone"), timezone.now()
    say(bob, talk, "marimba")
    there = in_index("xylophone"), in_index("marimba")

    if way == "edit":
        edit_message(editor=ann, message_id=message.pk, body="drum", now=now)
    elif way == "delete":
        delete_message(deleter=ann, message_id=message.pk, now=now)
    else:
        erase_person(user=ann, now=now)

    assert there == (1, 1)
    assert (in_index("xylophone"), in_index("marimba")) == (0, 1)
    assert "xylophone" not in dump_of_index()


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_purged_text_stays_in_the_index(api, ann, talk):
    message = say(ann, talk, "xylophone")
    for number in range(20):
        say(ann, talk, f"marimba {number}")
    there = b"ylophone" in bytes_of_index()
    delete_message(deleter=ann, message_id=message.pk, now=timezone.now() - timedelta(days=400))

    purge_deleted()
    run_due_jobs()

    assert there
    assert b"ylophone" not in bytes_of_index()
    assert len(found(api, ann, "marimba")) == 20


def bytes_of_index() -> bytes:
    """The tables behind the index on SQLite, the file of the index elsewhere."""
    table = MESSAGE_TEXTS.table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            rows = cursor.execute(f"SELECT block FROM {table}_data").fetchall()
            return b"".join(block for (block,) in rows) + dump_of_index().encode()
        if connection.vendor == "mysql":
            return bytes_of_table(cursor, table)
        cursor.execute("SELECT gin_clean_pending_list(%s)", [f"{table}_of_words"])
        cursor.execute("CHECKPOINT")
        cursor.execute(
            "SELECT pg_read_binary_file(pg_relation_filepath(%s))", [f"{table}_of_words"]
        )
        return bytes(cursor.fetchone()[0])


def in_index(word: str) -> int:
    """How many rows the index itself has for a word, whoever may see them."""
    table = MESSAGE_TEXTS.table
    asked = {
        "sqlite": f"{table} MATCH %s",
        "postgresql": "words @@ %s::tsquery",
        "mysql": "LOCATE(%s, body) > 0",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {asked}", [word])
        return cursor.fetchone()[0]


def dump_of_index() -> str:
    """What the tables behind the index say to SQL; the blobs of FTS5 are forgotten by a job."""
    tables = [MESSAGE_TEXTS.table]
    if connection.vendor == "sqlite":
        tables = [f"{MESSAGE_TEXTS.table}_{name}" for name in ("content", "number", "config")]
    with connection.cursor() as cursor:
        rows = [cursor.execute(f"SELECT * FROM {table}") or cursor.fetchall() for table in tables]
    return str(rows)
