"""Forgetting what people wrote: a place-holder stays, so that other people's threads stay whole."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from tradepost.accounts.models import User
from tradepost.kit.jobs import enqueue
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.members import pass_on_ownership
from tradepost.messaging.actions.places import change_seen, tell_members
from tradepost.messaging.models import (
    Attachment,
    Conversation,
    Mention,
    Message,
    MessageHistory,
    Participant,
    Reaction,
    Report,
)
from tradepost.messaging.payloads import OF_THE_HOUSE
from tradepost.notifications.actions.erasure import erase_notifications

AT_ONCE = 500  # rows that one statement names
PORTIONS = 4  # of so many rows, in the transaction that closes an account
LATE = timedelta(minutes=1)  # longer than any transaction takes


@atomic
def wipe_messages(*, message_ids: Collection[UUID], now: datetime) -> None:
    """Leave of these messages nothing but their places: no text, history, file, reaction, and no
    digest of the text, of which a short one can be guessed."""
    rows = Message.objects.filter(pk__in=message_ids)
    for conversation in lock_conversations_of(message_ids):
        change_seen(conversation=conversation)
    remove_attachments(attachments=Attachment.objects.filter(message__in=message_ids))
    MessageHistory.objects.filter(message__in=message_ids).delete()
    Mention.objects.filter(message__in=message_ids).delete()
    Reaction.objects.filter(message__in=message_ids).delete()
    rows.update(
        deleted_at=Coalesce("deleted_at", Value(now)), body="", payload=None, version=1,
        edited_at=None, has_link=False, has_attachments=False, request_hash="",
    )  # fmt: skip


def lock_conversations_of(message_ids: Collection[UUID]) -> list[Conversation]:
    """Lock the conversations that these messages are in, and return them."""
    messages = Message.objects.filter(pk__in=message_ids)
    rows = Conversation.objects.filter(pk__in=messages.values("conversation_id"))
    return list(rows.select_for_update().order_by("pk"))


@atomic
def remove_attachments(*, attachments: "QuerySet[Attachment]") -> None:
    """Remove files, rows at once and their content after the commit."""
    names = [name for pair in attachments.values_list("file", "thumbnail") for name in pair if name]
    attachments.delete()
    if names:
        enqueue("messaging.remove_files", names=names)


@atomic
def erase_person(*, user: User, now: datetime) -> None:
    """Forget everything that a person wrote or did here; what others wrote stays readable.

    Of their messages place-holders without sender stay. Conversations in which nobody is left who
    has an account go altogether. Who wrote thousands of messages has most of them forgotten by a
    job, in portions, so that others can write in between; and what was being written at that very
    moment goes a minute later.
    """
    _leave_all(user)
    sent = Message.objects.filter(sender=user)
    if _wipe_some(sent, now, portions=PORTIONS):
        enqueue("messaging.finish_erasure", user_id=str(user.pk))
    remove_attachments(attachments=Attachment.objects.filter(uploader=user))
    Mention.objects.filter(user=user).delete()
    Reaction.objects.filter(user=user).delete()
    Report.objects.filter(reporter=user).update(reporter=None, note="")
    Conversation.objects.filter(titled_by=user).update(title="", titled_by=None)
    enqueue("messaging.finish_erasure", user_id=str(user.pk), run_at=now + LATE)


@atomic
def erase_portion(*, user_id: UUID, now: datetime) -> bool:
    """Forget some more of what a person wrote whose account is closed, and what they were taken
    into while it was being closed. Return whether there is more."""
    user = User.objects.filter(pk=user_id, is_active=False).first()
    if user is None:
        return False
    if Participant.objects.active().filter(user=user).exists():
        _leave_all(user)
    sent = Message.objects.filter(sender=user)
    if not sent.exists():
        return False
    is_more = _wipe_some(sent, now, portions=1)
    erase_notifications(user=user)  # of the last words
    return is_more


@atomic
def erase_what_nobody_wrote(*, now: datetime) -> None:
    """Forget what is left without its author after a row of a user was deleted for good."""
    orphans = Message.objects.filter(sender=None).exclude(kind=Message.Kind.SYSTEM)
    orphans = orphans.exclude(kind=Message.Kind.CARD, client_id__startswith=OF_THE_HOUSE)
    left = orphans.filter(Q(deleted_at=None) | Q(version__gt=1) | ~Q(client_id=""))
    while _wipe_some(left, now, portions=1):
        pass
    remove_attachments(attachments=Attachment.objects.filter(uploader=None, message=None))
    Report.objects.filter(reporter=None).exclude(note="").update(note="")


def _leave_all(user: User) -> None:
    """Take the person out of all their conversations, those that they had left before, too."""
    ids = lock_talks_of(user)
    places = Participant.objects.filter(user=user)
    owned = places.active().filter(role=Participant.Role.OWNER)
    without_owner = set(owned.values_list("conversation_id", flat=True))
    last_seq = Conversation.objects.filter(pk=OuterRef("conversation")).values("last_seq")
    places.active().update(left_seq=Subquery(last_seq))
    places.update(role=Participant.Role.MEMBER, pinned_at=None, muted_until=None)
    present = Participant.objects.filter(user__is_active=True).exclude(user=user)
    talks = Conversation.objects.filter(memberships__user=user)
    alive = set(talks.filter(Exists(present.filter(conversation=OuterRef("pk")))).values_list("pk"))
    for conversation_id in ids:
        conversation = Conversation(pk=conversation_id)
        if (conversation_id,) not in alive:
            _delete_talk(conversation)
            continue
        if conversation_id in without_owner:
            pass_on_ownership(conversation=conversation)
        change_seen(conversation=conversation)
        tell_members(conversation=conversation, kind="conversation.erased", user=str(user.pk))


def lock_talks_of(user: User) -> list[UUID]:
    """Lock all conversations that somebody is or was in, and return which, in order."""
    return _lock_all(Conversation.objects.filter(memberships__user=user))


def _lock_all(rows: "QuerySet[Conversation]") -> list[UUID]:
    """Lock conversations, and return which, in the order in which they are locked."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        some = Conversation.objects.filter(pk__in=ids[start : start + AT_ONCE])
        list(some.select_for_update().order_by("pk").values_list("pk"))
    return ids


def _wipe_some(messages: "QuerySet[Message]", now: datetime, *, portions: int) -> bool:
    """Wipe messages that nobody shall have written any more; return whether there are others."""
    for _ in range(portions):
        ids = list(messages.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        wipe_messages(message_ids=ids, now=now)
        wiped = Message.objects.filter(pk__in=ids)
        wiped.update(sender=None, client_id="")
        if len(ids) < AT_ONCE:
            return False
    return messages.exists()


def _delete_talk(conversation: Conversation) -> None:
    """Delete a conversation, the newest messages first: a reply goes before what it answers."""
    messages = Message.objects.filter(conversation=conversation).order_by("-seq")
    while ids := list(messages.values_list("pk", flat=True)[:AT_ONCE]):
        remove_attachments(attachments=Attachment.objects.filter(message__in=ids))
        rows = Message.objects.filter(pk__in=ids)
        if not connection.features.can_defer_constraint_checks:  # MariaDB looks at each row
            rows.update(parent=None, root=None, depth=0)
        rows.delete()
    conversation.delete()
