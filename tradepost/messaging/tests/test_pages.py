"""Reading and writing messages in the browser."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tradepost.accounts.actions.blocks import block_person
from tradepost.messaging.actions.conversations import (
    open_direct_conversation,
    start_conversation,
)
from tradepost.messaging.actions.edits import delete_message
from tradepost.messaging.actions.members import leave_conversation
from tradepost.messaging.actions.places import archive_conversation
from tradepost.messaging.actions.reading import mark_conversation_read
from tradepost.messaging.actions.sending_files import send_with_files
from tradepost.messaging.errors import NoSuchConversation
from tradepost.messaging.limits import Messages
from tradepost.messaging.models import Attachment, Conversation, Message, Participant
from tradepost.messaging.tests.factories import say


@pytest.fixture(autouse=True)
def folder_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def talk(ann, bob) -> Conversation:
    """The conversation between ann and bob, in which bob has written once."""
    talk = open_direct_conversation(first=ann, second=bob)
    say(bob, talk, "Hello ann")
    return talk


def a_file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def place_of(reader, talk) -> int:
    return Participant.objects.get(user=reader, conversation=talk).last_read_seq


def ids_of(context) -> list:
    """Return which conversations the inbox shows."""
    return [row["conversation"].conversation_id for row in context["rows"]]


def texts_of(context) -> list[str]:
    return [line.message["message_body"] for line in context["lines"]]


def seqs_of(context) -> list[int]:
    return [line.message["seq"] for line in context["lines"]]


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
    assert [row["name"] for row in answer.context["rows"]] == ["Bob Example"]
    assert "Bob Example: Are you &lt;b&gt;there&lt;/b&gt;?" in text
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

    first = client.get("/inbox/").context
    second = client.get("/inbox/", {"before": first["page"]["older"]}).context

    shown = [ids_of(first), ids_of(second)]
    assert shown == [made[:0:-1], made[:1]]


def test_the_inbox_takes_twelve_queries_however_long_it_is(
    client, ann, bob, charlie, talk, django_assert_num_queries
):
    say(charlie, open_direct_conversation(first=ann, second=charlie))
    client.force_login(ann)

    # session, user, place in the feed, conversations, whom the reader blocks, their people, what is
    # unread in them, their last messages, reactions and replies to these; what is unread:
    # conversations, notifications
    with django_assert_num_queries(12):
        client.get("/inbox/")


def test_the_inbox_shows_what_is_asked_for(client, ann, bob, charlie, talk):
    other = open_direct_conversation(first=ann, second=charlie)
    say(ann, other)
    archive_conversation(user=ann, conversation_id=other.pk, archived=True)
    client.force_login(ann)

    def found(**asked) -> list:
        return ids_of(client.get("/inbox/", asked).context)

    assert found() == [talk.pk]
    assert found(show="archived") == [other.pk]
    assert found(show="all", search="charlie") == [other.pk]
    assert found(show="all", unread="on") == [talk.pk]
    assert found(show="nonsense") == [talk.pk]


def test_an_inbox_narrowed_to_nothing_says_so(client, ann, talk):
    client.force_login(ann)

    answer = client.get("/inbox/", {"search": "zzz"})

    assert "There is no such conversation." in answer.content.decode()


@pytest.mark.parametrize("deed", [delete_message, None])
def test_the_inbox_shows_no_word_that_was_taken_back(client, ann, bob, talk, deed):
    last = say(bob, talk, "A secret")
    if deed:
        deed(deleter=bob, message_id=last.pk, now=timezone.now())
    client.force_login(ann)

    text = client.get("/inbox/").content.decode()

    assert ("A secret" in text) == (deed is None)
    assert ("This message was deleted." in text) == (deed is not None)


# --- A conversation --------------------------------------------------------------------------


def test_a_conversation_shows_its_messages_oldest_first(client, ann, bob, talk):
    say(ann, talk, "Hello bob")
    client.force_login(ann)

    answer = client.get(f"/inbox/{talk.pk}/")

    assert texts_of(answer.context) == ["Hello ann", "Hello bob"]
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

    assert seqs_of(newest) == list(range(3, 53))
    assert seqs_of(earlier) == [1, 2]
    assert earlier["earlier"] is None


@pytest.mark.parametrize("before", ["abc", "-1", "9" * 5000, "²"])
def test_a_place_that_cannot_be_read_shows_the_newest(client, ann, talk, before):
    client.force_login(ann)

    answer = client.get(f"/inbox/{talk.pk}/", {"before": before})

    assert seqs_of(answer.context) == [1]


def test_a_conversation_takes_twelve_queries_however_long_it_is(
    client, ann, bob, talk, django_assert_num_queries
):
    for _ in range(5):
        say(bob, talk)
    client.force_login(ann)

    # session, user, place in the feed, conversation, whom the reader blocks, its newest messages,
    # their reactions and replies, its people, what is unread in it; what is unread: conversations,
    # notifications
    with django_assert_num_queries(12):
        client.get(f"/inbox/{talk.pk}/")


def test_answers_to_what_is_on_another_page_take_four_queries_more(
    client, ann, bob, talk, django_assert_num_queries
):
    first = Message.objects.get(conversation=talk)
    for _ in range(50):
        say(bob, talk, parent_id=first.pk)
    client.force_login(ann)

    # as above, and what is answered, whom the reader blocks, reactions, replies
    with django_assert_num_queries(16):
        answer = client.get(f"/inbox/{talk.pk}/")

    assert {line.quote.gist for line in answer.context["lines"]} == {"Hello ann"}


def test_a_page_around_a_message_shows_what_came_before_and_after(client, ann, bob, talk):
    for number in range(2, 121):
        say(bob, talk, f"{number}")
    client.force_login(ann)

    around = client.get(f"/inbox/{talk.pk}/", {"around": 40}).context

    assert seqs_of(around) == list(range(15, 65))
    assert (around["earlier"], around["later"]) == (15, 115)
    later = client.get(f"/inbox/{talk.pk}/", {"before": around["later"]}).context
    assert seqs_of(later) == list(range(65, 115))


def test_a_line_marks_where_the_unread_begins(client, ann, bob, talk):
    mark_conversation_read(reader=ann, conversation_id=talk.pk)
    say(bob, talk, "And you?")
    client.force_login(ann)

    text = client.get(f"/inbox/{talk.pk}/").content.decode()

    assert text.index('id="m-1"') < text.index('id="unread"') < text.index('id="m-2"')


def test_what_is_unread_further_up_is_led_to(client, ann, bob, talk):
    for _ in range(60):
        say(bob, talk)
    client.force_login(ann)

    newest = client.get(f"/inbox/{talk.pk}/")
    upwards = client.get(f"/inbox/{talk.pk}/", {"around": 1})

    assert 'href="?around=1#unread"' in newest.content.decode()
    assert 'id="unread"' in upwards.content.decode()


def test_what_people_write_cannot_become_a_script(client, ann, bob, talk):
    say(bob, talk, "<script>alert(1)</script> [x](javascript:alert(2))")
    client.force_login(ann)

    text = client.get(f"/inbox/{talk.pk}/").content.decode()

    assert "<script>alert" not in text
    assert 'href="javascript' not in text


def test_names_and_links_stand_out(client, ann, bob, talk):
    say(bob, talk, "@ann see https://example.com/a")
    client.force_login(ann)

    text = client.get(f"/inbox/{talk.pk}/").content.decode()

    assert '<span class="mention">@ann</span>' in text
    assert '<a href="https://example.com/a" rel="nofollow' in text


def test_what_a_blocked_person_wrote_is_withheld(client, ann, bob, talk):
    block_person(blocker=ann, person_id=bob.pk)
    client.force_login(ann)

    text = client.get(f"/inbox/{talk.pk}/").content.decode()

    assert "Hello ann" not in text
    assert "You have blocked who wrote this." in text


def test_the_writer_sees_who_has_seen_it(client, ann, bob, talk):
    say(ann, talk, "Hi")
    mark_conversation_read(reader=bob, conversation_id=talk.pk)
    client.force_login(ann)

    *_, line = client.get(f"/inbox/{talk.pk}/").context["lines"]

    assert (line.seen_by, line.seen_names) == (1, "Bob Example")


def test_nobody_has_seen_what_they_have_not_read(client, ann, bob, talk):
    say(ann, talk, "Hi")
    client.force_login(ann)

    *_, line = client.get(f"/inbox/{talk.pk}/").context["lines"]

    assert line.seen_by == 0


def test_who_has_left_reads_the_past_and_finds_no_form(client, ann, bob, charlie):
    group = start_conversation(starter=ann, participant_ids=[bob.pk, charlie.pk], title="Trip")
    say(ann, group, "Before")
    leave_conversation(user=bob, conversation_id=group.pk)
    say(ann, group, "After")
    client.force_login(bob)

    text = client.get(f"/inbox/{group.pk}/").content.decode()

    assert "Before" in text
    assert "After" not in text
    assert "<textarea" not in text
    assert "Bob Example left." in text


# --- Sending ---------------------------------------------------------------------------------


def test_a_reply_is_sent_once_however_often_it_is_submitted(client, ann, talk):
    client.force_login(ann)
    words = {"body": "Hi\r\nthere", "client_id": str(uuid4())}

    answers = [client.post(f"/inbox/{talk.pk}/send/", words) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == [f"/inbox/{talk.pk}/?around=2#m-2"] * 2
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
    assert (answer.status_code, list(form.errors)) == (409, ["body"])
    assert form["body"].value() == "Bye"
    assert form["client_id"].value() != used
    assert bodies(talk) == ["Hello ann", "Hi"]


def test_a_stranger_cannot_write_into_a_conversation(client, charlie, talk):
    client.force_login(charlie)

    answer = client.post(f"/inbox/{talk.pk}/send/", {"body": "Hi", "client_id": str(uuid4())})

    assert answer.status_code == 404
    assert bodies(talk) == ["Hello ann"]


def test_a_message_and_its_files_are_sent_by_one_form_once(client, ann, talk):
    client.force_login(ann)
    client_id = str(uuid4())

    def post():
        files = [a_file("a.txt", b"first"), a_file("b.txt", b"second")]
        words = {"body": "See", "client_id": client_id, "attachments": files}
        return client.post(f"/inbox/{talk.pk}/send/", words)

    answers = [post(), post()]

    assert {answer["Location"] for answer in answers} == {f"/inbox/{talk.pk}/?around=2#m-2"}
    sent = Message.objects.get(conversation=talk, seq=2)
    assert [str(file) for file in sent.attachments.all()] == ["a.txt", "b.txt"]
    assert Attachment.objects.count() == 2
    text = client.get(f"/inbox/{talk.pk}/").content.decode()
    assert 'download="a.txt"' in text


def test_other_files_under_a_used_id_are_another_message(client, ann, talk):
    client.force_login(ann)
    words = {"body": "See", "client_id": str(uuid4())}
    client.post(f"/inbox/{talk.pk}/send/", words | {"attachments": a_file("a.txt", b"first")})

    answer = client.post(
        f"/inbox/{talk.pk}/send/", words | {"attachments": a_file("a.txt", b"another")}
    )

    assert answer.status_code == 409
    assert Attachment.objects.count() == 1


def test_a_file_needs_no_words(client, ann, talk):
    client.force_login(ann)
    words = {"body": "", "client_id": str(uuid4()), "attachments": a_file("a.txt", b"first")}

    client.post(f"/inbox/{talk.pk}/send/", words)

    assert Message.objects.get(conversation=talk, seq=2).has_attachments


def test_one_bad_file_sends_nothing(client, ann, talk, settings):
    client.force_login(ann)
    files = [a_file("a.txt", b"first"), a_file("b.png", b"no picture")]
    words = {"body": "See", "client_id": str(uuid4()), "attachments": files}

    answer = client.post(f"/inbox/{talk.pk}/send/", words)

    assert list(answer.context["form"].errors) == ["attachments"]
    assert answer.context["form"]["body"].value() == "See"
    assert bodies(talk) == ["Hello ann"]
    assert Attachment.objects.count() == 0
    assert list(Path(settings.MEDIA_ROOT).rglob("*.txt")) == []


def test_a_strangers_file_is_not_even_looked_at(charlie, talk):
    with pytest.raises(NoSuchConversation):
        send_with_files(
            sender=charlie, conversation_id=talk.pk, body="", client_id=str(uuid4()),
            attachments=[a_file("a.png", b"no picture")],
        )  # fmt: skip

    assert Attachment.objects.count() == 0


def test_a_file_that_was_sent_is_sent_again_by_who_has_left(ann, bob, charlie):
    group = start_conversation(starter=ann, participant_ids=[bob.pk, charlie.pk])
    said = {"sender": bob, "conversation_id": group.pk, "body": "", "client_id": str(uuid4())}
    files = [a_file("a.txt", b"Hello")]
    first = send_with_files(**said, attachments=files)
    leave_conversation(user=bob, conversation_id=group.pk)

    again = send_with_files(**said, attachments=files)

    assert (again.repeated, again.message) == (True, first.message)
    assert Attachment.objects.count() == 1


def test_an_answer_stands_below_what_it_answers(client, ann, bob, talk):
    first = Message.objects.get(conversation=talk)
    client.force_login(ann)

    page = client.get(f"/inbox/{talk.pk}/", {"reply": str(first.pk)})
    form = page.context["form"]
    words = {name: form[name].value() for name in ("client_id", "parent_id")}
    client.post(f"/inbox/{talk.pk}/send/", words | {"body": "Hi"})

    assert page.context["answered"].gist == "Hello ann"
    assert Message.objects.get(conversation=talk, seq=2).parent == first
    *_, line = client.get(f"/inbox/{talk.pk}/").context["lines"]
    assert (line.quote.author, line.quote.gist) == ("Bob Example", "Hello ann")


@pytest.mark.parametrize("reply", ["abc", str(uuid4())], ids=["garbage", "unknown"])
def test_an_address_that_answers_nothing_shows_the_plain_form(client, ann, talk, reply):
    client.force_login(ann)

    answer = client.get(f"/inbox/{talk.pk}/", {"reply": reply})

    assert (answer.status_code, answer.context["answered"]) == (200, None)


def test_a_refusal_by_a_block_is_said_in_the_form(client, ann, bob, talk):
    block_person(blocker=bob, person_id=ann.pk)
    client.force_login(ann)

    answer = client.post(f"/inbox/{talk.pk}/send/", {"body": "Hi", "client_id": str(uuid4())})

    assert answer.status_code == 403
    assert "This person does not take messages from you." in answer.content.decode()
    assert answer.context["form"]["body"].value() == "Hi"
    assert bodies(talk) == ["Hello ann"]


def test_too_many_messages_are_refused_in_the_form(client, ann, talk, settings, monkeypatch):
    settings.RATE_LIMITS = True
    monkeypatch.setattr(Messages, "most", 0)
    client.force_login(ann)

    answer = client.post(f"/inbox/{talk.pk}/send/", {"body": "Hi", "client_id": str(uuid4())})

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) <= 60
    assert answer.context["form"]["body"].value() == "Hi"
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

    assert answer.context["found"].people == [bob]


def test_people_are_not_found_by_their_address(client, ann, bob):
    client.force_login(ann)

    answer = client.get("/inbox/new/", {"search": "@example.com"})

    assert answer.context["found"].people == []


def test_a_first_message_opens_the_conversation_once(client, ann, bob):
    client.force_login(ann)
    words = {"body": "Hello", "client_id": str(uuid4())}

    for _ in range(2):
        answer = client.post(f"/inbox/new/?to={bob.pk}", words)

    talk = Conversation.objects.get()
    assert answer["Location"] == f"/inbox/{talk.pk}/?around=1#m-1"
    assert bodies(talk) == ["Hello"]


def test_a_first_message_that_is_refused_opens_nothing(client, ann, charlie, talk):
    client.force_login(ann)
    words = {"body": "Hello", "client_id": str(uuid4())}
    client.post(f"/inbox/{talk.pk}/send/", words)

    answer = client.post(f"/inbox/new/?to={charlie.pk}", words)

    assert (answer.status_code, list(answer.context["form"].errors)) == (409, ["body"])
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
