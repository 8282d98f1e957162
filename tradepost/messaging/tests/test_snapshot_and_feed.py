"""A client that loaded its screens once and follows its feed shows what a fresh one shows.

For every action: everybody loads what they see, the action happens, and each client reads the feed
after its place and loads again only what the events name. An action without a case fails.
"""

import inspect
from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from conftest import make_user
from tests.test_permissions import PICTURE
from tradepost.accounts.actions.users import close_account
from tradepost.messaging import actions as of_messaging
from tradepost.messaging import payloads
from tradepost.messaging.actions import (
    attachments,
    conversations,
    edits,
    members,
    reactions,
    reading,
    reports,
    saying,
)
from tradepost.messaging.tests.factories import say
from tradepost.notifications import actions as of_notifications
from tradepost.notifications.models import Notification

API = "/api/v1/"
LATER = datetime(2100, 1, 1, tzinfo=UTC)
OF_MESSAGE = ("message.", "reaction.", "attachment.")


class Client:
    """What somebody's screens show, loaded once and then kept up by the feed."""

    def __init__(self, api, user):
        self.user_id = str(user.pk)
        self._api = api
        self.cursor = 0
        while (page := self._get(f"feed/?after={self.cursor}"))["results"]:
            self.cursor = page["seq"]
        self.talks: dict[str, dict] = {}
        self.messages: dict[str, dict[str, dict]] = {}
        for row in self._get("conversations/?show=all&page_size=50")["results"]:
            self._load_talk(row["conversation_id"])
        self._load_counts()
        self._load_notifications()

    def follow(self):
        """Read the feed and load again what its events name."""
        page = self._get(f"feed/?after={self.cursor}")
        assert not page["reset"]
        assert not page["more"]
        self.cursor = page["seq"]
        for event in page["results"]:
            kind, data = event["kind"], event["data"]
            if kind.startswith("notification."):
                self._load_notifications()
            elif kind.startswith(OF_MESSAGE):
                self._load_message(data["conversation"], data["message"], data)
            else:
                self._load_talk(data["conversation"])
        if page["results"]:
            self._load_counts()

    @property
    def screens(self):
        """What must be right. Who has left a conversation is told of nothing in it any more, and
        loads it when they open it; but their own place in it is theirs."""
        left = {pk for pk, talk in self.talks.items() if talk["my"]["has_left"]}
        return {
            "talks": {pk: talk["my"] if pk in left else talk for pk, talk in self.talks.items()},
            "messages": {pk: said for pk, said in self.messages.items() if pk not in left},
            "counts": self.counts,
            "notifications": self.notifications,
        }

    def _get(self, path):
        answer = self._api.get(f"{API}{path}")
        assert answer.status_code == 200, (path, answer.content)
        return answer.json()

    def _load_talk(self, pk):
        """A conversation and its messages; one that is no longer there goes."""
        answer = self._api.get(f"{API}conversations/{pk}/")
        if answer.status_code == 404:
            self.talks.pop(pk, None)
            self.messages.pop(pk, None)
            return
        talk = answer.json()
        self.messages[pk] = {message["message_id"]: message for message in talk.pop("messages")}
        self.talks[pk] = talk

    def _load_message(self, talk, pk, data):
        """A message, what it answers, and what the list says of its conversation; who wrote it
        elsewhere has also read on."""
        answer = self._api.get(f"{API}messages/{pk}/")
        if talk not in self.talks or answer.status_code == 404:
            self._load_talk(talk)
            return
        message = answer.json()
        if message["sender"] and message["sender"]["user_id"] == self.user_id:
            self._load_talk(talk)
            return
        self.messages[talk][pk] = message
        parent = message["parent_message"]
        if parent in self.messages[talk]:
            self.messages[talk][parent] = self._get(f"messages/{parent}/")
        facts = self._get(f"conversations/{talk}/")
        facts.pop("messages")
        self.talks[talk] = facts

    def _load_counts(self):
        self.counts = (
            self._get("conversations/unread_count/"),
            self._get("messages/unread/")["unread_count"],
        )

    def _load_notifications(self):
        self.notifications = (
            self._get("notifications/?page_size=100")["results"],
            self._get("notifications/grouped/?page_size=100")["results"],
            self._get("notifications/unread_count/"),
        )


class Scene:
    """A group of ann (who owns it), bob and charlie, that eve has left, and two talks of two."""

    def __init__(self):
        names = ("ann", "bob", "charlie", "dora", "eve")
        self.ann, self.bob, self.charlie, self.dora, self.eve = map(make_user, names)
        self.people = (self.ann, self.bob, self.charlie, self.dora, self.eve)
        self.staff = make_user("staff", is_superuser=True)
        ids = [self.bob.pk, self.charlie.pk, self.eve.pk]
        self.group = conversations.start_conversation(
            starter=self.ann, participant_ids=ids, title="Group"
        )
        self.direct = conversations.open_direct_conversation(first=self.ann, second=self.bob)
        self.first = say(self.bob, self.group, "Hello @charlie", attachment_ids=[self.upload().pk])
        self.reply = say(self.ann, self.group, "Yes, @all", parent_id=self.first.pk)
        self.deleted = say(self.bob, self.group, "Taken back")
        edits.edit_message(
            editor=self.bob, message_id=self.deleted.pk, body="Back", now=timezone.now()
        )
        edits.delete_message(deleter=self.bob, message_id=self.deleted.pk, now=timezone.now())
        self.hidden = say(self.bob, self.group, "Hidden")
        reports.hide_message(staff=self.staff, message_id=self.hidden.pk, now=timezone.now())
        self.card = saying.send_card(conversation_id=self.group.pk, type="test.card", data={})
        reactions.add_reaction(user=self.ann, message_id=self.first.pk, emoji="👍")
        members.leave_conversation(user=self.eve, conversation_id=self.group.pk)
        self.letter = say(self.bob, self.direct, "Hello")
        self.unsent = self.upload()
        self.read_by_bob = reading.mark_conversation_read(
            reader=self.bob, conversation_id=self.group.pk
        )
        self.told = Notification.objects.filter(user=self.charlie).latest("pk")

    def upload(self):
        file = ContentFile(PICTURE, name="a.png")
        return attachments.upload_file(uploader=self.bob, file=file)


def put_confetti(*, message, presser, button):
    """What the button of the card means."""
    reactions.add_reaction(user=presser, message_id=message.pk, emoji="🎉")


def now(**deed):
    return {**deed, "now": timezone.now()}


# What everybody does, by the module and name of the action.
CASES = {
    "attachments.delete_file": lambda s, do: do(uploader=s.bob, attachment_id=s.unsent.pk),
    "attachments.upload_file": lambda s, do: do(
        uploader=s.bob, file=ContentFile(b"x", name="a.txt")
    ),
    "attachments.make_thumbnail": lambda s, do: do(attachment_id=s.first.attachments.get().pk),
    "attachments.sweep_unsent_files": lambda s, do: do(now=LATER),
    "attachments.sweep_stray_files": lambda s, do: do(now=LATER),
    "conversations.start_conversation": lambda s, do: do(
        starter=s.dora, participant_ids=[s.ann.pk, s.eve.pk], title="New"
    ),
    "conversations.open_direct_conversation": lambda s, do: do(first=s.charlie, second=s.dora),
    "conversations.open_conversation_about": lambda s, do: do(
        subject=s.dora, title="About", owner=s.eve, people=[s.ann]
    ),
    "conversations.rename_conversation": lambda s, do: do(
        owner=s.ann, conversation_id=s.group.pk, title="Another"
    ),
    "conversations.set_conversation_state": lambda s, do: do(
        **now(user=s.bob, conversation_id=s.group.pk, state="closed")
    ),
    "edits.edit_message": lambda s, do: do(
        **now(editor=s.bob, message_id=s.first.pk, body="Now @ann")
    ),
    "edits.delete_message": lambda s, do: do(**now(deleter=s.bob, message_id=s.first.pk)),
    "edits.restore_message": lambda s, do: do(restorer=s.bob, message_id=s.deleted.pk),
    "edits.purge_deleted_messages": lambda s, do: do(now=LATER),
    "erasure.erase_person": lambda s, do: close_account(user=s.bob),
    "members.add_participant": lambda s, do: do(
        owner=s.ann, conversation_id=s.group.pk, user_id=s.dora.pk, show_history=True
    ),
    "members.remove_participant": lambda s, do: do(
        owner=s.ann, conversation_id=s.group.pk, user_id=s.bob.pk
    ),
    "members.leave_conversation": lambda s, do: do(user=s.ann, conversation_id=s.group.pk),
    "members.make_owner": lambda s, do: do(
        owner=s.ann, conversation_id=s.group.pk, user_id=s.bob.pk
    ),
    "members.set_people": lambda s, do: do(
        staff=s.staff, conversation_id=s.group.pk, user_ids=[s.bob.pk, s.dora.pk]
    ),
    "members.seat_person": lambda s, do: do(conversation_id=s.group.pk, user_id=s.dora.pk),
    "members.unseat_person": lambda s, do: do(conversation_id=s.group.pk, user_id=s.bob.pk),
    "messages.send_message": lambda s, do: do(
        sender=s.bob, conversation_id=s.group.pk, body="New @ann", parent_id=s.first.pk,
        attachment_ids=[s.unsent.pk],
    ),
    "messages.write_to": lambda s, do: do(sender=s.dora, recipient_id=s.ann.pk, body="New"),
    "places.arrange_conversation": lambda s, do: do(
        **now(user=s.ann, conversation_id=s.group.pk, pinned=True, archived=True, notify="nothing")
    ),
    "places.archive_conversation": lambda s, do: do(
        user=s.eve, conversation_id=s.group.pk, archived=True
    ),
    "places.pin_conversation": lambda s, do: do(
        **now(user=s.ann, conversation_id=s.group.pk, pinned=True)
    ),
    "places.mute_conversation": lambda s, do: do(
        user=s.ann, conversation_id=s.group.pk, until=LATER
    ),
    "places.choose_notifications": lambda s, do: do(
        user=s.ann, conversation_id=s.group.pk, notify="mentions"
    ),
    "reactions.add_reaction": lambda s, do: do(user=s.bob, message_id=s.first.pk, emoji="👍"),
    "reactions.remove_reaction": lambda s, do: do(user=s.ann, message_id=s.first.pk, emoji="👍"),
    "reading.mark_conversation_read": lambda s, do: do(
        reader=s.charlie, conversation_id=s.group.pk
    ),
    "reading.mark_message_read": lambda s, do: do(reader=s.charlie, message_id=s.reply.pk),
    "reading.mark_unread_from": lambda s, do: do(reader=s.bob, message_id=s.reply.pk),
    "reports.report_message": lambda s, do: do(
        reporter=s.ann, message_id=s.first.pk, reason="spam"
    ),
    "reports.dismiss_reports": lambda s, do: (
        reports.report_message(reporter=s.ann, message_id=s.first.pk, reason="spam"),
        do(**now(staff=s.staff, message_id=s.first.pk)),
    ),
    "reports.hide_message": lambda s, do: do(**now(staff=s.staff, message_id=s.first.pk)),
    "reports.unhide_message": lambda s, do: do(staff=s.staff, message_id=s.hidden.pk),
    "reports.warn_sender": lambda s, do: do(**now(staff=s.staff, message_id=s.first.pk)),
    "saying.send_card": lambda s, do: do(
        conversation_id=s.group.pk, type="test.card", data={}, sender=s.bob
    ),
    "saying.press_button": lambda s, do: do(presser=s.ann, message_id=s.card.pk, button="yes"),
    "sending_files.send_with_files": lambda s, do: do(
        sender=s.bob, conversation_id=s.group.pk, body="New", client_id="new",
        attachments=[ContentFile(b"x", name="a.txt")],
    ),
    "notifications.mark_notification_read": lambda s, do: do(
        **now(user=s.charlie, notification_id=s.told.pk)
    ),
    "notifications.open_notification": lambda s, do: do(
        **now(user=s.charlie, notification_id=s.told.pk)
    ),
    "notifications.mark_group_read": lambda s, do: do(
        **now(user=s.charlie, group=f"conversation:{s.group.pk}")
    ),
    "notifications.mark_all_notifications_read": lambda s, do: do(**now(user=s.charlie)),
    "notifications.notify": lambda s, do: do(
        user_ids=[s.eve.pk], kind="message.received", cause="x", actor=s.ann,
        data={"conversation": str(s.group.pk)},
    ),
    "notifications.withdraw_notifications": lambda s, do: do(cause=f"message:{s.first.pk}"),
}  # fmt: skip
WITHOUT_A_SCREEN = {
    # Parts of the actions above, which announce.
    "appending.append_message", "attachments.attach_files", "attachments.keep_file",
    "attachments.refuse_too_many", "conversations.find_people", "edits.keep_history",
    "erasure.lock_conversations_of", "erasure.lock_talks_of",
    "erasure.remove_attachments", "erasure.wipe_messages", "members.pass_on_ownership",
    "mentions.find_named", "mentions.keep_mentions", "messages.notify_about_message",
    "notifications.lock_notifications", "places.change_seen", "places.lock_conversation",
    "places.lock_owned", "places.lock_place", "places.tell_members",
    "push.check_endpoint", "reading.mark_told_read",
    "saying.say_in_system_message",
    # Of who is gone: the erasure of the person, a moment later, tells the same people.
    "conversations.retitle_conversations_about",
    # What is left of who is gone, a moment later.
    "erasure.erase_portion", "erasure.erase_what_nobody_wrote", "erasure.erase_notifications",
    # Imports tell nobody, and say so.
    "imports.import_chat", "imports.import_lines", "imports.key_of",
    "imports.open_imported_conversation", "imports.seat_speakers",
    # Mails, pushes and preferences are on no screen that follows the feed.
    "mails.ask_for_digests", "mails.ask_for_missed_mails", "mails.hand_out_missed_mail",
    "preferences.change_preferences", "preferences.stop_mails", "push.forget_push_subscription",
    "push.hand_out_pushes", "push.note_push_failed", "push.note_pushed",
    "push.subscribe_to_push", "push.unsubscribe_from_push",
}  # fmt: skip


def list_actions():
    """Return every action of the two apps by its module and name."""
    found = {}
    for package in (of_messaging, of_notifications):
        for info in iter_modules(package.__path__):
            module = import_module(f"{package.__name__}.{info.name}")
            for name, function in inspect.getmembers(module, inspect.isfunction):
                if function.__module__ == module.__name__ and not name.startswith("_"):
                    found[f"{info.name}.{name}"] = function
    return found


ACTIONS = list_actions()


@pytest.fixture(autouse=True)
def surroundings(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def scene(db, monkeypatch):
    monkeypatch.setattr(payloads, "_cards", {})
    card = payloads.Card(lambda data: "A card", frozenset({"yes"}), put_confetti)
    payloads.register_card("test.card", 1, card)
    return Scene()


def test_every_action_has_a_case():
    assert set(ACTIONS) == set(CASES) | WITHOUT_A_SCREEN
    assert not set(CASES) & WITHOUT_A_SCREEN


@pytest.mark.parametrize("action", sorted(CASES))
def test_a_screen_that_follows_the_feed_is_what_a_fresh_one_is(api, scene, action):
    clients = {user: Client(api(user), user) for user in scene.people}

    CASES[action](scene, ACTIONS[action])

    for user, client in clients.items():
        user.refresh_from_db()
        if user.is_active:
            client.follow()
            assert client.screens == Client(api(user), user).screens, user.username
