"""The API of reports: who may, what is answered, what is shown afterwards."""

import pytest
from django.contrib.auth.models import Permission
from time_machine import travel

from conftest import make_user
from tradepost.accounts.models import User
from tradepost.messaging.limits import Reports
from tradepost.messaging.models import Conversation, Message, Report
from tradepost.messaging.tests.factories import make_conversation, say

REPORTS = "/api/v1/reports/"
DEEDS = ("dismiss", "hide", "unhide", "warn")


@pytest.fixture
def message(ann, bob) -> Message:
    return say(bob, make_conversation(ann, bob), "Send the money to this account")


def keeper(name: str, *permissions: str) -> User:
    person = make_user(name)
    person.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    return User.objects.get(pk=person.pk)


@pytest.fixture
def peter(db) -> User:
    """Keeps the peace, without the staff flag."""
    return keeper("peter", "view_report", "change_report")


def address(message: Message) -> str:
    return f"/api/v1/messages/{message.pk}/report/"


@pytest.fixture
def report(api, ann, message) -> Report:
    api(ann).post(address(message), {"reason": "fraud", "note": "not his account"})
    return Report.objects.get()


def test_a_report_is_answered_201_and_again_200(api, ann, message):
    first = api(ann).post(address(message), {"reason": "spam", "note": "twice"})
    again = api(ann).post(address(message), {"reason": "other"})

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert set(first.json()) == {"message", "reason", "note", "created_at"}
    assert first.json()["reason"] == "spam"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "reason"),
        ({"reason": "dull"}, "reason"),
        ({"reason": "spam", "note": "x" * 1001}, "note"),
        ({"reason": "spam", "note": ["x"]}, "note"),
    ],
)
def test_bad_reports_are_400_on_the_field(api, ann, message, body, field):
    answer = api(ann).post(address(message), body, format="json")

    assert answer.status_code == 400
    assert set(answer.json()) == {field}
    assert not Report.objects.exists()


def test_strangers_and_missing_messages_are_the_same_404(api, charlie, ann, message):
    strangers = api(charlie).post(address(message), {"reason": "spam"})
    message.pk = message.conversation_id
    missing = api(ann).post(address(message), {"reason": "spam"})

    assert (strangers.status_code, missing.status_code) == (404, 404)
    assert strangers.json() == missing.json()


def test_ones_own_message_is_403_and_a_visitor_401(api, bob, message):
    own = api(bob).post(address(message), {"reason": "spam"})

    assert (own.status_code, own.json()["code"]) == (403, "own_message")
    assert api().post(address(message), {"reason": "spam"}).status_code == 401


@pytest.mark.parametrize("who", ["owner", "sender", "staff", "viewer"])
def test_only_those_who_may_handle_reports_do(api, ann, bob, report, who):
    person = {
        "owner": lambda: ann,
        "sender": lambda: bob,
        "staff": lambda: make_user("sam", is_staff=True),
        "viewer": lambda: keeper("vera", "view_report"),
    }[who]()
    client = api(person)

    answers = {deed: client.post(f"{REPORTS}{report.pk}/{deed}/").status_code for deed in DEEDS}

    assert answers == dict.fromkeys(DEEDS, 403)
    assert client.get(REPORTS).status_code == (200 if who == "viewer" else 403)
    report.refresh_from_db()
    assert report.handled_at is None


def test_visitors_are_asked_who_they_are(api, report):
    assert api().get(REPORTS).status_code == 401
    assert api().post(f"{REPORTS}{report.pk}/hide/").status_code == 401


def test_those_who_handle_reports_see_the_message_and_what_it_said_before(
    api, ann, bob, peter, message
):
    api(bob).patch(f"/api/v1/messages/{message.pk}/", {"message_body": "Hello"})
    api(ann).post(address(message), {"reason": "fraud"})

    [shown] = api(peter).get(REPORTS).json()["results"]

    assert shown["reporter"]["username"] == "ann"
    assert shown["message"]["sender"]["username"] == "bob"
    assert shown["message"]["message_body"] == "Hello"
    assert [old["message_body"] for old in shown["message"]["history"]] == [
        "Send the money to this account"
    ]
    assert "seq" in shown["message"]


def test_those_who_handle_reports_see_nothing_else_of_the_conversation(
    api, ann, peter, report, message
):
    other = say(ann, Conversation.objects.get(), "My secret")

    seen = api(peter).get(f"{REPORTS}{report.pk}/").content

    assert b"My secret" not in seen
    assert api(peter).get(f"/api/v1/messages/{other.pk}/").status_code == 404
    assert api(peter).get(f"/api/v1/messages/{message.pk}/").status_code == 404


def test_the_queue_can_be_narrowed_to_what_is_open(api, ann, bob, peter, report):
    later = say(bob, Conversation.objects.get())
    api(ann).post(address(later), {"reason": "spam"})
    api(peter).post(f"{REPORTS}{report.pk}/dismiss/")

    def shown(handled: str) -> list[str]:
        rows = api(peter).get(f"{REPORTS}?handled={handled}").json()["results"]
        return [row["outcome"] for row in rows]

    assert shown("false") == [""]
    assert shown("true") == ["dismissed"]
    assert api(peter).get(f"{REPORTS}?handled=x").status_code == 400


def test_a_hidden_message_is_shown_to_nobody(api, ann, bob, peter, report, message):
    answer = api(peter).post(f"{REPORTS}{report.pk}/hide/")

    assert answer.status_code == 200
    assert answer.json()["outcome"] == "hidden"
    assert answer.json()["message"]["message_body"] == "Send the money to this account"
    for reader in (ann, bob):
        for where in (f"messages/{message.pk}/", f"conversations/{message.conversation_id}/"):
            assert b"the money" not in api(reader).get(f"/api/v1/{where}").content
        shown = api(reader).get(f"/api/v1/messages/{message.pk}/").json()
        assert (shown["hidden"], shown["message_body"]) == (True, "")


def test_a_stored_page_of_a_conversation_forgets_what_is_hidden(api, ann, peter, report, message):
    page = f"/api/v1/conversations/{message.conversation_id}/messages/"
    assert b"the money" in api(ann).get(page).content

    api(peter).post(f"{REPORTS}{report.pk}/hide/")
    assert b"the money" not in api(ann).get(page).content

    api(peter).post(f"{REPORTS}{report.pk}/unhide/")
    assert b"the money" in api(ann).get(page).content


def test_a_hidden_message_tells_its_earlier_texts_to_nobody(api, ann, bob, peter, message):
    api(bob).patch(f"/api/v1/messages/{message.pk}/", {"message_body": "Hello"})
    api(ann).post(address(message), {"reason": "fraud"})

    api(peter).post(f"{REPORTS}{Report.objects.get().pk}/hide/")

    for reader in (ann, bob):
        history = api(reader).get(f"/api/v1/messages/{message.pk}/history/")
        assert history.json()["results"] == []


def test_the_sender_reads_the_warning(api, bob, peter, report):
    api(peter).post(f"{REPORTS}{report.pk}/warn/")

    told = api(bob).get("/api/v1/notifications/").json()["results"]
    assert "message.warned" in [row["kind"] for row in told]
    assert b"ann" not in str([row for row in told if row["kind"] == "message.warned"]).encode()


def test_missing_reports_are_404(api, peter, report):
    for path in (f"{report.pk + 1}/", "x/", f"{10**20}/"):
        assert api(peter).get(f"{REPORTS}{path}").status_code == 404
    assert api(peter).post(f"{REPORTS}{report.pk + 1}/hide/").status_code == 404


def test_the_queue_takes_the_same_queries_however_long_it_is(
    api, ann, bob, peter, django_assert_num_queries
):
    talk = make_conversation(ann, bob)
    for _ in range(3):
        message = say(bob, talk, "one")
        api(bob).patch(f"/api/v1/messages/{message.pk}/", {"message_body": "two"})
        api(ann).post(address(message), {"reason": "spam"})
    client = api(User.objects.get(pk=peter.pk))

    # the caller's permissions, of theirs and of groups; reports, messages, earlier texts, files
    with django_assert_num_queries(6):
        assert len(client.get(REPORTS).json()["results"]) == 3


@travel("2026-11-21T12:00:00Z", tick=False)
def test_reports_have_a_limit(api, ann, bob, settings, monkeypatch):
    settings.RATE_LIMITS = True
    monkeypatch.setattr(Reports, "most", 2)
    talk = make_conversation(ann, bob)

    answers = [
        api(ann).post(address(say(bob, talk)), {"reason": "spam"}).status_code for _ in range(3)
    ]

    assert answers == [201, 201, 429]
