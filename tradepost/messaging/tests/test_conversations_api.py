"""Conversations by the API, as clients meet them."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import pytest
from django.utils import timezone

from conftest import make_user
from tradepost.accounts.actions.blocks import block_person
from tradepost.messaging.actions.conversations import open_conversation_about, start_conversation
from tradepost.messaging.actions.edits import delete_message
from tradepost.messaging.actions.members import leave_conversation
from tradepost.messaging.models import Conversation, Message, Participant
from tradepost.messaging.queries.conversations import read_conversation
from tradepost.messaging.serializers.conversations import ConversationOutput
from tradepost.messaging.tests.factories import make_conversation, say

CONVERSATIONS = "/api/v1/conversations/"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def talk(ann, bob) -> Conversation:
    return make_conversation(ann, bob)


@pytest.fixture
def group(ann, bob, charlie) -> Conversation:
    """Ann's group with bob and charlie."""
    return start_conversation(starter=ann, participant_ids=[bob.pk, charlie.pk], title="Trip")


def at(conversation, end="") -> str:
    return f"{CONVERSATIONS}{conversation.pk}/{end}"


def listed(client, **params) -> list[dict]:
    answer = client.get(CONVERSATIONS, params)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def ids(rows) -> list[str]:
    return [row["conversation_id"] for row in rows]


# --- Starting ----------------------------------------------------------------------------------


def test_starting_a_conversation_answers_201_with_its_people_and_its_address(api, ann, bob):
    answer = api(ann).post(CONVERSATIONS, {"participant_ids": [str(bob.pk)]})

    shown = answer.json()
    talk = Conversation.objects.get()
    assert answer.status_code == 201
    assert answer["Location"].endswith(at(talk))
    assert [person["user_id"] for person in shown["participants"]] == [str(ann.pk), str(bob.pk)]
    assert (shown["conversation_id"], shown["kind"]) == (str(talk.pk), "direct")
    assert (shown["messages"], shown["last_message"]) == ([], None)


def test_with_a_title_it_is_a_group_also_of_two(api, ann, bob, talk):
    body = {"participant_ids": [str(bob.pk)], "title": "Trip"}

    shown = api(ann).post(CONVERSATIONS, body).json()

    assert (shown["kind"], shown["title"]) == ("group", "Trip")
    assert shown["conversation_id"] != str(talk.pk)


@pytest.mark.parametrize("people", [[], "x", ["x"], [str(uuid4())], None])
def test_bad_people_are_400_on_the_field(api, ann, people):
    answer = api(ann).post(CONVERSATIONS, {"participant_ids": people})

    assert answer.status_code == 400
    assert set(answer.json()) == {"participant_ids"}


def test_a_title_that_is_too_long_is_400(api, ann, bob):
    body = {"participant_ids": [str(bob.pk)], "title": "x" * 256}

    assert set(api(ann).post(CONVERSATIONS, body).json()) == {"title"}
    assert not Conversation.objects.exists()


# --- The list ----------------------------------------------------------------------------------


def test_a_row_says_all_that_the_contract_names(api, ann, bob, talk):
    say(ann, talk, "first")
    say(bob, talk, "second @ann")
    say(bob, talk, "third")

    [shown] = listed(api(ann))

    talk.refresh_from_db()
    last = shown.pop("last_message")
    assert (last["message_body"], last["is_read"]) == ("third", False)
    assert shown == {
        "conversation_id": str(talk.pk),
        "kind": "direct",
        "title": "",
        "state": "open",
        "snoozed_until": None,
        "subject": None,
        "participants": [as_person(ann), as_person(bob)],
        "participant_count": 2,
        "message_count": 3,
        "unread_count": 2,
        "mention_count": 1,
        "my": {
            "role": "owner",
            "notify": "all",
            "muted_until": None,
            "archived": False,
            "pinned_at": None,
            "last_read_seq": 1,
            "unread_from": None,
            "first_unread_seq": 2,
            "has_left": False,
        },
        "created_at": talk.created_at.isoformat().replace("+00:00", "Z"),
        "updated_at": talk.updated_at.isoformat().replace("+00:00", "Z"),
    }


def as_person(user) -> dict:
    return {
        "user_id": str(user.pk),
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "role": user.role,
    }


def test_what_is_shown_is_what_the_serializers_promise(ann, bob, group):
    say(bob, group, "Hello @ann")
    arrange = {"pinned_at": NOON, "muted_until": NOON}
    Participant.objects.filter(user=ann).update(**arrange)
    about = open_conversation_about(subject=group, title="", owner=ann, people=[bob])

    for talk in (group, about):
        shown = orjson.loads(orjson.dumps(read_conversation(user=ann, conversation_id=talk.pk)))
        assert names_in(shown, ConversationOutput()) == []


def names_in(shown, form, path="") -> list[str]:
    """Return where JSON and serializer name different fields, messages left out."""
    wrong = [] if list(shown) == list(form.fields) else [path or "top"]
    for name, field in form.fields.items():
        nested = getattr(field, "child", field)
        if name in ("messages", "last_message") or not hasattr(nested, "fields"):
            continue
        rows = shown[name] if isinstance(shown[name], list) else [shown[name]]
        person = name in ("participants", "person")
        for row in rows:
            if row is not None:
                wrong += (
                    names_in(row, nested, f"{path}.{name}")
                    if not person
                    else ([] if list(row) == list(nested.fields) else [f"{path}.{name}"])
                )
    return wrong


def test_nobodys_mail_address_is_shown(api, ann, bob, talk):
    say(ann, talk)

    shown = api(bob).get(CONVERSATIONS).content + api(bob).get(at(talk)).content

    assert b"@example.com" not in shown


def test_pinned_ones_come_first_then_the_newest_activity(api, ann, bob, charlie, dora, talk):
    second, third = make_conversation(ann, charlie), make_conversation(ann, dora)
    for conversation in (third, talk, second):
        say(ann, conversation)
    api(ann).patch(at(third, "my/"), {"pinned": True})

    assert ids(listed(api(ann))) == [str(c.pk) for c in (third, second, talk)]

    api(ann).patch(at(talk, "my/"), {"pinned": True})

    assert ids(listed(api(ann))) == [str(c.pk) for c in (talk, third, second)]


def many_conversations(ann, bob) -> list[str]:
    """Make 7, two of them pinned, three with the same moment; return their ids in order."""
    made = []
    for number in range(7):
        talk = Conversation.objects.create(kind="group", title=f"{number}")
        pinned = NOON if number in (0, 3) else None
        Participant.objects.create(conversation=talk, user=ann, pinned_at=pinned)
        made.append(str(talk.pk))
    Conversation.objects.filter(title__in="456").update(updated_at=NOON)
    Conversation.objects.filter(title__in="0123").update(updated_at=NOON.replace(hour=10))
    return [made[number] for number in (3, 0, 6, 5, 4, 2, 1)]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_forwards_and_back_show_everything_once(api, ann, bob, size):
    expected = many_conversations(ann, bob)
    client, there, back = api(ann), [], []

    answer = client.get(CONVERSATIONS, {"page_size": size}).json()
    while True:
        there += ids(answer["results"])
        if answer["next"] is None:
            break
        answer = client.get(answer["next"]).json()
    while answer["previous"] is not None:
        answer = client.get(answer["previous"]).json()
        back = ids(answer["results"]) + back

    assert there == expected
    assert back == expected[: len(back)]
    assert len(back) >= len(expected) - size


def test_a_page_has_twenty_and_at_most_a_hundred(api, ann, bob):
    talks = Conversation.objects.bulk_create(Conversation(kind="group") for _ in range(21))
    Participant.objects.bulk_create(Participant(conversation=talk, user=ann) for talk in talks)

    first = api(ann).get(CONVERSATIONS).json()

    assert len(first["results"]) == 20
    assert len(api(ann).get(first["next"]).json()["results"]) == 1
    assert len(listed(api(ann), page_size=100)) == 21
    assert api(ann).get(CONVERSATIONS, {"page_size": 101}).status_code == 400


@pytest.mark.parametrize(
    "cursor",
    ["x", "é", "bnVsbA", "WzEsMl0", "W2ZhbHNlLCBbMSwyLDNdXQ", "W3RydWUsIFsiMDAwMS0wMS0wMSIsIngiXV0",
     "x" * 3000],
)  # fmt: skip
def test_a_cursor_that_nobody_gave_is_404(api, ann, cursor):
    assert api(ann).get(CONVERSATIONS, {"cursor": cursor}).status_code == 404


def test_archived_ones_are_elsewhere_until_something_is_said(api, ann, bob, talk):
    say(bob, talk)
    api(ann).patch(at(talk, "my/"), {"archived": True})

    assert ids(listed(api(ann))) == []
    assert ids(listed(api(ann), show="archived")) == [str(talk.pk)]
    assert ids(listed(api(ann), show="all")) == [str(talk.pk)]
    assert ids(listed(api(bob))) == [str(talk.pk)]

    say(bob, talk)

    assert ids(listed(api(ann))) == [str(talk.pk)]
    assert ids(listed(api(ann), show="archived")) == []


def test_left_ones_are_elsewhere_and_show_only_the_past(api, ann, bob, group):
    say(ann, group, "before")
    leave_conversation(user=bob, conversation_id=group.pk)
    say(ann, group, "after")

    assert listed(api(bob)) == []
    [shown] = listed(api(bob), show="left")
    detail = api(bob).get(at(group)).json()

    assert shown["my"]["has_left"] is True
    assert shown["last_message"]["message_body"] == "Bob Example left."
    assert (shown["message_count"], shown["unread_count"]) == (2, 0)
    assert [m["seq"] for m in detail["messages"]] == [1, 2]
    assert detail["members"] == []
    assert detail["my"] == shown["my"]


def test_a_left_one_that_is_archived_stays_so_whatever_is_said(api, ann, bob, group):
    leave_conversation(user=bob, conversation_id=group.pk)
    api(bob).patch(at(group, "my/"), {"archived": True})
    say(ann, group)

    assert ids(listed(api(bob), show="archived")) == [str(group.pk)]
    assert ids(listed(api(bob), show="left")) == []


def test_the_list_is_narrowed_by_what_is_unread(api, ann, bob, charlie, talk):
    say(bob, talk)
    say(ann, make_conversation(ann, charlie))

    assert ids(listed(api(ann), unread="true")) == [str(talk.pk)]
    assert len(listed(api(ann), unread="false")) == 1
    assert str(talk.pk) not in ids(listed(api(ann), unread="false"))


def test_the_list_is_narrowed_by_kind_state_and_subject(api, ann, bob, charlie, talk, group):
    about = open_conversation_about(subject=group, title="", owner=ann, people=[bob])
    api(ann).patch(at(talk), {"state": "closed"})

    assert ids(listed(api(ann), kind="group")) == [str(group.pk)]
    assert ids(listed(api(ann), state="closed")) == [str(talk.pk)]
    assert ids(listed(api(ann), subject=f"conversation:{group.pk}")) == [str(about.pk)]
    assert listed(api(ann), subject=f"conversation:{talk.pk}") == []
    assert listed(api(ann))[1]["subject"] == {"type": "conversation", "id": str(group.pk)}


@pytest.mark.parametrize(
    ("search", "found"),
    [("trip", ["group"]), ("BOB", ["talk", "group"]), ("charlie", ["group"]),
     ("trip charlie", ["group"]), ("ann", []), ("%", []), ("nobody", []), (" ", ["talk", "group"])],
)  # fmt: skip
def test_the_list_is_searched_by_title_and_by_other_peoples_names(
    api, ann, talk, group, search, found
):
    names = {str(talk.pk): "talk", str(group.pk): "group"}

    shown = ids(listed(api(ann), search=search))

    assert {names[pk] for pk in shown} == set(found)


@pytest.mark.parametrize(
    "params",
    [{"show": "x"}, {"unread": "x"}, {"kind": "x"}, {"state": "x"}, {"subject": "order"},
     {"subject": "order:1:2"}, {"search": "x" * 201}, {"page_size": "0"}, {"html": "x"}],
)  # fmt: skip
def test_what_is_no_filter_is_400_on_its_name(api, ann, talk, params):
    answer = api(ann).get(CONVERSATIONS, params)

    assert answer.status_code == 400
    assert set(answer.json()) == set(params)


def test_a_large_group_lists_its_first_twenty_people_and_how_many_there_are(api, ann):
    people = [make_user(f"person{number:02}") for number in range(21)]
    group = start_conversation(starter=ann, participant_ids=[p.pk for p in people])

    [shown] = listed(api(ann))
    detail = api(ann).get(at(group)).json()

    assert (len(shown["participants"]), shown["participant_count"]) == (20, 22)
    assert (len(detail["participants"]), detail["participant_count"]) == (20, 22)
    assert len(detail["members"]) == 22


def test_who_has_left_is_no_participant_but_of_a_talk_of_two(api, ann, bob, charlie, talk, group):
    Participant.objects.filter(user=bob).update(left_seq=0)

    by_kind = {row["kind"]: row for row in listed(api(ann))}

    names = {kind: [p["username"] for p in row["participants"]] for kind, row in by_kind.items()}
    assert names["direct"] == ["ann", "bob"]
    assert sorted(names["group"]) == ["ann", "charlie"]
    assert by_kind["group"]["participant_count"] == 2


def test_the_last_message_is_shown_as_its_reader_may_see_it(api, ann, bob, charlie, group):
    say(ann, group, "mine")
    message = say(bob, group, "bad words")
    block_person(blocker=ann, person_id=bob.pk)

    [to_ann], [to_charlie] = listed(api(ann)), listed(api(charlie))

    assert (to_ann["last_message"]["is_withheld"], to_ann["unread_count"]) == (True, 0)
    assert to_charlie["last_message"]["message_body"] == "bad words"

    delete_message(deleter=bob, message_id=message.pk, now=NOON)
    [deleted] = listed(api(charlie))
    assert (deleted["last_message"]["deleted"], deleted["unread_count"]) == (True, 1)


def test_who_joins_later_sees_what_comes_after(api, ann, bob, dora, group):
    say(ann, group, "before")
    Participant.objects.create(conversation=group, user=dora, joined_seq=1, last_read_seq=1)
    [joining] = listed(api(dora))
    say(ann, group, "after")

    shown = api(dora).get(at(group)).json()

    assert (joining["last_message"], joining["message_count"]) == (None, 0)
    assert [m["message_body"] for m in shown["messages"]] == ["after"]
    assert shown["last_message"] == shown["messages"][-1]
    assert shown["message_count"] == 1


QUERIES_OF_LIST = 8  # places with their conversations, blocks, people, unread, last messages with
# their reactions, replies and mentions


def test_the_queries_of_the_list_do_not_grow_with_it(
    api, ann, bob, charlie, dora, django_assert_num_queries
):
    client = api(ann)

    def fill(*others):
        for other in others:
            conversation = make_conversation(ann, other)
            for _ in range(3):
                say(other, conversation, "Hello @ann")

    fill(bob)
    with django_assert_num_queries(QUERIES_OF_LIST):
        assert len(listed(client)) == 1
    fill(charlie, dora)
    with django_assert_num_queries(QUERIES_OF_LIST):
        assert len(listed(client)) == 3


def test_a_list_in_which_nothing_is_unread_is_not_asked_for_it(
    api, ann, bob, django_assert_num_queries
):
    say(ann, make_conversation(ann, bob))

    with django_assert_num_queries(6):  # conversations, blocks, people, messages, and two of those
        assert listed(api(ann))[0]["unread_count"] == 0


# --- One conversation --------------------------------------------------------------------------


def test_a_conversation_shows_its_newest_fifty_messages_oldest_first(
    api, ann, bob, talk, django_assert_num_queries
):
    for number in range(51):
        say(bob, talk, str(number))
    client = api(ann)

    # the place with the conversation, blocks, newest messages with reactions and replies, members,
    # what is unread
    with django_assert_num_queries(7):
        shown = client.get(at(talk)).json()

    assert [m["message_body"] for m in shown["messages"]] == [str(n) for n in range(1, 51)]
    assert shown["last_message"] == shown["messages"][-1]


def test_the_detail_says_how_far_everybody_has_read(api, ann, bob, talk):
    say(ann, talk)

    shown = api(ann).get(at(talk)).json()

    assert shown["members"] == [
        {"person": as_person(ann), "role": "owner", "joined_seq": 0, "last_read_seq": 1},
        {"person": as_person(bob), "role": "member", "joined_seq": 0, "last_read_seq": 0},
    ]


def test_the_detail_and_the_list_agree(api, ann, bob, talk):
    say(bob, talk, "Hello @ann")

    [row] = listed(api(ann))
    detail = api(ann).get(at(talk)).json()

    assert {name: detail[name] for name in row} == row


def test_html_is_shown_to_who_asks_for_it(api, ann, talk):
    pytest.importorskip("tradepost.messaging.rich_text")
    say(ann, talk, "Hello")

    assert "message_html" in api(ann).get(at(talk), {"html": "true"}).json()["messages"][0]
    assert "message_html" in listed(api(ann), html="true")[0]["last_message"]
    assert "message_html" not in listed(api(ann))[0]["last_message"]


def test_strangers_see_the_same_404_for_a_conversation_as_for_none(api, ann, bob, dora, group):
    stranger = api(dora)
    someone = {"user_id": str(bob.pk)}

    def look(pk):
        place = f"{CONVERSATIONS}{pk}/"
        return [
            stranger.get(place),
            stranger.patch(place, {"title": "x"}),
            stranger.patch(place, {"state": "closed"}),
            stranger.patch(f"{place}my/", {"archived": True}),
            stranger.patch(f"{place}my/", {"pinned": True}),
            stranger.get(f"{place}messages/"),
            stranger.post(f"{place}add_participant/", {"user_id": str(dora.pk)}),
            stranger.post(f"{place}remove_participant/", someone),
            stranger.post(f"{place}make_owner/", someone),
            stranger.post(f"{place}leave/"),
        ]

    for theirs, nothing in zip(look(group.pk), look(uuid4()), strict=True):
        assert theirs.status_code == nothing.status_code == 404
        assert theirs.content == nothing.content
    assert listed(stranger, show="all") == []
    assert Message.objects.count() == 0


def test_visitors_are_401_everywhere(api, talk):
    for place in (CONVERSATIONS, at(talk), at(talk, "messages/"), f"{CONVERSATIONS}unread_count/"):
        assert api().get(place).status_code == 401


# --- Title and state ---------------------------------------------------------------------------


def test_an_owner_renames_a_group_and_nobody_else(api, ann, bob, group):
    refused = api(bob).patch(at(group), {"title": "Holiday"})
    answer = api(ann).patch(at(group), {"title": " Holiday "})

    assert (refused.status_code, refused.json()["code"]) == (403, "owners_only")
    assert (answer.status_code, answer.json()["title"]) == (200, "Holiday")
    assert answer.json()["last_message"]["message_body"] == "Ann Example changed the title."


def test_a_conversation_of_two_has_no_title_to_change(api, ann, talk):
    answer = api(ann).patch(at(talk), {"title": "Us"})

    assert (answer.status_code, answer.json()["code"]) == (409, "fixed_membership")


def test_a_conversation_is_put_off_until_a_moment(api, ann, talk):
    body = {"state": "snoozed", "snoozed_until": "2999-01-01T12:00:00Z"}

    shown = api(ann).patch(at(talk), body).json()

    assert (shown["state"], shown["snoozed_until"]) == ("snoozed", "2999-01-01T12:00:00Z")


@pytest.fixture
def awake(talk) -> Conversation:
    """A conversation that was put off until a moment ago."""
    rows = Conversation.objects.filter(pk=talk.pk)
    rows.update(state="snoozed", snoozed_until=timezone.now() - timedelta(seconds=1))
    return rows.get()


def test_what_was_put_off_is_open_from_that_moment_on(api, ann, awake):
    [listed] = api(ann).get(CONVERSATIONS).json()["results"]
    shown = api(ann).get(at(awake)).json()

    assert (listed["state"], listed["snoozed_until"]) == ("open", None)
    assert (shown["state"], shown["snoozed_until"]) == ("open", None)


@pytest.mark.parametrize(
    ("state", "count"), [("open", 1), ("snoozed", 0), ("waiting", 0), ("closed", 0)]
)
def test_what_was_put_off_is_found_among_the_open_ones(api, ann, awake, state, count):
    found = api(ann).get(f"{CONVERSATIONS}?state={state}").json()["results"]

    assert len(found) == count


def test_what_is_put_off_is_not_found_among_the_open_ones(api, ann, talk):
    body = {"state": "snoozed", "snoozed_until": "2999-01-01T12:00:00Z"}
    api(ann).patch(at(talk), body)

    found = {s: api(ann).get(f"{CONVERSATIONS}?state={s}").json() for s in ("open", "snoozed")}

    assert [len(page["results"]) for page in found.values()] == [0, 1]


def test_to_open_what_is_open_again_already_changes_nothing(api, ann, awake):
    assert api(ann).patch(at(awake), {"state": "open"}).status_code == 200

    assert not Message.objects.filter(conversation=awake).exists()


@pytest.mark.parametrize(
    ("body", "named"),
    [({}, "non_field_errors"), ({"title": "x", "state": "open"}, "non_field_errors"),
     ({"state": "x"}, "state"), ({"title": "x" * 256}, "title"), ({"title": None}, "title"),
     ({"state": "snoozed"}, "snoozed_until"),
     ({"state": "snoozed", "snoozed_until": "2000-01-01T00:00:00Z"}, "snoozed_until"),
     ({"state": "closed", "snoozed_until": "2999-01-01T00:00:00Z"}, "snoozed_until"),
     ({"title": "x", "snoozed_until": "2999-01-01T00:00:00Z"}, "snoozed_until")],
)  # fmt: skip
def test_changes_that_make_no_sense_are_400_and_change_nothing(api, ann, group, body, named):
    answer = api(ann).patch(at(group), body)

    assert answer.status_code == 400
    assert named in answer.json()
    group.refresh_from_db()
    assert (group.title, group.state, group.last_seq) == ("Trip", "open", 0)


# --- People ------------------------------------------------------------------------------------


def test_an_owner_takes_somebody_in_who_sees_the_past_if_the_owner_says_so(
    api, ann, bob, charlie, dora
):
    group = start_conversation(starter=ann, participant_ids=[bob.pk], title="Trip")
    say(ann, group, "before")

    api(ann).post(at(group, "add_participant/"), {"user_id": str(charlie.pk)})
    answer = api(ann).post(
        at(group, "add_participant/"), {"user_id": str(dora.pk), "show_history": True}
    )

    assert answer.status_code == 200
    assert answer.json()["participant_count"] == 4
    seen = {
        user: [m["seq"] for m in api(user).get(at(group)).json()["messages"]]
        for user in (charlie, dora)
    }
    assert seen == {charlie: [2, 3], dora: [1, 2, 3]}


@pytest.mark.parametrize("deed", ["add_participant", "remove_participant", "make_owner"])
def test_nobody_named_is_400_and_nobody_known_404(api, ann, group, deed):
    nobody = api(ann).post(at(group, f"{deed}/"), {})
    unreadable = api(ann).post(at(group, f"{deed}/"), {"user_id": "x"})
    unknown = api(ann).post(at(group, f"{deed}/"), {"user_id": str(uuid4())})

    assert (nobody.status_code, set(nobody.json())) == (400, {"user_id"})
    assert (unreadable.status_code, set(unreadable.json())) == (400, {"user_id"})
    assert unknown.status_code == 404


def test_who_blocks_the_owner_is_as_unknown_as_nobody(api, ann, bob, dora, group):
    block_person(blocker=dora, person_id=ann.pk)

    blocking = api(ann).post(at(group, "add_participant/"), {"user_id": str(dora.pk)})
    unknown = api(ann).post(at(group, "add_participant/"), {"user_id": str(uuid4())})

    assert (blocking.status_code, blocking.content) == (404, unknown.content)


def test_an_owner_takes_somebody_out(api, ann, bob, charlie, group):
    refused = api(bob).post(at(group, "remove_participant/"), {"user_id": str(charlie.pk)})
    answer = api(ann).post(at(group, "remove_participant/"), {"user_id": str(charlie.pk)})

    assert refused.status_code == 403
    assert [m["person"]["username"] for m in answer.json()["members"]] == ["ann", "bob"]


def test_everybody_may_leave_and_reads_on_what_was_said(api, ann, bob, group):
    answer = api(bob).post(at(group, "leave/"))

    assert (answer.status_code, answer.json()["my"]["has_left"]) == (200, True)
    assert api(bob).post(at(group, "leave/")).status_code == 404


def test_two_stay_two(api, ann, bob, charlie, talk):
    someone = {"user_id": str(charlie.pk)}

    answers = [
        api(ann).post(at(talk, "add_participant/"), someone),
        api(ann).post(at(talk, "remove_participant/"), {"user_id": str(bob.pk)}),
        api(ann).post(at(talk, "leave/")),
    ]

    assert {answer.status_code for answer in answers} == {409}
    assert talk.participants.count() == 2


def test_there_may_be_several_owners(api, ann, bob, group):
    answer = api(ann).post(at(group, "make_owner/"), {"user_id": str(bob.pk)})

    roles = {m["person"]["username"]: m["role"] for m in answer.json()["members"]}
    assert roles == {"ann": "owner", "bob": "owner", "charlie": "member"}


# --- One's own place ---------------------------------------------------------------------------


def test_a_place_is_arranged_for_its_owner_alone(api, ann, bob, talk):
    body = {"archived": True, "pinned": True, "muted": True, "notify": "mentions"}

    answer = api(ann).patch(at(talk, "my/"), body)

    mine = answer.json()["my"]
    assert answer.status_code == 200
    assert (mine["archived"], mine["notify"]) == (True, "mentions")
    assert mine["muted_until"] == "9999-01-01T00:00:00Z"
    assert mine["pinned_at"] is not None
    theirs = api(bob).get(at(talk)).json()["my"]
    assert (theirs["archived"], theirs["pinned_at"], theirs["muted_until"]) == (False, None, None)

    again = (
        api(ann)
        .patch(
            at(talk, "my/"), {"archived": False, "pinned": False, "muted": False, "notify": "all"}
        )
        .json()["my"]
    )
    assert (again["archived"], again["pinned_at"], again["muted_until"]) == (False, None, None)


def test_muted_until_a_moment(api, ann, talk):
    body = {"muted_until": "2999-01-01T12:00:00+02:00"}

    assert api(ann).patch(at(talk, "my/"), body).json()["my"]["muted_until"] == (
        "2999-01-01T10:00:00Z"
    )


@pytest.mark.parametrize(
    "body",
    [{}, {"notify": "x"}, {"archived": "x"}, {"muted_until": "x"},
     {"muted": True, "muted_until": "2999-01-01T12:00:00Z"}, {"archived": True, "notify": "x"}],
)  # fmt: skip
def test_arrangements_that_make_no_sense_are_400_and_change_nothing(api, ann, talk, body):
    before = Participant.objects.filter(user=ann).values().get()

    assert api(ann).patch(at(talk, "my/"), body).status_code == 400

    assert Participant.objects.filter(user=ann).values().get() == before


def test_who_left_may_put_away_but_not_pin_and_of_both_nothing_is_done(api, ann, bob, group):
    leave_conversation(user=bob, conversation_id=group.pk)

    both = api(bob).patch(at(group, "my/"), {"archived": True, "pinned": True})

    assert both.status_code == 404
    assert api(bob).get(at(group)).json()["my"]["archived"] is False
    assert api(bob).patch(at(group, "my/"), {"archived": True}).status_code == 200


# --- The badge ---------------------------------------------------------------------------------


def test_the_badge_counts_what_is_unread_and_not_put_away(
    api, ann, bob, charlie, dora, talk, group, django_assert_num_queries
):
    say(bob, talk), say(bob, talk), say(charlie, group)
    put_away = make_conversation(ann, dora)
    say(dora, put_away)
    api(ann).patch(at(put_away, "my/"), {"archived": True})
    client = api(ann)

    with django_assert_num_queries(1):
        shown = client.get(f"{CONVERSATIONS}unread_count/").json()

    assert shown == {"conversations": 2, "messages": 3}
    assert api(charlie).get(f"{CONVERSATIONS}unread_count/").json() == {
        "conversations": 0, "messages": 0,
    }  # fmt: skip


def test_the_badge_ends_at_a_hundred(api, ann, bob, talk):
    for _ in range(101):
        say(bob, talk)

    assert api(ann).get(f"{CONVERSATIONS}unread_count/").json()["messages"] == 100
    [shown] = listed(api(ann))
    assert (shown["unread_count"], shown["message_count"]) == (100, 101)
