"""Reading and writing messages in the browser."""

import re
from uuid import uuid4

import pytest

from tradepost.messaging.actions.conversations import (
    open_direct_conversation,
    start_conversation,
)
from tradepost.messaging.actions.messages import send_message
from tradepost.messaging.models import Conversation, Message, Participant


@pytest.fixture
def talk(ann, bob) -> Conversation:
    """The conversation between ann and bob, in which bob has written once."""
    talk = open_direct_conversation(first=ann, second=bob)
    say(bob, talk, "Hello ann")
    return talk


def say(sender, talk, body="Hello") -> Message:
    return send_message(sender=sender, conversation_id=talk.pk, body=body).message


def place_of(reader, talk) -> int:
    return Participant.objects.get(user=reader, conversation=talk).last_read_seq


def without_token(answer) -> str:
    """Return the page without what is random in it."""
    return re.sub(r'csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def bodies(talk) -> list[str]:
    return list(
        Message.objects.filter(conversation=talk).order_by("seq").values_list("body", flat=True)
    )


# --- The inbox -------------------------------------------------------------------------------


def test_the_inbox_shows_who_wrote_what_and_how_much_is_unread(client, ann, talk, bob):
    say(bob, talk, "Are you <b>there</b>?")
    client.force_login(ann)

    answer = client.get("/inbox/")

    text = answer.content.decode()
    assert [name for _, name in answer.context["rows"]] == ["Bob Example"]
    assert "Bob: Are you &lt;b&gt;there&lt;/b&gt;?" in text
    assert '<span class="badge">2<span' in text


def test_the_inbox_is_empty_for_a_stranger(client, charlie, talk):
    client.force_login(charlie)

    answer = client.get("/inbox/")

    assert answer.context["rows"] == []
    assert 'href="/inbox/new/"' in answer.content.decode()


def test_the_inbox_needs_an_account(client, db):
    assert client.get("/inbox/")["Location"] == "/account/sign-in/?next=/inbox/"


def test_the_inbox_comes_twenty_a_page_without_losing_any(client, ann, bob):
    made = [start_conversation(starter=ann, participant_ids=[bob.pk]).pk]
    for _ in range(20):
        talk = Conversation.objects.create(kind="group")
        Participant.objects.create(conversation=talk, user=ann)
        made.append(talk.pk)
    client.force_login(ann)

    first = client.get("/inbox/").context["page"]
    second = client.get("/inbox/", {"before": first.older}).context["page"]

    assert [talk.pk for talk in [*first.rows, *second.rows]] == made[::-1]
    assert (len(first.rows), len(second.rows)) == (20, 1)


def test_the_inbox_takes_seven_queries_however_long_it_is(
    client, ann, bob, charlie, talk, django_assert_num_queries
):
    say(charlie, open_direct_conversation(first=ann, second=charlie))
    client.force_login(ann)

    # session, user, conversations, their people, their last messages, and what is unread:
    # conversations, notifications
    with django_assert_num_queries(7):
        client.get("/inbox/")


# --- A conversation --------------------------------------------------------------------------


def test_a_conversation_shows_its_messages_oldest_first(client, ann, bob, talk):
    say(ann, talk, "Hello bob")
    client.force_login(ann)

    answer = client.get(f"/inbox/{talk.pk}/")

    assert [message.body for message in answer.context["rows"]] == ["Hello ann", "Hello bob"]
    assert answer.content.decode().count('class="bubble own"') == 1


def test_looking_at_a_conversation_writes_nothing(client, ann, talk):
    client.force_login(ann)

    client.get(f"/inbox/{talk.pk}/")

    assert place_of(ann, talk) == 0


def test_a_strangers_look_is_the_same_as_at_nothing(client, charlie, talk):
    client.force_login(charlie)

    foreign, missing = client.get(f"/inbox/{talk.pk}/"), client.get(f"/inbox/{uuid4()}/")

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert without_token(foreign) == without_token(missing)


def test_earlier_messages_are_reached_fifty_at_a_time(client, ann, bob, talk):
    for number in range(2, 53):
        say(bob, talk, f"{number}")
    client.force_login(ann)

    newest = client.get(f"/inbox/{talk.pk}/").context
    earlier = client.get(f"/inbox/{talk.pk}/", {"before": newest["earlier"]}).context

    assert [message.seq for message in newest["rows"]] == list(range(3, 53))
    assert [message.seq for message in earlier["rows"]] == [1, 2]
    assert earlier["earlier"] is None


@pytest.mark.parametrize("before", ["abc", "-1", "9" * 5000, "²"])
def test_a_place_that_cannot_be_read_shows_the_newest(client, ann, talk, before):
    client.force_login(ann)

    answer = client.get(f"/inbox/{talk.pk}/", {"before": before})

    assert [message.seq for message in answer.context["rows"]] == [1]


def test_a_conversation_takes_eight_queries_however_long_it_is(
    client, ann, bob, talk, django_assert_num_queries
):
    for _ in range(5):
        say(bob, talk)
    client.force_login(ann)

    # session, user, conversation, its people, its last message, its newest messages, and what is
    # unread: conversations, notifications
    with django_assert_num_queries(8):
        client.get(f"/inbox/{talk.pk}/")


# --- Sending ---------------------------------------------------------------------------------


def test_a_reply_is_sent_once_however_often_it_is_submitted(client, ann, talk):
    client.force_login(ann)
    words = {"body": "Hi\r\nthere", "client_id": str(uuid4())}

    answers = [client.post(f"/inbox/{talk.pk}/send/", words) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == [f"/inbox/{talk.pk}/#reply"] * 2
    assert bodies(talk) == ["Hello ann", "Hi\nthere"]


def test_every_form_comes_with_an_id_of_its_own(client, ann, talk):
    client.force_login(ann)

    ids = {client.get(f"/inbox/{talk.pk}/").context["form"]["client_id"].value() for _ in range(2)}

    assert len(ids) == 2


def test_sending_marks_what_was_there_read(client, ann, talk):
    client.force_login(ann)

    client.post(f"/inbox/{talk.pk}/send/", {"body": "Hi", "client_id": str(uuid4())})

    assert place_of(ann, talk) == 2


@pytest.mark.parametrize("body", ["", "  \r\n ", "x" * 20_001])
def test_a_message_that_cannot_be_sent_stays_in_the_form(client, ann, talk, body):
    client.force_login(ann)

    answer = client.post(f"/inbox/{talk.pk}/send/", {"body": body, "client_id": str(uuid4())})

    assert list(answer.context["form"].errors) == ["body"]
    assert bodies(talk) == ["Hello ann"]


def test_another_text_under_a_used_id_is_offered_for_sending_anew(client, ann, talk):
    client.force_login(ann)
    used = str(uuid4())
    client.post(f"/inbox/{talk.pk}/send/", {"body": "Hi", "client_id": used})

    answer = client.post(f"/inbox/{talk.pk}/send/", {"body": "Bye", "client_id": used})

    form = answer.context["form"]
    assert (answer.status_code, list(form.errors)) == (200, ["body"])
    assert form["body"].value() == "Bye"
    assert form["client_id"].value() != used
    assert bodies(talk) == ["Hello ann", "Hi"]


def test_a_stranger_cannot_write_into_a_conversation(client, charlie, talk):
    client.force_login(charlie)

    answer = client.post(f"/inbox/{talk.pk}/send/", {"body": "Hi", "client_id": str(uuid4())})

    assert answer.status_code == 404
    assert bodies(talk) == ["Hello ann"]


# --- Reading ---------------------------------------------------------------------------------


def test_the_button_marks_read_what_was_shown_and_not_what_came_since(client, ann, bob, talk):
    client.force_login(ann)
    shown = client.get(f"/inbox/{talk.pk}/").content.decode()
    say(bob, talk)

    answer = client.post(f"/inbox/{talk.pk}/read/", {"up_to_seq": 1})

    assert 'name="up_to_seq" value="1"' in shown
    assert answer["Location"] == f"/inbox/{talk.pk}/"
    assert place_of(ann, talk) == 1


def test_a_read_conversation_has_neither_button_nor_script(client, ann, talk):
    say(ann, talk)
    client.force_login(ann)

    text = client.get(f"/inbox/{talk.pk}/").content.decode()

    assert "mark-read" not in text
    assert "read.js" not in text


@pytest.mark.parametrize("deed", ["send", "read"])
def test_a_deed_opened_by_hand_leads_to_the_conversation(client, ann, talk, deed):
    client.force_login(ann)

    assert client.get(f"/inbox/{talk.pk}/{deed}/")["Location"] == f"/inbox/{talk.pk}/"


# --- Beginning -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["BO", "exam bob"])
def test_people_are_found_by_parts_of_their_names(client, ann, bob, charlie, name):
    client.force_login(ann)

    answer = client.get("/inbox/new/", {"search": name})

    assert answer.context["people"] == [bob]


def test_people_are_not_found_by_their_address(client, ann, bob):
    client.force_login(ann)

    answer = client.get("/inbox/new/", {"search": "@example.com"})

    assert answer.context["people"] == []


def test_a_first_message_opens_the_conversation_once(client, ann, bob):
    client.force_login(ann)
    words = {"body": "Hello", "client_id": str(uuid4())}

    for _ in range(2):
        answer = client.post(f"/inbox/new/?to={bob.pk}", words)

    talk = Conversation.objects.get()
    assert answer["Location"] == f"/inbox/{talk.pk}/#reply"
    assert bodies(talk) == ["Hello"]


def test_a_first_message_that_is_refused_opens_nothing(client, ann, charlie, talk):
    client.force_login(ann)
    words = {"body": "Hello", "client_id": str(uuid4())}
    client.post(f"/inbox/{talk.pk}/send/", words)

    answer = client.post(f"/inbox/new/?to={charlie.pk}", words)

    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["body"])
    assert Conversation.objects.get() == talk


def test_an_empty_first_message_opens_nothing(client, ann, bob):
    client.force_login(ann)

    answer = client.post(f"/inbox/new/?to={bob.pk}", {"body": "", "client_id": str(uuid4())})

    assert list(answer.context["form"].errors) == ["body"]
    assert Conversation.objects.count() == 0


def test_nobody_can_write_to_somebody_who_has_left(client, ann, bob):
    bob.is_active = False
    bob.save()
    client.force_login(ann)

    assert client.get(f"/inbox/new/?to={bob.pk}").status_code == 404


@pytest.mark.parametrize("to", ["abc", "", "\x00"])
def test_an_address_that_names_nobody_leads_to_the_search(client, ann, to):
    client.force_login(ann)

    answer = client.get("/inbox/new/", {"to": to})

    assert answer.status_code == 200
    assert 'name="search"' in answer.content.decode()
