"""What messaging keeps about a person, for their export.

What others wrote is theirs and is not in it, nor what others think of a message.
"""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from django.core.files.storage import default_storage
from django.db.models import Prefetch, QuerySet

from tradepost.accounts.models import User
from tradepost.accounts.personal_data import json_list
from tradepost.messaging.models import Attachment, Message, Participant, Reaction, Report

AT_ONCE = 500
PLACE = (
    "role", "joined_seq", "left_seq", "last_read_seq", "unread_from", "notify", "muted_until",
    "archived_seq", "pinned_at",
)  # fmt: skip
OF_REACTION = ("emoji", "message", "created_at")
OF_REPORT = ("message", "reason", "note", "created_at", "outcome", "handled_at")
OF_FILE = ("name", "mime_type", "size", "width", "height", "created_at")


def collect_messages(user: User) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield the person's conversations, what they wrote in them, before it was changed too, what
    they thought of messages, and the files that they uploaded."""
    yield "messaging/conversations.json", json_list(_conversations_of(user))
    yield "messaging/messages.json", json_list(_messages_of(user))
    reactions = Reaction.objects.filter(user=user).order_by("pk").values(*OF_REACTION)
    yield "messaging/reactions.json", json_list(reactions.iterator())
    reports = Report.objects.filter(reporter=user).order_by("pk").values(*OF_REPORT)
    yield "messaging/reports.json", json_list(reports.iterator())
    yield "messaging/files.json", json_list(_files_of(user))
    for attachment in _attachments_of(user).iterator():
        if default_storage.exists(str(attachment.file)):  # not removed since it was listed
            yield f"messaging/{_path_of(attachment)}", _content_of(attachment)


def _conversations_of(user: User) -> Iterator[dict[str, object]]:
    people = Participant.objects.select_related("user").exclude(user=user).order_by("pk")
    places = Participant.objects.filter(user=user).select_related("conversation").order_by("pk")
    others = Prefetch("conversation__memberships", people, to_attr="others")
    for place in places.prefetch_related(others).iterator(chunk_size=AT_ONCE):
        talk = place.conversation
        yield {
            "conversation": talk.pk,
            "kind": talk.kind,
            "title": talk.title,
            "people": _names_in(place),
            "created_at": talk.created_at,
            **{name: getattr(place, name) for name in PLACE},
        }


def _names_in(place: Participant) -> list[str]:
    """Return whom the person may know there: who has left is not told who came since."""
    others = getattr(place.conversation, "others", [])
    return [str(other.user) for other in others] if place.knows_people else []


def _messages_of(user: User) -> Iterator[dict[str, object]]:
    sent = Message.objects.filter(sender=user).order_by("pk").prefetch_related("history")
    for message in sent.iterator(chunk_size=AT_ONCE):
        yield {
            "message": message.pk,
            "conversation": message.conversation_id,
            "seq": message.seq,
            "in_answer_to": message.parent_id,
            "text": message.body,
            "card": message.payload,
            "sent_at": message.sent_at,
            "edited_at": message.edited_at,
            "deleted_at": message.deleted_at,
            "hidden_at": message.hidden_at,
            "earlier_texts": [
                {"version": old.version, "text": old.body, "until": old.edited_at}
                for old in reversed(message.history.all())
            ],
        }


def _files_of(user: User) -> Iterator[dict[str, object]]:
    for attachment in _attachments_of(user).iterator():
        yield {
            "file": _path_of(attachment),
            "message": attachment.message_id,
            **{name: getattr(attachment, name) for name in OF_FILE},
        }


def _attachments_of(user: User) -> QuerySet[Attachment]:
    return Attachment.objects.filter(uploader=user).order_by("pk")


def _path_of(attachment: Attachment) -> str:
    return f"files/{attachment.pk}{PurePosixPath(str(attachment.file)).suffix}"


def _content_of(attachment: Attachment) -> Iterator[bytes]:
    with attachment.file.open() as file:
        yield from file.chunks()
