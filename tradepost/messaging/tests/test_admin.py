"""Conversations, messages and reports in the admin."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from conftest import make_user
from tradepost.accounts.models import User
from tradepost.kit.errors import Refused
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.edits import edit_message
from tradepost.messaging.actions.members import set_people
from tradepost.messaging.actions.reading import mark_conversation_read
from tradepost.messaging.actions.reports import report_message
from tradepost.messaging.errors import FixedMembership, TooManyPeople, UnknownPerson
from tradepost.messaging.models import Conversation, Message, Participant, Report
from tradepost.messaging.tests.factories import make_conversation, say

ADMIN = "/admin/messaging/"


@pytest.fixture
def group(ann, bob) -> Conversation:
    return start_conversation(starter=ann, participant_ids=[bob.pk], title="Boat trip")


@pytest.fixture
def message(ann, bob) -> Message:
    return say(bob, make_conversation(ann, bob), "Send the money to this account")


@pytest.fixture
def report(ann, message) -> Report:
    return report_message(reporter=ann, message_id=message.pk, reason="fraud", note="no").report


def staff(name: str, *permissions: str) -> User:
    person = make_user(name, is_staff=True)
    person.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    return User.objects.get(pk=person.pk)


def members_of(conversation: Conversation) -> set[str]:
    active = Participant.objects.active().filter(conversation=conversation)
    return set(active.values_list("user__username", flat=True))


@pytest.mark.parametrize(
    "page", ["conversation", "message", "messagehistory", "attachment", "report"]
)
def test_what_people_wrote_is_for_holders_of_the_permission(client, message, page):
    client.force_login(staff("sam"))
    assert client.get(f"{ADMIN}{page}/").status_code == 403

    client.force_login(staff("vera", f"view_{page}"))
    assert client.get(f"{ADMIN}{page}/").status_code == 200


def test_conversations_are_found_by_who_takes_part(client, boss, ann, bob, charlie, group):
    other = make_conversation(ann, charlie)

    found = client.get(f"{ADMIN}conversation/?q=charlie").content.decode()

    assert str(other.pk) in found
    assert str(group.pk) not in found


def test_the_list_of_conversations_takes_the_same_queries_however_long(
    client, boss, ann, bob, charlie, group, django_assert_max_num_queries
):
    client.get(f"{ADMIN}conversation/")
    for other in (bob, charlie):
        make_conversation(ann, other)

    # session, user; count, rows, people (with names); dates of two filters
    with django_assert_max_num_queries(7):
        assert b"Ann Example" in client.get(f"{ADMIN}conversation/").content


def test_what_was_snoozed_until_now_is_open(client, boss, group):
    moment_ago = timezone.now() - timedelta(seconds=1)
    Conversation.objects.filter(pk=group.pk).update(state="snoozed", snoozed_until=moment_ago)
    client.force_login(boss)

    pages = [client.get(f"{ADMIN}conversation/?state={state}") for state in ("open", "snoozed")]

    assert [page.context["cl"].result_count for page in pages] == [1, 0]
    page = client.get(f"{ADMIN}conversation/{group.pk}/change/")
    assert '<div class="readonly">Open</div>' in page.content.decode()


def test_the_people_of_a_group_are_picked_side_by_side(client, boss, group, bob, charlie, ann):
    page = client.get(f"{ADMIN}conversation/{group.pk}/change/").content.decode()
    assert 'class="selectfilter"' in page

    chosen = {"members": [str(ann.pk), str(charlie.pk)]}
    answer = client.post(f"{ADMIN}conversation/{group.pk}/change/", chosen)

    assert answer.status_code == 302
    assert members_of(group) == {"ann", "charlie"}
    said = Message.objects.filter(conversation=group, kind="system").order_by("seq")
    assert [m.payload["type"] for m in said] == ["member.joined", "member.removed"]


def test_the_people_of_a_conversation_of_two_are_fixed(client, boss, message):
    path = f"{ADMIN}conversation/{message.conversation_id}/change/"

    assert 'name="members"' not in client.get(path).content.decode()
    client.post(path, {"members": [str(boss.pk)]})

    assert members_of(message.conversation) == {"ann", "bob"}


def test_who_may_only_look_changes_no_people(client, group, charlie):
    client.force_login(staff("vera", "view_conversation"))
    path = f"{ADMIN}conversation/{group.pk}/change/"

    assert client.get(path).status_code == 200
    assert client.post(path, {"members": [str(charlie.pk)]}).status_code == 403

    assert members_of(group) == {"ann", "bob"}


def test_a_refusal_is_said_and_changes_nothing(client, boss, ann, group, settings):
    settings.MOST_PARTICIPANTS = 1
    path = f"{ADMIN}conversation/{group.pk}/change/"

    answer = client.post(path, {"members": [str(ann.pk), str(boss.pk)]}, follow=True)

    assert "cannot hold that many people" in answer.content.decode()
    assert members_of(group) == {"ann", "bob"}


def test_setting_people_asks_for_the_permission(ann, charlie, group):
    with pytest.raises(Refused):
        set_people(staff=ann, conversation_id=group.pk, user_ids=[charlie.pk])


def test_setting_people_refuses_what_cannot_be(boss, ann, charlie, group, message, settings):
    charlie.is_active = False
    charlie.save()
    with pytest.raises(UnknownPerson):
        set_people(staff=boss, conversation_id=group.pk, user_ids=[ann.pk, charlie.pk])
    with pytest.raises(FixedMembership):
        set_people(staff=boss, conversation_id=message.conversation_id, user_ids=[ann.pk])
    settings.MOST_PARTICIPANTS = 1
    with pytest.raises(TooManyPeople):
        set_people(staff=boss, conversation_id=group.pk, user_ids=[ann.pk, boss.pk])

    assert members_of(group) == {"ann", "bob"}


def test_a_group_whose_owner_is_taken_out_has_another(boss, bob, charlie, group):
    set_people(staff=boss, conversation_id=group.pk, user_ids=[bob.pk, charlie.pk])

    owner = Participant.objects.active().get(conversation=group, role="owner")
    assert owner.user == bob


def test_newcomers_see_what_is_said_from_now_on(boss, ann, bob, charlie, group):
    before = say(ann, group, "before")

    set_people(staff=boss, conversation_id=group.pk, user_ids=[ann.pk, bob.pk, charlie.pk])

    seen = Message.objects.visible_to(charlie)
    assert before not in seen
    assert seen.get().payload["type"] == "member.joined"


def test_messages_show_sender_preview_and_how_many_read_them(client, boss, ann, bob, charlie):
    talk = start_conversation(starter=ann, participant_ids=[bob.pk, charlie.pk])
    say(ann, talk, "x" * 51)
    mark_conversation_read(reader=bob, conversation_id=talk.pk)

    page = client.get(f"{ADMIN}message/").content.decode()

    assert f"{'x' * 50}…" in page
    assert "x" * 51 not in page
    assert '<td class="field-read_by">1</td>' in page


def test_messages_are_found_by_their_text(client, boss, ann, bob, message):
    say(ann, message.conversation, "Never")

    page = client.get(f"{ADMIN}message/?q=money").content.decode()

    assert "Send the money" in page
    assert "Never" not in page


def test_the_list_of_messages_takes_the_same_queries_however_long(
    client, boss, ann, bob, message, django_assert_max_num_queries
):
    client.get(f"{ADMIN}message/")
    for _ in range(5):
        say(ann, message.conversation)

    # session, user; count, rows with sender, conversation and readers; dates of a filter
    with django_assert_max_num_queries(6):
        assert b"Hello" in client.get(f"{ADMIN}message/").content


def test_nobody_writes_over_what_people_wrote(client, boss, bob, message):
    edit_message(editor=bob, message_id=message.pk, body="Hello", now=timezone.now())
    history = message.history.get()
    pages = [f"message/{message.pk}", f"messagehistory/{history.pk}"]

    for page in pages:
        assert client.get(f"{ADMIN}{page}/change/").status_code == 200
        assert client.post(f"{ADMIN}{page}/change/", {"body": "mine"}).status_code == 403
        assert client.post(f"{ADMIN}{page}/delete/", {"post": "yes"}).status_code == 403

    message.refresh_from_db()
    history.refresh_from_db()
    assert (message.body, history.body) == ("Hello", "Send the money to this account")


def test_messages_are_hidden_and_shown_again_from_their_list(client, boss, message):
    chosen = {"_selected_action": [str(message.pk)]}

    client.post(f"{ADMIN}message/", {**chosen, "action": "hide"})
    message.refresh_from_db()
    assert message.hidden_at is not None

    client.post(f"{ADMIN}message/", {**chosen, "action": "show_again"})
    message.refresh_from_db()
    assert message.hidden_at is None


def test_who_only_reads_messages_hides_none(client, message):
    client.force_login(staff("vera", "view_message"))

    client.post(f"{ADMIN}message/", {"action": "hide", "_selected_action": [str(message.pk)]})

    message.refresh_from_db()
    assert message.hidden_at is None


def test_the_queue_has_open_reports_first(client, boss, ann, bob, report):
    client.post(f"{ADMIN}report/", {"action": "dismiss", "_selected_action": [str(report.pk)]})
    later = say(bob, report.message.conversation, "Another one")
    report_message(reporter=ann, message_id=later.pk, reason="spam")
    Report.objects.filter(pk=report.pk).update(created_at=timezone.now())

    page = client.get(f"{ADMIN}report/").content.decode()

    assert page.index("Another one") < page.index("Send the money")
    report.refresh_from_db()
    assert (report.outcome, report.handled_by) == ("dismissed", boss)


def test_a_report_shows_the_message_and_what_it_said_and_nothing_else(
    client, boss, ann, bob, report
):
    edit_message(editor=bob, message_id=report.message_id, body="<b>Hello</b>", now=timezone.now())
    say(ann, report.message.conversation, "My secret")

    page = client.get(f"{ADMIN}report/{report.pk}/change/").content.decode()

    assert "&lt;b&gt;Hello&lt;/b&gt;" in page
    assert "Send the money to this account" in page
    assert "My secret" not in page


@pytest.mark.parametrize(
    ("deed", "outcome"), [("dismiss", "dismissed"), ("hide", "hidden"), ("warn", "warned")]
)
def test_a_report_is_handled_from_its_page(client, boss, report, deed, outcome):
    answer = client.post(f"{ADMIN}report/{report.pk}/change/", {"deed": deed})

    assert answer.status_code == 302
    report.refresh_from_db()
    assert (report.outcome, report.handled_by) == (outcome, boss)


def test_a_report_that_is_handled_already_says_so(client, boss, report):
    for _ in range(2):
        answer = client.post(f"{ADMIN}report/{report.pk}/change/", {"deed": "dismiss"}, follow=True)

    assert "no open report" in answer.content.decode()


def test_who_only_reads_reports_handles_none(client, report):
    client.force_login(staff("vera", "view_report"))

    answer = client.post(f"{ADMIN}report/{report.pk}/change/", {"deed": "hide"})

    assert answer.status_code == 403
    report.refresh_from_db()
    assert report.handled_at is None
