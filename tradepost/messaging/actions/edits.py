"""Changing, taking back and restoring what one has said."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from tradepost.accounts.models import User
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.erasure import lock_conversations_of, wipe_messages
from tradepost.messaging.actions.mentions import find_named, keep_mentions
from tradepost.messaging.actions.places import change_seen, lock_conversation, tell_members
from tradepost.messaging.checks import check_text
from tradepost.messaging.errors import (
    EmptyMessage,
    MessageChanged,
    MessageDeleted,
    NoSuchConversation,
    NoSuchMessage,
    NotDeleted,
    SendersOnly,
    TooLateToEdit,
)
from tradepost.messaging.models import Mention, Message, MessageHistory, Participant, Report
from tradepost.messaging.queries.members import ids_of_members, list_members
from tradepost.messaging.texts import clean_text, has_link
from tradepost.notifications.actions.notifications import withdraw_notifications

EDITED = ("body", "payload", "has_link", "version", "edited_at")


@atomic
def edit_message(
    *, editor: User, message_id: UUID, body: str, now: datetime, version: int | None = None
) -> Message:
    """Let one's own message say something else; what it said before is kept as its history.

    ``version`` is what the editor saw: when somebody (another device) was faster, MessageChanged
    says what is there now. The same text again changes nothing. Raises NoSuchMessage, SendersOnly,
    MessageDeleted, TooLateToEdit, EmptyMessage, TextRefused, NoSuchConversation for who has left.
    """
    text = clean_text(body)
    check_text(sender=editor, body=text)
    message = _lock_own(editor, message_id)
    _refuse_who_left(message)
    _refuse_edit(message, version, now)
    if not text and not message.has_attachments:
        raise EmptyMessage(field="message_body")
    if text == message.body:
        return message
    message.body, message.has_link, message.edited_at = text, has_link(text), now
    message.save(update_fields=EDITED)  # the signal before it keeps what it said
    _name_again(message)
    _note_change(message, "message.edited")
    return message


@atomic
def delete_message(*, deleter: User, message_id: UUID, now: datetime) -> Message:
    """Take one's own message back, also where one has left or does not see it any more. A
    place-holder stays; deleting it again changes nothing.

    For a while (``KEEP_DELETED_HOURS``) it can be restored, then nothing of it is left. Raises
    NoSuchMessage or SendersOnly.
    """
    message = _lock_own(deleter, message_id)
    if message.deleted_at is None:
        message.body, message.deleted_at = "", now
        message.payload = None
        message.save(update_fields=[*EDITED, "deleted_at"])
        withdraw_notifications(cause=f"message:{message.pk}")
        _note_change(message, "message.deleted")
    return message


@atomic
def restore_message(*, restorer: User, message_id: UUID) -> Message:
    """Bring a message back that one has taken back.

    Raises NoSuchMessage, SendersOnly, NotDeleted.
    """
    message = _lock_own(restorer, message_id)
    last = message.history.filter(version=message.version - 1).first()
    if message.deleted_at is None or last is None:
        raise NotDeleted
    message.body, message.payload, message.deleted_at = last.body, last.payload, None
    message.save(update_fields=[*EDITED, "deleted_at"])
    _note_change(message, "message.restored")
    return message


@atomic
def keep_history(*, message: Message) -> None:
    """Before a message is written that says something else, or nothing any more, keep what it said.

    Called by the signal before saving; it is kept as its version, and the message gets the next.
    """
    columns = ("body", "payload", "version", "deleted_at")
    before = Message.objects.filter(pk=message.pk).values_list(*columns).first()
    if before is None:
        return
    body, payload, version, deleted_at = before
    # Files alone can be taken back, too: then the text is the same and the message another.
    was_deleted, is_deleted = deleted_at is not None, message.deleted_at is not None
    if (body, payload, was_deleted) == (message.body, message.payload, is_deleted):
        return
    message.version = version + 1
    MessageHistory.objects.create(
        message=message, version=version, body=body, payload=payload,
        editor_id=message.sender_id, edited_at=timezone.now(),
    )  # fmt: skip


@atomic
def purge_deleted_messages(*, now: datetime, at_most: int = 1000) -> int:
    """Forget for good what messages said that were taken back long ago; return how many.

    What somebody has reported waits until the report is handled.
    """
    before = now - timedelta(hours=settings.KEEP_DELETED_HOURS)
    reported = Report.objects.open().values("message")
    old = Message.objects.filter(deleted_at__lte=before, version__gt=1)
    old = old.exclude(pk__in=reported).order_by("pk")
    ids = list(old.values_list("pk", flat=True)[:at_most])
    lock_conversations_of(ids)
    ids = list(old.filter(pk__in=ids).values_list("pk", flat=True))  # but what was just restored
    wipe_messages(message_ids=ids, now=now)
    for message in Message.objects.filter(pk__in=ids).select_related("conversation"):
        tell_members(
            conversation=message.conversation, kind="message.deleted", message=str(message.pk),
            seq=message.seq,
        )  # fmt: skip
    return len(ids)


def _lock_own(user: User, message_id: UUID) -> Message:
    seen = Message.objects.readable_by(user).filter(pk=message_id).first()
    if seen is None:
        raise NoSuchMessage
    conversation = lock_conversation(seen.conversation_id)
    message = Message.objects.get(pk=message_id)
    message.conversation = conversation
    if message.sender_id != user.pk:
        raise SendersOnly
    message.sender = user
    return message


def _refuse_who_left(message: Message) -> None:
    """To say something new one has to be there, where one can be answered."""
    if message.sender_id not in ids_of_members(conversation_id=message.conversation_id):
        raise NoSuchConversation


def _refuse_edit(message: Message, version: int | None, now: datetime) -> None:
    if message.deleted_at is not None:
        raise MessageDeleted
    if message.kind != Message.Kind.TEXT:
        raise SendersOnly
    if version is not None and version != message.version:
        raise MessageChanged(version=message.version, message_body=message.body)
    window = settings.EDIT_WINDOW_MINUTES
    if window is not None and now > message.sent_at + timedelta(minutes=window):
        raise TooLateToEdit


def _name_again(message: Message) -> None:
    members = list_members(
        conversation_id=message.conversation_id, sender_id=message.sender_id or UUID(int=0)
    )
    sender_id = message.sender_id or UUID(int=0)
    named = find_named(message.body, members=members, sender_id=sender_id)
    if named:  # who came later does not see the message, and is not named in it
        places = Participant.objects.filter(
            conversation=message.conversation_id, user__in=named, joined_seq__lt=message.seq
        )
        named = frozenset(places.values_list("user_id", flat=True))
    message.named = named
    Mention.objects.filter(message=message).exclude(user__in=message.named).delete()
    keep_mentions(message=message)


def _note_change(message: Message, kind: str) -> None:
    change_seen(conversation=message.conversation)
    sender_id = message.sender_id or UUID(int=0)
    tell_members(
        conversation=message.conversation, kind=kind, also=[sender_id], message=str(message.pk),
        seq=message.seq,
    )  # fmt: skip
