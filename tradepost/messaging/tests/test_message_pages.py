"""What people do to single messages in the browser: edit, delete, react, report, look back."""

from uuid import uuid4

import pytest
from django.utils import timezone

from tradepost.messaging.actions.edits import delete_message, edit_message
from tradepost.messaging.actions.reactions import add_reaction
from tradepost.messaging.actions.reading import mark_conversation_read
from tradepost.messaging.actions.saying import send_card
from tradepost.messaging.models import Message, Report
from tradepost.messaging.payloads import Card, register_card
from tradepost.messaging.tests.factories import make_conversation, say

THUMB = "\N{THUMBS UP SIGN}"


@pytest.fixture
def talk(ann, bob):
    return make_conversation(ann, bob)


@pytest.fixture
def words(ann, talk) -> Message:
    """What ann has written."""
    return say(ann, talk, "Helo bob")


def edit(client, message, body, version=1):
    return client.post(f"/inbox/messages/{message.pk}/edit/", {"body": body, "version": version})


def page_of(client, talk) -> str:
    return client.get(f"/inbox/{talk.pk}/").content.decode()


# --- Editing ---------------------------------------------------------------------------------


def test_an_edit_shows_on_the_page_and_what_it_said_in_its_history(client, ann, bob, talk, words):
    client.force_login(ann)

    form = client.get(f"/inbox/messages/{words.pk}/edit/").context["form"]
    answer = edit(client, words, "Hello bob", form["version"].value())

    assert answer["Location"] == f"/inbox/{talk.pk}/?around=1#m-1"
    assert f'href="/inbox/messages/{words.pk}/history/">edited' in page_of(client, talk)
    client.force_login(bob)
    history = client.get(f"/inbox/messages/{words.pk}/history/")
    assert [one["version"].body for one in history.context["earlier"]] == ["Helo bob"]
    assert "Hello bob" in history.content.decode()


def test_an_edit_of_something_older_shows_what_is_there_and_asks(client, ann, words):
    edit_message(editor=ann, message_id=words.pk, body="Hello Bob!", now=timezone.now())
    client.force_login(ann)

    answer = edit(client, words, "Hello bob")

    text = answer.content.decode()
    assert answer.status_code == 412
    assert '<p class="pre">Hello Bob!</p>' in text
    assert answer.context["form"]["body"].value() == "Hello bob"
    words.refresh_from_db()
    assert words.body == "Hello Bob!"
    edit(client, words, "Hello bob", answer.context["form"]["version"].value())
    words.refresh_from_db()
    assert words.body == "Hello bob"


def test_an_edit_that_is_submitted_twice_is_made_once(client, ann, talk, words):
    client.force_login(ann)

    answers = [edit(client, words, "Hello bob") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert words.history.count() == 1


def test_an_edit_to_nothing_is_refused_in_the_form(client, ann, words):
    client.force_login(ann)

    answer = edit(client, words, " ")

    assert list(answer.context["form"].errors) == ["body"]
    words.refresh_from_db()
    assert words.body == "Helo bob"


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_the_writer_edits(client, bob, charlie, words, method):
    def status_for(person) -> int:
        client.force_login(person)
        address = f"/inbox/messages/{words.pk}/edit/"
        return getattr(client, method)(address, {"body": "Mine", "version": 1}).status_code

    assert (status_for(bob), status_for(charlie)) == (403, 404)
    words.refresh_from_db()
    assert words.body == "Helo bob"


# --- Deleting --------------------------------------------------------------------------------


def test_a_deleted_message_leaves_a_place_with_a_button_to_restore_it(
    client, ann, bob, talk, words
):
    client.force_login(ann)

    client.post(f"/inbox/messages/{words.pk}/delete/")

    own = page_of(client, talk)
    assert "Helo bob" not in own
    assert f"/inbox/messages/{words.pk}/restore/" in own
    client.force_login(bob)
    theirs = page_of(client, talk)
    assert "This message was deleted." in theirs
    assert "restore" not in theirs
    client.force_login(ann)
    client.post(f"/inbox/messages/{words.pk}/restore/")
    assert "Helo bob" in page_of(client, talk)


def test_nobody_deletes_what_others_wrote(client, bob, charlie, words):
    def status_for(person) -> int:
        client.force_login(person)
        return client.post(f"/inbox/messages/{words.pk}/delete/").status_code

    assert (status_for(bob), status_for(charlie)) == (403, 404)
    words.refresh_from_db()
    assert words.deleted_at is None


def test_the_history_of_a_deleted_message_tells_nothing(client, ann, words):
    edit_message(editor=ann, message_id=words.pk, body="Hello", now=timezone.now())
    delete_message(deleter=ann, message_id=words.pk, now=timezone.now())
    client.force_login(ann)

    answer = client.get(f"/inbox/messages/{words.pk}/history/")

    assert answer.context["earlier"] == []
    assert "Helo bob" not in answer.content.decode()


# --- Reactions, marks, cards -----------------------------------------------------------------


def test_a_reaction_is_put_and_taken_away(client, bob, talk, words):
    client.force_login(bob)

    for _ in range(2):
        client.post(f"/inbox/messages/{words.pk}/react/", {"emoji": THUMB})
    put = page_of(client, talk)
    client.post(f"/inbox/messages/{words.pk}/unreact/", {"emoji": THUMB})

    assert f'aria-pressed="true">{THUMB} 1</button>' in put
    assert words.reactions.count() == 0


def test_a_reaction_of_others_is_joined_by_its_button(client, ann, bob, talk, words):
    add_reaction(user=bob, message_id=words.pk, emoji=THUMB)
    client.force_login(ann)

    text = page_of(client, talk)

    joins = f'formaction="/inbox/messages/{words.pk}/react/" name="emoji" value="{THUMB}"'
    assert f'{joins} aria-pressed="false">{THUMB} 1' in text


@pytest.mark.parametrize("emoji", ["", "x", "<b>", THUMB * 40])
def test_what_is_no_emoji_is_refused(client, bob, words, emoji):
    client.force_login(bob)

    answer = client.post(f"/inbox/messages/{words.pk}/react/", {"emoji": emoji})

    assert answer.status_code == 400
    assert words.reactions.count() == 0


def test_marking_unread_leads_away_because_to_look_is_to_read(client, bob, talk, words):
    mark_conversation_read(reader=bob, conversation_id=talk.pk)
    client.force_login(bob)

    answer = client.post(f"/inbox/messages/{words.pk}/unread/")

    assert answer["Location"] == "/inbox/"
    [row] = client.get("/inbox/").context["rows"]
    assert row["conversation"].unread_count == 1


def test_a_card_is_a_text_with_buttons(client, ann, talk, monkeypatch):
    pressed = []
    card = Card(
        text=lambda data: "Is Friday fine?",
        buttons=frozenset({"yes"}),
        press=lambda *, message, presser, button: pressed.append((presser, button)),
    )
    monkeypatch.setattr("tradepost.messaging.payloads._cards", {})
    register_card("test.question", 1, card)
    asked = send_card(conversation_id=talk.pk, type="test.question", data={})
    client.force_login(ann)

    text = page_of(client, talk)
    client.post(f"/inbox/messages/{asked.pk}/press/", {"button": "yes"})
    wrong = client.post(f"/inbox/messages/{asked.pk}/press/", {"button": "no"})

    assert "Is Friday fine?" in text
    assert 'name="button" value="yes">Yes</button>' in text
    assert (pressed, wrong.status_code) == ([(ann, "yes")], 404)


# --- Threads ---------------------------------------------------------------------------------


def test_a_thread_is_shown_as_a_tree(client, ann, bob, talk, words):
    first = say(bob, talk, "One", parent_id=words.pk)
    say(bob, talk, "Two", parent_id=words.pk)
    say(ann, talk, "Below one", parent_id=first.pk)
    client.force_login(ann)

    page = page_of(client, talk)
    lines = client.get(f"/inbox/messages/{words.pk}/thread/").context["lines"]

    shown = [(line.message["message_body"], line.level) for line in lines]
    assert shown == [("Helo bob", 0), ("One", 1), ("Below one", 2), ("Two", 1)]
    assert f'href="/inbox/messages/{words.pk}/thread/">2 replies</a>' in page


def test_a_thread_deeper_than_calls_can_be_is_shown(client, ann, talk, words):
    parent = words
    for _ in range(199):
        parent = say(ann, talk, parent_id=parent.pk)
    client.force_login(ann)

    lines = client.get(f"/inbox/messages/{words.pk}/thread/").context["lines"]

    assert len(lines) == 200
    assert lines[-1].level == 6


def test_a_long_thread_comes_in_pages(client, ann, talk, words):
    for _ in range(201):
        say(ann, talk, parent_id=words.pk)
    client.force_login(ann)

    first = client.get(f"/inbox/messages/{words.pk}/thread/").context
    second = client.get(f"/inbox/messages/{words.pk}/thread/", {"after": first["after"]}).context

    assert (len(first["lines"]), len(second["lines"])) == (201, 1)
    assert second["after"] is None
    assert second["lines"][0].quote.gist == "Helo bob"


def test_a_thread_takes_eleven_queries_however_long_it_is(
    client, ann, talk, words, django_assert_num_queries
):
    for _ in range(5):
        say(ann, talk, parent_id=words.pk)
    client.force_login(ann)

    # session, user, place in the feed, the message, its replies, whom the reader blocks, reactions,
    # numbers of replies, the reader's place; what is unread: conversations, notifications
    with django_assert_num_queries(11):
        client.get(f"/inbox/messages/{words.pk}/thread/")


# --- Reports ---------------------------------------------------------------------------------


def test_a_report_is_made_once_by_a_form(client, bob, talk, words):
    client.force_login(bob)
    said = {"reason": "spam", "note": "Buy, buy"}

    answers = [client.post(f"/inbox/messages/{words.pk}/report/", said) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == [f"/inbox/{talk.pk}/"] * 2
    report = Report.objects.get()
    assert (report.reason, report.note, report.reporter) == ("spam", "Buy, buy", bob)


def test_a_report_needs_a_reason(client, bob, words):
    client.force_login(bob)

    answer = client.post(f"/inbox/messages/{words.pk}/report/", {"reason": "boring"})

    assert list(answer.context["form"].errors) == ["reason"]
    assert not Report.objects.exists()


# --- Strangers -------------------------------------------------------------------------------

DEEDS = ["delete", "restore", "react", "unreact", "unread", "press"]


@pytest.mark.parametrize("page", ["thread", "history", "edit", "report"])
def test_a_strangers_look_is_the_same_as_at_nothing(client, charlie, words, page):
    client.force_login(charlie)

    looks = [client.get(f"/inbox/messages/{pk}/{page}/") for pk in (words.pk, uuid4())]

    assert [look.status_code for look in looks] == [404, 404]


@pytest.mark.parametrize("deed", DEEDS)
def test_a_strangers_deed_is_the_same_as_on_nothing(client, charlie, words, deed):
    client.force_login(charlie)
    said = {"emoji": THUMB, "button": "yes"}

    answers = [client.post(f"/inbox/messages/{pk}/{deed}/", said) for pk in (words.pk, uuid4())]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert Message.objects.filter(pk=words.pk, version=1, deleted_at=None).exists()


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_opened_by_hand_changes_nothing(client, ann, words, deed):
    client.force_login(ann)

    answer = client.get(f"/inbox/messages/{words.pk}/{deed}/")

    assert answer["Location"] == f"/inbox/messages/{words.pk}/history/"
