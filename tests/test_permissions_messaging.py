"""Who may do what with conversations, messages, notifications, the feed and accounts: one table,
which names every endpoint and method."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.auth.tokens import default_token_generator
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from djoser.utils import encode_uid
from rest_framework_simplejwt.tokens import RefreshToken

from conftest import make_user
from tests.permission_tables import METHODS, offered_by, read_table, status_for, walk
from tests.test_permissions import PICTURE
from tradepost.accounts import api_urls as of_accounts
from tradepost.accounts.actions.blocks import block_person
from tradepost.accounts.models import User
from tradepost.feed import api_urls as of_feed
from tradepost.messaging import api_urls as of_messaging
from tradepost.messaging import payloads
from tradepost.messaging.actions.attachments import make_thumbnail, upload_file
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.edits import delete_message
from tradepost.messaging.actions.members import leave_conversation, remove_participant
from tradepost.messaging.actions.reports import hide_message, report_message
from tradepost.messaging.actions.saying import send_card
from tradepost.messaging.models import Message
from tradepost.messaging.tests.factories import make_conversation, say
from tradepost.notifications import api_urls as of_notifications
from tradepost.notifications.actions.push import subscribe_to_push
from tradepost.notifications.models import Notification
from tradepost.notifications.tests.push_service import Browser

PASSWORD = "correct-horse"
PEOPLE = (
    "visitor", "sender", "member", "owner", "left", "removed", "stranger", "blocked", "staff",
    "moderator", "root",
)  # fmt: skip

# Owner, sender, member and blocked are in a group that left has left and removed was taken out of;
# what is asked about was said by the sender while all of them were in it, what is said `later` when
# these two were gone. The sender blocks the one called so, with whom they have a `direct`
# conversation, too. Staff has the flag and nothing else; the moderator may handle reports. The
# accounts are the sender's. Columns are people in the order above.
TABLE = """
                                                     vis sen mem own lef rem str blo sta mod roo
    account-detail                   GET             401 200 404 404 404 404 404 404 404 404 404
    account-detail                   PUT             401 200 404 404 404 404 404 404 404 404 404
    account-detail                   PATCH           401 200 404 404 404 404 404 404 404 404 404
    account-detail                   DELETE          401 204 404 404 404 404 404 404 404 404 404
    account-list                     GET             401 200 200 200 200 200 200 200 200 200 200
    account-list                     POST            201 201 201 201 201 201 201 201 201 201 201
    account-me                       GET             401 200 200 200 200 200 200 200 200 200 200
    account-me                       PUT             401 200 200 200 200 200 200 200 200 200 200
    account-me                       PATCH           401 200 200 200 200 200 200 200 200 200 200
    account-me                       DELETE          401 204 204 204 204 204 204 204 204 204 204
    account-reset-password           POST            204 204 204 204 204 204 204 204 204 204 204
    account-reset-password-confirm   POST            204 204 204 204 204 204 204 204 204 204 204
    account-set-password             POST            401 204 204 204 204 204 204 204 204 204 204
    account-set-username             POST            401 204 204 204 204 204 204 204 204 204 204
    attachment-detail                GET             401 200 200 200 200 200 404 200 404 404 404
    attachment-detail                GET    hidden   401 404 404 404 404 404 404 404 404 404 404
    attachment-detail                GET    later    401 200 200 200 404 404 404 200 404 404 404
    attachment-detail                GET    unsent   401 200 404 404 404 404 404 404 404 404 404
    attachment-detail                GET    withheld 401 404 200 200 404 404 404 200 404 404 404
    attachment-detail                DELETE          401 404 404 404 404 404 404 404 404 404 404
    attachment-detail                DELETE unsent   401 204 404 404 404 404 404 404 404 404 404
    attachment-file                  GET             401 200 200 200 200 200 404 200 404 404 404
    attachment-file                  GET    hidden   401 404 404 404 404 404 404 404 404 404 404
    attachment-file                  GET    later    401 200 200 200 404 404 404 200 404 404 404
    attachment-file                  GET    unsent   401 200 404 404 404 404 404 404 404 404 404
    attachment-file                  GET    withheld 401 404 200 200 404 404 404 200 404 404 404
    attachment-list                  POST            401 201 201 201 201 201 201 201 201 201 201
    attachment-thumbnail             GET             401 200 200 200 200 200 404 200 404 404 404
    attachment-thumbnail             GET    hidden   401 404 404 404 404 404 404 404 404 404 404
    attachment-thumbnail             GET    later    401 200 200 200 404 404 404 200 404 404 404
    attachment-thumbnail             GET    unsent   401 200 404 404 404 404 404 404 404 404 404
    attachment-thumbnail             GET    withheld 401 404 200 200 404 404 404 200 404 404 404
    conversation-add-participant     POST            401 403 403 200 404 404 404 403 404 404 404
    conversation-add-participant     POST   direct   401 409 404 404 404 404 404 403 404 404 404
    conversation-detail              GET             401 200 200 200 200 200 404 200 404 404 404
    conversation-detail              GET    direct   401 200 404 404 404 404 404 200 404 404 404
    conversation-detail              PATCH           401 403 403 200 404 404 404 403 404 404 404
    conversation-detail              PATCH  direct   401 409 404 404 404 404 404 403 404 404 404
    conversation-detail              PATCH  state    401 200 200 200 404 404 404 200 404 404 404
    conversation-leave               POST            401 200 200 200 404 404 404 200 404 404 404
    conversation-leave               POST   direct   401 409 404 404 404 404 404 409 404 404 404
    conversation-list                GET             401 200 200 200 200 200 200 200 200 200 200
    conversation-list                POST            401 400 201 201 201 201 201 400 201 201 201
    conversation-make-owner          POST            401 403 403 200 404 404 404 403 404 404 404
    conversation-messages            GET             401 200 200 200 200 200 404 200 404 404 404
    conversation-messages            GET    direct   401 200 404 404 404 404 404 200 404 404 404
    conversation-my                  PATCH           401 200 200 200 404 404 404 200 404 404 404
    conversation-my                  PATCH  archived 401 200 200 200 200 200 404 200 404 404 404
    conversation-remove-participant  POST            401 403 200 200 404 404 404 403 404 404 404
    conversation-unread-count        GET             401 200 200 200 200 200 200 200 200 200 200
    export                           GET             401 202 202 202 202 202 202 202 202 202 202
    export                           POST            401 202 202 202 202 202 202 202 202 202 202
    export-file                      GET             401 404 404 404 404 404 404 404 404 404 404
    feed                             GET             401 200 200 200 200 200 200 200 200 200 200
    feed-presence                    GET             401 200 200 200 200 200 200 200 200 200 200
    feed-ticket                      POST            401 201 201 201 201 201 201 201 201 201 201
    jwt-create                       POST            200 200 200 200 200 200 200 200 200 200 200
    jwt-refresh                      POST            200 200 200 200 200 200 200 200 200 200 200
    jwt-verify                       POST            200 200 200 200 200 200 200 200 200 200 200
    message-detail                   GET             401 200 200 200 200 200 404 200 404 404 404
    message-detail                   GET    direct   401 200 404 404 404 404 404 200 404 404 404
    message-detail                   GET    hidden   401 200 200 200 200 200 404 200 404 404 404
    message-detail                   GET    later    401 200 200 200 404 404 404 200 404 404 404
    message-detail                   GET    withheld 401 200 200 200 404 404 404 200 404 404 404
    message-detail                   PATCH           401 200 403 403 403 403 404 403 404 404 404
    message-detail                   PATCH  direct   401 403 404 404 404 404 404 200 404 404 404
    message-detail                   PATCH  hidden   401 200 403 403 403 403 404 403 404 404 404
    message-detail                   PATCH  later    401 200 403 403 404 404 404 403 404 404 404
    message-detail                   DELETE          401 204 403 403 403 403 404 403 404 404 404
    message-detail                   DELETE direct   401 403 404 404 404 404 404 204 404 404 404
    message-history                  GET             401 200 200 200 200 200 404 200 404 404 404
    message-history                  GET    later    401 200 200 200 404 404 404 200 404 404 404
    message-list                     GET             401 200 200 200 200 200 200 200 200 200 200
    message-list                     GET    narrowed 401 200 200 200 200 200 200 200 200 200 200
    message-list                     POST            401 201 201 201 404 404 404 201 404 404 404
    message-list                     POST   direct   401 403 404 404 404 404 404 403 404 404 404
    message-list                     POST   receiver 401 400 201 201 201 201 201 400 201 201 201
    message-list                     POST   reply    401 201 201 201 404 404 404 201 404 404 404
    message-mark-as-read             PATCH           401 200 200 200 404 404 404 200 404 404 404
    message-mark-as-read             PATCH  later    401 200 200 200 404 404 404 200 404 404 404
    message-mark-as-unread           POST            401 200 400 400 404 404 404 200 404 404 404
    message-mark-conversation-as-read POST            401 200 200 200 404 404 404 200 404 404 404
    message-mark-conversation-as-read POST   direct  401 200 404 404 404 404 404 200 404 404 404
    message-press                    POST            401 200 200 200 404 404 404 200 404 404 404
    message-reactions                POST            401 200 200 200 404 404 404 200 404 404 404
    message-reactions                POST   later    401 200 200 200 404 404 404 200 404 404 404
    message-reactions                DELETE          401 204 204 204 404 404 404 204 404 404 404
    message-receipts                 GET             401 200 200 200 200 200 404 200 404 404 404
    message-receipts                 GET    later    401 200 200 200 404 404 404 200 404 404 404
    message-report                   POST            401 403 200 201 201 201 404 201 404 404 404
    message-report                   POST   direct   401 201 404 404 404 404 404 403 404 404 404
    message-report                   POST   later    401 403 201 201 404 404 404 201 404 404 404
    message-restore                  POST            401 200 403 403 403 403 404 403 404 404 404
    message-search                   GET             401 200 200 200 200 200 200 200 200 200 200
    message-thread                   GET             401 200 200 200 200 200 404 200 404 404 404
    message-thread                   GET    later    401 200 200 200 404 404 404 200 404 404 404
    message-unread                   GET             401 200 200 200 200 200 200 200 200 200 200
    notification-grouped             GET             401 200 200 200 200 200 200 200 200 200 200
    notification-list                GET             401 200 200 200 200 200 200 200 200 200 200
    notification-mark-all-as-read    POST            401 200 200 200 200 200 200 200 200 200 200
    notification-mark-as-read        PATCH           401 200 404 404 404 404 404 404 404 404 404
    notification-mark-group-as-read  POST            401 200 200 200 200 200 200 200 200 200 200
    notification-unread-count        GET             401 200 200 200 200 200 200 200 200 200 200
    people-block                     POST            401 204 204 204 204 204 204 204 204 204 204
    people-block                     DELETE          401 204 204 204 204 204 204 204 204 204 204
    people-blocked                   GET             401 200 200 200 200 200 200 200 200 200 200
    people-detail                    GET             401 200 200 200 200 200 200 200 200 200 200
    people-list                      GET             401 200 200 200 200 200 200 200 200 200 200
    preferences                      GET             401 200 200 200 200 200 200 200 200 200 200
    preferences                      PUT             401 200 200 200 200 200 200 200 200 200 200
    push-key                         GET             401 200 200 200 200 200 200 200 200 200 200
    push-subscription-detail         DELETE          401 204 404 404 404 404 404 404 404 404 404
    push-subscription-list           GET             401 200 200 200 200 200 200 200 200 200 200
    push-subscription-list           POST            401 201 201 201 201 201 201 201 201 201 201
    report-detail                    GET             401 403 403 403 403 403 403 403 403 200 200
    report-dismiss                   POST            401 403 403 403 403 403 403 403 403 200 200
    report-hide                      POST            401 403 403 403 403 403 403 403 403 200 200
    report-list                      GET             401 403 403 403 403 403 403 403 403 200 200
    report-unhide                    POST            401 403 403 403 403 403 403 403 403 200 200
    report-warn                      POST            401 403 403 403 403 403 403 403 403 200 200
"""


ROWS = read_table(TABLE, PEOPLE)
APPS = (of_accounts, of_feed, of_messaging, of_notifications)
API = tuple(pattern for app in APPS for pattern in app.urlpatterns)
OFFERED = set().union(*(offered_by(app.urlpatterns) for app in APPS))


def address_of(endpoint: str, *ids: object) -> str:
    """Return the API's address; some pages are called the same."""
    return "/api/v1" + reverse(endpoint, urlconf=API, args=ids)


@pytest.fixture(autouse=True)
def surroundings(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    settings.VAPID_PRIVATE_KEY = settings.VAPID_PUBLIC_KEY = "a key"
    card = payloads.Card(lambda data: "A card", frozenset({"yes"}), lambda **asked: None)
    monkeypatch.setattr(payloads, "_cards", {("test.card", 1): card})


@pytest.fixture
def people(db) -> dict[str, User | None]:
    special = {"staff": {"is_staff": True}, "root": {"is_staff": True, "is_superuser": True}}
    named = {name: make_user(name, **special.get(name, {})) for name in PEOPLE[1:]}
    may = Permission.objects.filter(codename__in=["view_report", "change_report"])
    named["moderator"].user_permissions.set(may.filter(content_type__app_label="messaging"))
    return {"visitor": None, **named}


class Scene:
    """Something of everything, and where it is."""

    def __init__(self, people: dict[str, User]) -> None:
        self.people = people
        self.newcomer = make_user("newcomer")
        self.sender, self.owner = people["sender"], people["owner"]
        self._make_group()
        self.direct = make_conversation(self.sender, people["blocked"])
        self.letter = say(people["blocked"], self.direct, "Hello")
        self.withheld, self.withheld_file = self._say_with_file(people["blocked"])
        block_person(blocker=self.sender, person_id=people["blocked"].pk)
        self.report = report_message(
            reporter=people["member"], message_id=self.message.pk, reason="spam"
        ).report
        self.unsent = self._upload(self.sender)
        self.browser = Browser("https://push.example.com/1").subscription()
        self.subscription = subscribe_to_push(
            user=self.sender, endpoint="https://push.example.com/0", **self.browser["keys"]
        )
        self.told = Notification.objects.filter(user=self.sender).earliest("pk")

    def _make_group(self) -> None:
        there = ("sender", "member", "left", "removed", "blocked")
        ids = [self.people[name].pk for name in there]
        self.group = start_conversation(starter=self.owner, participant_ids=ids, title="Group")
        self.message, self.file = self._say_with_file(self.sender)
        self.deleted = say(self.sender, self.group, "Taken back")
        delete_message(deleter=self.sender, message_id=self.deleted.pk, now=timezone.now())
        self.hidden, self.hidden_file = self._say_with_file(self.sender)
        chief = make_user("chief", is_superuser=True)
        hide_message(staff=chief, message_id=self.hidden.pk, now=timezone.now())
        self.card = send_card(conversation_id=self.group.pk, type="test.card", data={})
        leave_conversation(user=self.people["left"], conversation_id=self.group.pk)
        remove_participant(
            owner=self.owner, conversation_id=self.group.pk, user_id=self.people["removed"].pk
        )
        self.later, self.later_file = self._say_with_file(self.sender)

    def _say_with_file(self, sender):
        file = self._upload(sender)
        return say(sender, self.group, "Hello", attachment_ids=[file.pk]), file

    def _upload(self, uploader):
        file = upload_file(uploader=uploader, file=ContentFile(PICTURE, name="a.png"))
        make_thumbnail(attachment_id=file.pk)
        return file

    def place(self, endpoint: str, case: str) -> str:
        """Return the address of an endpoint in a case."""
        kind = endpoint.partition("-")[0]
        whose = {
            "message": self._message(endpoint, case),
            "conversation": self.direct if case == "direct" else self.group,
            "attachment": getattr(self, f"{case}_file", self.unsent if case else self.file),
            "report": self.report,
            "people": self.newcomer,
            "notification": self.told,
            "push": self.subscription,
        }
        if endpoint in WITHOUT_ID:
            return address_of(endpoint) + self._query(endpoint, case)
        pk = self.sender.pk if kind == "account" else whose[kind].pk
        return address_of(endpoint, pk)

    def _message(self, endpoint: str, case: str) -> Message:
        if case == "direct":
            return self.letter
        if endpoint == "message-restore":
            return self.deleted
        if endpoint == "message-press":
            return self.card
        return getattr(self, case) if case in ("later", "withheld", "hidden") else self.message

    def _query(self, endpoint: str, case: str) -> str:
        if endpoint == "message-search":
            return "?q=hello"
        if endpoint == "feed-presence":
            return f"?user={self.sender.pk}"
        return f"?conversation_id={self.group.pk}" if case == "narrowed" else ""

    def body(self, endpoint: str, method: str, case: str) -> dict[str, object]:
        """Return a body that the endpoint accepts."""
        talk = str((self.direct if case == "direct" else self.group).pk)
        message = {"conversation": talk, "message_body": "New"}
        account = {"first_name": "New", "last_name": "Name", "current_password": PASSWORD}
        registration = {"username": "new", "email": "new@example.com", "password": "a-long-phrase"}
        if case == "reply":
            message["parent_message"] = str(self.message.pk)
        if case == "receiver":
            message = {"receiver": str(self.sender.pk), "message_body": "New"}
        sender, member = str(self.sender.pk), str(self.people["member"].pk)
        token = str(RefreshToken.for_user(self.sender))
        return {
            "conversation-list": {"participant_ids": [sender]},
            "conversation-detail": {"state": "closed"} if case == "state" else {"title": "New"},
            "conversation-add-participant": {"user_id": str(self.newcomer.pk)},
            "conversation-remove-participant": {"user_id": member},
            "conversation-make-owner": {"user_id": member},
            "conversation-my": {"archived": True} if case == "archived" else {"pinned": True},
            "message-list": message,
            "message-detail": {"message_body": "New"},
            "message-mark-conversation-as-read": {"conversation_id": talk},
            "message-reactions": {"emoji": "👍"},
            "message-report": {"reason": "spam"},
            "message-press": {"button": "yes"},
            "attachment-list": {"file": SimpleUploadedFile("a.png", PICTURE, "image/png")},
            "notification-mark-group-as-read": {"group": f"conversation:{self.group.pk}"},
            "preferences": {"digest": True},
            "push-subscription-list": self.browser,
            "account-list": {**account, **registration},
            "account-me": account,
            "account-detail": account,
            "account-reset-password": {"email": self.sender.email},
            "account-reset-password-confirm": {
                "uid": encode_uid(self.sender.pk),
                "token": default_token_generator.make_token(self.sender),
                "new_password": "a-long-phrase",
            },
            "account-set-password": {"current_password": PASSWORD, "new_password": "a-long-phrase"},
            "account-set-username": {"current_password": PASSWORD, "new_username": "new-name"},
            "jwt-create": {"username": "sender", "password": PASSWORD},
            "jwt-refresh": {"refresh": token},
            "jwt-verify": {"token": token},
        }.get(endpoint, {})


WITHOUT_ID = {str(p.name) for p in walk(list(API)) if "<" not in str(p.pattern)}


@pytest.fixture
def scene(people) -> Scene:
    return Scene(people)


def test_the_table_names_every_endpoint_and_every_method():
    assert {(endpoint, method) for endpoint, method, _, _ in ROWS} == OFFERED
    assert len({row[:3] for row in ROWS}) == len(ROWS)


def answers_to(api, people, scene, endpoint, method, case) -> tuple[int, ...]:
    """Return what everybody is answered; each of them finds everything as it was."""
    form = "multipart" if endpoint == "attachment-list" else "json"
    codes = []
    for user in people.values():
        place, body = scene.place(endpoint, case), scene.body(endpoint, method, case)
        codes.append(status_for(api, user, method, place, {} if method == "GET" else body, form))
    return tuple(codes)


@pytest.mark.parametrize("kind", sorted({row[0].partition("-")[0] for row in ROWS}))
def test_everybody_may_do_what_the_table_says(api, people, scene, kind):
    rows = [row for row in ROWS if row[0].partition("-")[0] == kind]

    answers = {row[:3]: answers_to(api, people, scene, *row[:3]) for row in rows}

    assert answers == {row[:3]: row[3] for row in rows}


def test_what_an_endpoint_does_not_offer_is_refused_to_the_most_powerful(api, people, scene):
    root = api(people["root"])
    offered_at: dict[str, set[str]] = {}
    for endpoint, method in OFFERED:
        offered_at.setdefault(scene.place(endpoint, ""), set()).add(method)

    answers = {
        (place, method): getattr(root, method.lower())(place).status_code
        for place, offered in offered_at.items()
        for method in METHODS
        if method not in offered
    }

    assert answers == dict.fromkeys(answers, 405)
    assert answers
