"""The API of messages as clients meet it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tradepost.accounts.actions.blocks import block_person
from tradepost.kit.http.json import encode
from tradepost.messaging import payloads
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.edits import purge_deleted_messages
from tradepost.messaging.actions.members import add_participant, remove_participant
from tradepost.messaging.actions.reactions import add_reaction
from tradepost.messaging.actions.saying import send_card
from tradepost.messaging.models import Attachment, Conversation, Message, Participant
from tradepost.messaging.payloads import Card, register_card
from tradepost.messaging.queries.messages import rows_of_reader
from tradepost.messaging.rows import reader_of, shown_messages
from tradepost.messaging.serializers.messages import MessageOutput
from tradepost.messaging.tests.factories import make_conversation, say

MESSAGES = "/api/v1/messages/"


@pytest.fixture
def talk(ann, bob) -> Conversation:
    return make_conversation(ann, bob)


@pytest.fixture
def group(ann, bob, charlie) -> Conversation:
    ids = [bob.pk, charlie.pk]
    return start_conversation(starter=ann, participant_ids=ids, title="Boats")


@pytest.fixture
def pressed(monkeypatch) -> list[str]:
    """Who pressed which button of a card of the type "offer"."""
    pressed: list[str] = []
    monkeypatch.setattr(payloads, "_cards", {})
    card = Card(
        text=lambda data: f"Offer: {data['cents']} cents",
        buttons=frozenset({"take"}),
        press=lambda message, presser, button: pressed.append(f"{presser.username} {button}"),
    )
    register_card("offer", 1, card)
    return pressed


def attach(message: Message) -> Attachment:
    Message.objects.filter(pk=message.pk).update(has_attachments=True)
    return Attachment.objects.create(
        message=message, uploader=message.sender, file="x", name="boat.png", thumbnail="y",
        mime_type="image/png", size=10, width=4, height=3,
    )  # fmt: skip


def say_everything(ann, bob, charlie, group) -> None:
    """Say one message of each kind in a group; as often as one likes."""
    add_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    question = say(ann, group, "Who comes, @bob?")
    say(bob, group, "I do", parent_id=question.pk)
    say(charlie, group, "blocked by ann")
    for user in (ann, bob):
        add_reaction(user=user, message_id=question.pk, emoji="👍")
    attach(say(ann, group, "a file"))
    send_card(conversation_id=group.pk, type="offer", data={"cents": 5}, sender=ann)
    remove_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    say(ann, group, "hidden")
    Message.objects.filter(body="hidden").update(hidden_at=timezone.now())
    block_person(blocker=ann, person_id=charlie.pk)


@pytest.mark.parametrize("wants_html", [False, True])
def test_rows_say_what_the_serializer_describes(api, ann, bob, charlie, group, pressed, wants_html):
    say_everything(ann, bob, charlie, group)
    gone, changed = say(ann, group, "gone"), say(ann, group, "changed")
    api(ann).delete(f"{MESSAGES}{gone.pk}/")
    api(ann).patch(f"{MESSAGES}{changed.pk}/", {"message_body": "changed again"})
    rows = rows_of_reader(user=ann).order_by("seq")

    shown = shown_messages(rows, reader_of(ann.pk, wants_html=wants_html))

    assert [message["kind"] for message in shown].count("system") == 1
    assert encode(MessageOutput(shown, many=True).data) == encode(shown)
    assert ("message_html" in shown[0]) is wants_html


def test_a_message_has_everything_that_belongs_to_it(api, ann, bob, charlie, group, pressed):
    say_everything(ann, bob, charlie, group)
    question = Message.objects.get(body="Who comes, @bob?")

    shown = api(bob).get(f"{MESSAGES}{question.pk}/").json()

    assert shown["mentions"] == [str(bob.pk)]
    assert shown["reactions"] == [{"emoji": "👍", "count": 2, "mine": True}]
    assert shown["reply_count"] == 1
    assert shown["is_read"] is True


def test_a_file_of_a_message_is_shown_with_its_addresses(api, bob, ann, talk):
    message = say(ann, talk)
    attachment = attach(message)

    [shown] = api(bob).get(f"{MESSAGES}{message.pk}/").json()["attachments"]

    assert shown == {
        "attachment_id": str(attachment.pk),
        "name": "boat.png",
        "mime_type": "image/png",
        "size": 10,
        "width": 4,
        "height": 3,
        "url": f"/api/v1/attachments/{attachment.pk}/file/",
        "thumbnail_url": f"/api/v1/attachments/{attachment.pk}/thumbnail/",
    }


def test_what_the_house_says_is_a_sentence_in_names_of_now(api, ann, bob, charlie, group):
    remove_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    type(charlie).objects.filter(pk=charlie.pk).update(first_name="Carla")

    [shown] = api(bob).get(MESSAGES).json()["results"]

    assert shown["message_body"] == "Ann Example removed Carla Example."
    assert shown["sender"] is None
    assert shown["payload"]["type"] == "member.removed"


@pytest.mark.parametrize("what", ["deleted", "hidden", "is_withheld"])
def test_what_is_not_to_be_read_is_shown_without_its_content(api, ann, bob, charlie, group, what):
    message = say(ann, group, "secret @bob")
    attach(message)
    add_reaction(user=charlie, message_id=message.pk, emoji="👍")
    if what == "deleted":
        api(ann).delete(f"{MESSAGES}{message.pk}/")
    elif what == "hidden":
        Message.objects.filter(pk=message.pk).update(hidden_at=timezone.now())
    else:
        block_person(blocker=bob, person_id=ann.pk)

    shown = api(bob).get(f"{MESSAGES}{message.pk}/", {"html": "true"}).json()

    assert shown["message_body"] == shown["message_html"] == ""
    assert shown["mentions"] == shown["attachments"] == shown["reactions"] == []
    assert shown["payload"] is None
    assert [name for name in ("deleted", "hidden", "is_withheld") if shown[name]] == [what]


def test_the_text_comes_as_html_when_asked_for(api, ann, talk):
    message = say(ann, talk, "<b>bold</b>")

    plain = api(ann).get(f"{MESSAGES}{message.pk}/").json()
    rich = api(ann).get(f"{MESSAGES}{message.pk}/?html=true").json()

    assert "message_html" not in plain
    assert "&lt;b&gt;" in rich["message_html"]
    assert api(ann).get(f"{MESSAGES}{message.pk}/?html=perhaps").status_code == 400


# --- Sending ---------------------------------------------------------------------------------


def test_sending_answers_201_with_the_message(api, ann, talk):
    body = {"conversation": str(talk.pk), "message_body": "Hello", "sender": str(uuid4())}

    answer = api(ann).post(MESSAGES, body)

    message = Message.objects.get()
    assert answer.status_code == 201
    assert answer["ETag"] == '"1"'
    assert message.sender == ann
    assert answer.json() == {
        "message_id": str(message.pk),
        "conversation": str(talk.pk),
        "seq": 1,
        "sender": {
            "user_id": str(ann.pk),
            "username": "ann",
            "first_name": "Ann",
            "last_name": "Example",
            "role": "guest",
        },
        "kind": "text",
        "message_body": "Hello",
        "parent_message": None,
        "root_message": None,
        "depth": 0,
        "version": 1,
        "edited": False,
        "edited_at": None,
        "deleted": False,
        "hidden": False,
        "is_withheld": False,
        "payload": None,
        "mentions": [],
        "attachments": [],
        "reactions": [],
        "reply_count": 0,
        "sent_at": message.sent_at.isoformat().replace("+00:00", "Z"),
        "client_id": message.client_id,
        "is_read": True,
    }


def test_a_client_id_is_shown_to_its_sender_alone(api, ann, bob, talk):
    body = {"conversation": str(talk.pk), "message_body": "Hello", "client_id": "phone-1"}
    sent = api(ann).post(MESSAGES, body).json()
    of_talk = f"/api/v1/conversations/{talk.pk}/"
    pages = (MESSAGES, f"{MESSAGES}?conversation_id={talk.pk}", f"{of_talk}messages/")

    for reader, shown in ((ann, "phone-1"), (bob, None)):
        found = [api(reader).get(page).json()["results"][0] for page in pages]
        found.append(api(reader).get(f"{MESSAGES}{sent['message_id']}/").json())
        found.append(api(reader).get(of_talk).json()["messages"][0])
        assert {message["client_id"] for message in found} == {shown}
    assert sent["client_id"] == "phone-1"
    assert api(bob).get(f"{MESSAGES}unread/").json()["results"][0]["client_id"] is None


def test_the_answer_to_sending_is_what_reading_shows(api, ann, bob, charlie, group):
    question = say(bob, group)
    body = {
        "conversation": str(group.pk),
        "message_body": "Yes, @charlie and @bob",
        "parent_message": str(question.pk),
    }

    sent = api(ann).post(f"{MESSAGES}?html=true", body).json()

    assert sent["parent_message"] == sent["root_message"] == str(question.pk)
    assert set(sent["mentions"]) == {str(bob.pk), str(charlie.pk)}
    assert sent == api(ann).get(f"{MESSAGES}{sent['message_id']}/?html=true").json()


def test_rendering_what_was_sent_asks_nothing_of_the_database(ann, talk, django_assert_num_queries):
    from tradepost.messaging.rows import Reader, message_shown

    message = say(ann, talk, "Hello @bob")

    with django_assert_num_queries(0):
        message_shown(message, Reader(ann.pk))


def test_sending_again_gives_the_same_answer_and_says_so(api, ann, talk):
    body = {"conversation": str(talk.pk), "message_body": "Hello", "client_id": "phone-1"}

    first = api(ann).post(MESSAGES, body)
    again = api(ann).post(MESSAGES, body)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotent-Replayed"] == "true"
    assert first.content == again.content
    assert Message.objects.count() == 1


def test_sending_again_to_who_has_blocked_one_since_gives_the_same_answer(api, ann, bob):
    body = {"receiver": str(bob.pk), "message_body": "Hello", "client_id": "phone-1"}
    first = api(ann).post(MESSAGES, body)
    block_person(blocker=bob, person_id=ann.pk)

    again = api(ann).post(MESSAGES, body)

    assert (again.status_code, again.content) == (201, first.content)
    assert api(ann).post(MESSAGES, body | {"client_id": "phone-2"}).status_code == 400
    assert Message.objects.count() == 1


def test_a_receiver_is_part_of_what_is_sent_again(api, ann, bob, charlie):
    body = {"receiver": str(bob.pk), "message_body": "Hello", "client_id": "phone-1"}
    api(ann).post(MESSAGES, body)

    answer = api(ann).post(MESSAGES, body | {"receiver": str(charlie.pk)})

    assert answer.json()["code"] == "client_id_reused"
    assert Message.objects.count() == Conversation.objects.count() == 1


@pytest.mark.parametrize("comes_back", [False, True])
def test_sending_again_after_leaving_gives_the_same_answer(api, ann, charlie, group, comes_back):
    body = {"conversation": str(group.pk), "message_body": "Hello", "client_id": "phone-1"}
    first = api(charlie).post(MESSAGES, body)
    remove_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    if comes_back:
        add_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)

    again = api(charlie).post(MESSAGES, body)

    assert (again.status_code, again.content) == (201, first.content)


def test_of_what_was_taken_back_for_good_no_digest_is_left_and_it_is_not_sent_again(api, ann, talk):
    body = {"conversation": str(talk.pk), "message_body": "1234", "client_id": "phone-1"}
    sent = api(ann).post(MESSAGES, body).json()
    api(ann).delete(f"{MESSAGES}{sent['message_id']}/")
    assert Message.objects.get().request_hash != ""
    purge_deleted_messages(now=timezone.now() + timedelta(days=365))

    again = api(ann).post(MESSAGES, body)

    shown = again.json()
    assert (again.status_code, shown["message_id"]) == (201, sent["message_id"])
    assert (shown["deleted"], shown["message_body"]) == (True, "")
    assert Message.objects.get().request_hash == ""


def test_another_message_under_a_used_client_id_is_409(api, ann, talk):
    body = {"conversation": str(talk.pk), "message_body": "Hello", "client_id": "phone-1"}
    api(ann).post(MESSAGES, body)

    answer = api(ann).post(MESSAGES, body | {"message_body": "Goodbye"})

    assert answer.status_code == 409
    assert answer.json()["code"] == "client_id_reused"


@pytest.mark.parametrize("who", ["nobody", "oneself"])
def test_a_receiver_who_is_none_is_refused_by_that_name(api, ann, who):
    receiver = ann.pk if who == "oneself" else uuid4()

    answer = api(ann).post(MESSAGES, {"receiver": str(receiver), "message_body": "Hello"})

    assert (answer.status_code, list(answer.json())) == (400, ["receiver"])


def test_a_receiver_is_enough_to_write_to_somebody(api, ann, bob):
    first = api(ann).post(MESSAGES, {"receiver": str(bob.pk), "content": "Hello"})
    second = api(bob).post(MESSAGES, {"receiver": str(ann.pk), "content": "Hi"})

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["conversation"] == second.json()["conversation"]
    assert Conversation.objects.get().kind == "direct"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"message_body": ""}, "message_body"),
        ({"message_body": "  "}, "message_body"),
        ({"message_body": "x" * 20_001}, "message_body"),
        ({"message_body": None}, "message_body"),
        ({"conversation": "x"}, "conversation"),
        ({"conversation": None}, "conversation"),
        ({"receiver": str(uuid4())}, "conversation"),
        ({"parent_message": str(uuid4())}, "parent_message"),
        ({"attachments": [str(uuid4())]}, "attachments"),
        ({"attachments": [str(uuid4()) for _ in range(11)]}, "attachments"),
        ({"attachments": "x"}, "attachments"),
        ({"client_id": "x" * 65}, "client_id"),
    ],
)
def test_bad_input_is_400_on_the_field_and_sends_nothing(api, ann, talk, change, field):
    body = {"conversation": str(talk.pk), "message_body": "Hello"}

    answer = api(ann).post(MESSAGES, body | change)

    assert answer.status_code == 400
    assert set(answer.json()) == {field}
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"message_body": "Hello"}, "conversation"),
        ({"receiver": str(uuid4()), "message_body": "Hello"}, "receiver"),
        ({"receiver": "x", "message_body": "Hello"}, "receiver"),
    ],
)
def test_it_must_be_said_to_whom(api, ann, talk, body, field):
    answer = api(ann).post(MESSAGES, body)

    assert answer.status_code == 400
    assert set(answer.json()) == {field}


def test_a_reply_needs_its_conversation(api, ann, bob, talk):
    body = {"receiver": str(bob.pk), "content": "Yes", "parent_message": str(say(bob, talk).pk)}

    answer = api(ann).post(MESSAGES, body)

    assert answer.status_code == 400
    assert set(answer.json()) == {"parent_message"}


def test_who_is_blocked_is_told_so_with_403(api, ann, bob, talk):
    block_person(blocker=bob, person_id=ann.pk)
    body = {"conversation": str(talk.pk), "message_body": "Hello"}

    theirs, mine = api(ann).post(MESSAGES, body), api(bob).post(MESSAGES, body)

    assert (theirs.status_code, theirs.json()["code"]) == (403, "blocked")
    assert (mine.status_code, mine.json()["code"]) == (403, "blocked_by_you")
    assert not Message.objects.exists()


# --- Reading ---------------------------------------------------------------------------------


def test_messages_of_one_conversation_newest_first(api, ann, bob, charlie, talk):
    say(ann, talk, "1")
    say(ann, make_conversation(ann, charlie), "elsewhere")
    say(bob, talk, "2")

    filtered = api(ann).get(MESSAGES, {"conversation_id": str(talk.pk)}).json()["results"]
    everything = api(ann).get(MESSAGES).json()["results"]

    assert [m["message_body"] for m in filtered] == ["2", "1"]
    assert [m["message_body"] for m in everything] == ["2", "elsewhere", "1"]
    assert [m["is_read"] for m in filtered] == [False, True]
    assert api(ann).get(MESSAGES, {"conversation_id": "x"}).status_code == 400


@pytest.mark.parametrize("query", [{}, {"conversation_id": True}])
def test_pages_follow_one_another_without_gap_or_repetition(api, ann, bob, talk, query):
    for number in range(5):
        say(bob, talk, str(number))
    address = f"{MESSAGES}?page_size=2" + (f"&conversation_id={talk.pk}" if query else "")
    client, seen, back = api(ann), [], None

    while address:
        page = client.get(address).json()
        seen += [m["message_body"] for m in page["results"]]
        address, back = page["next"], page["previous"]

    assert seen == ["4", "3", "2", "1", "0"]
    assert [m["message_body"] for m in client.get(back).json()["results"]] == ["2", "1"]
    assert client.get(f"{MESSAGES}?page_size=101").status_code == 400
    assert client.get(f"{MESSAGES}?cursor=x").status_code == 404


def test_reading_costs_the_same_however_much_there_is(
    api, ann, bob, charlie, group, pressed, django_assert_num_queries
):
    say_everything(ann, bob, charlie, group)
    client, lists = api(ann), [MESSAGES, f"{MESSAGES}?conversation_id={group.pk}"]
    one = Message.objects.get(body="I do")

    for many in (False, True):
        if many:
            say_everything(ann, bob, charlie, group)
        for address in lists:
            # messages with senders and place, blocks, files, people named, reactions, numbers of
            # replies, names in what the house says
            with django_assert_num_queries(7):
                client.get(address)
    with django_assert_num_queries(4):  # message, blocks, reactions, number of replies
        client.get(f"{MESSAGES}{one.pk}/")


def test_a_page_of_plain_messages_takes_four_queries(api, ann, talk, django_assert_num_queries):
    say(ann, talk)
    client = api(ann)

    with django_assert_num_queries(4):  # messages, blocks, reactions, numbers of replies
        client.get(MESSAGES)


def test_replies_after_one_left_are_not_counted(api, ann, charlie, group):
    question = say(ann, group)
    say(ann, group, parent_id=question.pk)
    remove_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    say(ann, group, parent_id=question.pk)

    mine, theirs = (
        api(user).get(f"{MESSAGES}{question.pk}/").json()["reply_count"] for user in (ann, charlie)
    )

    assert (mine, theirs) == (2, 1)


CALLS = [
    ("get", "", None),
    ("patch", "", {"message_body": "mine"}),
    ("delete", "", None),
    ("post", "restore/", None),
    ("get", "history/", None),
    ("get", "thread/", None),
    ("get", "receipts/", None),
    ("patch", "mark_as_read/", None),
    ("post", "mark_as_unread/", None),
    ("post", "reactions/", {"emoji": "👍"}),
    ("delete", "reactions/?emoji=👍", None),
    ("post", "press/", {"button": "take"}),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_stranger_gets_the_404_of_a_message_that_is_not_there(
    api, ann, charlie, talk, method, path, body
):
    message = say(ann, talk)

    def ask(pk):
        return getattr(api(charlie), method)(f"{MESSAGES}{pk}/{path}", body)

    theirs, nothing = ask(message.pk), ask(uuid4())

    assert theirs.status_code == nothing.status_code == 404
    assert theirs.content == nothing.content
    message.refresh_from_db()
    assert (message.body, message.deleted_at) == ("Hello", None)


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_visitor_is_401(api, ann, talk, method, path, body):
    message = say(ann, talk)

    answer = getattr(api(), method)(f"{MESSAGES}{message.pk}/{path}", body)

    assert answer.status_code == 401


def test_lists_show_strangers_nothing(api, ann, charlie, talk):
    say(ann, talk)

    for address in (MESSAGES, f"{MESSAGES}?conversation_id={talk.pk}", f"{MESSAGES}unread/"):
        assert api(charlie).get(address).json()["results"] == []


def test_who_left_reads_the_past_and_says_nothing_new(api, ann, charlie, group):
    mine = say(charlie, group, "mine")
    remove_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    later = say(ann, group, "later")
    client = api(charlie)

    assert client.get(f"{MESSAGES}{mine.pk}/").status_code == 200
    assert client.get(f"{MESSAGES}{later.pk}/").status_code == 404
    for method, path, body in (CALLS[1], *CALLS[7:10]):  # edits, marks, reacts
        assert getattr(client, method)(f"{MESSAGES}{mine.pk}/{path}", body).status_code == 404
    mine.refresh_from_db()
    assert (mine.body, mine.deleted_at) == ("mine", None)


def test_who_left_takes_back_what_they_wrote(api, ann, charlie, group):
    mine, other = say(charlie, group, "My number is 555"), say(ann, group)
    remove_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    client = api(charlie)

    assert client.delete(f"{MESSAGES}{other.pk}/").status_code == 403
    assert client.delete(f"{MESSAGES}{mine.pk}/").status_code == 204
    assert api(ann).get(f"{MESSAGES}{mine.pk}/").json()["message_body"] == ""
    assert client.post(f"{MESSAGES}{mine.pk}/restore/").json()["message_body"] == "My number is 555"


def test_who_comes_back_without_the_past_has_what_they_wrote_in_it(api, ann, charlie, group):
    question, mine = say(ann, group, "Your number?"), say(charlie, group, "555")
    answer = say(ann, group, "Thanks", parent_id=mine.pk)
    remove_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    add_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    client = api(charlie)

    shown = client.get(f"{MESSAGES}{mine.pk}/").json()
    assert (shown["message_body"], shown["reply_count"]) == ("555", 0)
    assert client.get(f"{MESSAGES}{mine.pk}/thread/").json()["message"]["replies"] == []
    for hidden in (question, answer):
        assert client.get(f"{MESSAGES}{hidden.pk}/").status_code == 404
    edited = client.patch(f"{MESSAGES}{mine.pk}/", {"message_body": "none"})
    assert edited.json()["message_body"] == "none"
    assert len(client.get(f"{MESSAGES}{mine.pk}/history/").json()["results"]) == 1
    assert client.delete(f"{MESSAGES}{mine.pk}/").status_code == 204


def test_files_of_what_one_wrote_stay_open_to_oneself(ann, charlie, group):
    mine = say(charlie, group)
    file = attach(mine)
    remove_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    add_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)

    assert mine not in Message.objects.visible_to(charlie)
    assert list(Attachment.objects.visible_to(charlie)) == [file]


# --- Changing --------------------------------------------------------------------------------


def test_an_edit_shows_the_new_text_and_a_new_version(api, ann, talk):
    message = say(ann, talk)

    answer = api(ann).patch(f"{MESSAGES}{message.pk}/", {"content": "Good day"})

    shown = answer.json()
    assert (answer.status_code, answer["ETag"]) == (200, '"2"')
    assert (shown["message_body"], shown["version"], shown["edited"]) == ("Good day", 2, True)


@pytest.mark.parametrize(
    ("body", "headers"),
    [({"version": 1}, {}), ({}, {"If-Match": '"1"'}), ({}, {"If-Match": '"x"'})],
)
def test_an_edit_of_an_older_version_is_412_with_what_is_there(api, ann, talk, body, headers):
    message = say(ann, talk)
    api(ann).patch(f"{MESSAGES}{message.pk}/", {"content": "faster"})

    answer = api(ann).patch(
        f"{MESSAGES}{message.pk}/", {"content": "slower", **body}, headers=headers
    )

    assert answer.status_code == 412
    assert answer.json()["code"] == "message_changed"
    assert (answer.json()["version"], answer.json()["message_body"]) == (2, "faster")
    message.refresh_from_db()
    assert message.body == "faster"


@pytest.mark.parametrize("tag", [None, "*"])
def test_an_edit_of_the_version_that_is_there_goes_through(api, ann, talk, tag):
    message = say(ann, talk)
    seen = api(ann).get(f"{MESSAGES}{message.pk}/")["ETag"]

    answer = api(ann).patch(
        f"{MESSAGES}{message.pk}/", {"content": "new"}, headers={"If-Match": tag or seen}
    )

    assert answer.json()["message_body"] == "new"


@pytest.mark.parametrize(
    ("body", "headers", "field"),
    [
        ({}, {}, "message_body"),
        ({"content": " "}, {}, "message_body"),
        ({"content": "x", "version": "x"}, {}, "version"),
        ({"content": "x"}, {"If-Match": '"1", "2"'}, "If-Match"),
    ],
)
def test_a_bad_edit_is_400_and_changes_nothing(api, ann, talk, body, headers, field):
    message = say(ann, talk)

    answer = api(ann).patch(f"{MESSAGES}{message.pk}/", body, headers=headers)

    assert answer.status_code == 400
    assert set(answer.json()) == {field}
    message.refresh_from_db()
    assert (message.body, message.version) == ("Hello", 1)


@pytest.mark.parametrize(("method", "path", "body"), CALLS[1:4])
def test_only_the_sender_changes_a_message(api, ann, bob, talk, method, path, body):
    message = say(ann, talk)

    answer = getattr(api(bob), method)(f"{MESSAGES}{message.pk}/{path}", body)

    assert (answer.status_code, answer.json()["code"]) == (403, "senders_only")
    message.refresh_from_db()
    assert (message.body, message.deleted_at) == ("Hello", None)


def test_a_deleted_message_leaves_a_place_holder_and_can_be_restored(api, ann, bob, talk):
    message = say(ann, talk)
    address = f"{MESSAGES}{message.pk}/"

    deleted = api(ann).delete(address)
    place_holder = api(bob).get(address).json()
    restored = api(ann).post(f"{address}restore/")

    assert deleted.status_code == 204
    assert (place_holder["deleted"], place_holder["message_body"]) == (True, "")
    assert (restored.status_code, restored["ETag"]) == (200, '"3"')
    assert api(bob).get(address).json()["message_body"] == "Hello"
    assert api(ann).post(f"{address}restore/").json()["code"] == "not_deleted"


# --- Reactions, cards ------------------------------------------------------------------------


def test_reactions_are_added_and_taken_away(api, ann, bob, talk):
    address = f"{MESSAGES}{say(ann, talk).pk}/reactions/"

    added = api(bob).post(address, {"emoji": "👍"})
    again = api(bob).post(address, {"emoji": "👍"})
    others = api(ann).get(address.replace("reactions/", "")).json()["reactions"]
    removed = api(bob).delete(address, {"emoji": "👍"})

    assert added.json()["reactions"] == [{"emoji": "👍", "count": 1, "mine": True}]
    assert added.content == again.content
    assert others == [{"emoji": "👍", "count": 1, "mine": False}]
    assert removed.status_code == 204
    assert api(bob).get(address.replace("reactions/", "")).json()["reactions"] == []


@pytest.mark.parametrize("method", ["post", "delete"])
@pytest.mark.parametrize("body", [{}, {"emoji": ""}, {"emoji": "x" * 33}, {"emoji": ["👍"]}])
def test_a_bad_reaction_is_400_on_the_field(api, ann, talk, method, body):
    address = f"{MESSAGES}{say(ann, talk).pk}/reactions/"

    answer = getattr(api(ann), method)(address, body)

    assert answer.status_code == 400
    assert set(answer.json()) == {"emoji"}


def test_a_text_is_no_reaction(api, ann, talk):
    answer = api(ann).post(f"{MESSAGES}{say(ann, talk).pk}/reactions/", {"emoji": "no"})

    assert answer.status_code == 400
    assert set(answer.json()) == {"emoji"}


def test_a_button_of_a_card_is_pressed(api, ann, bob, talk, pressed):
    card = send_card(conversation_id=talk.pk, type="offer", data={"cents": 5}, sender=ann)
    address = f"{MESSAGES}{card.pk}/press/"

    answer = api(bob).post(address, {"button": "take"})

    assert answer.status_code == 200
    assert answer.json()["payload"] == {"type": "offer", "version": 1, "data": {"cents": 5}}
    assert answer.json()["message_body"] == "Offer: 5 cents"
    assert pressed == ["bob take"]
    assert api(bob).post(address, {"button": "leave"}).status_code == 404
    assert api(bob).post(address, {}).status_code == 400
    assert pressed == ["bob take"]


def test_receipts_name_who_has_read_and_not_who_came_later(
    api, ann, bob, charlie, dora, group, django_assert_num_queries
):
    message = say(ann, group)
    api(charlie).patch(f"{MESSAGES}{message.pk}/mark_as_read/")
    add_participant(owner=ann, conversation_id=group.pk, user_id=dora.pk)
    client = api(bob)

    with django_assert_num_queries(2):  # message, people
        shown = client.get(f"{MESSAGES}{message.pk}/receipts/").json()

    assert Participant.objects.get(user=dora).last_read_seq >= message.seq
    assert [person["username"] for person in shown] == ["charlie"]
