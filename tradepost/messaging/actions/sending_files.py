"""Sending a message together with the files that come with it, as a form does."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files import File

from tradepost.accounts.actions.users import lock_account
from tradepost.accounts.models import User
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.attachments import keep_file, refuse_too_many
from tradepost.messaging.actions.messages import Sent, send_message
from tradepost.messaging.errors import NoSuchConversation, TooManyAttachments
from tradepost.messaging.files import StoredFile, stored_file
from tradepost.messaging.models import Attachment, Conversation, Message


def send_with_files(  # house: allow A1 because files are cleaned and written outside
    *, sender: User, conversation_id: UUID, body: str, attachments: Sequence[File[Any]],
    client_id: str, parent_id: UUID | None = None,
) -> Sent:  # fmt: skip
    """Upload files and send them with a message, all of it or nothing.

    The same ``client_id`` with the same text and files sends one message, however often it is
    tried. Raises what upload_file and send_message raise.
    """
    if not Message.objects.filter(sender=sender, client_id=client_id).exists():
        _refuse_new(sender, conversation_id, attachments)
    with ExitStack() as uploads:
        stored = [uploads.enter_context(stored_file(file)) for file in attachments]
        return _send_stored(
            sender=sender, conversation_id=conversation_id, body=body, stored=stored,
            client_id=client_id, parent_id=parent_id,
        )  # fmt: skip


def _refuse_new(sender: User, conversation_id: UUID, attachments: Sequence[File[Any]]) -> None:
    """Before work is done for nothing."""
    if not Conversation.objects.open_to(sender).filter(pk=conversation_id).exists():
        raise NoSuchConversation
    if len(attachments) > settings.MOST_ATTACHMENTS:
        raise TooManyAttachments(field="attachments")
    refuse_too_many(uploader=sender)


@atomic
def _send_stored(
    *, sender: User, stored: Sequence[StoredFile], client_id: str, **message: Any
) -> Sent:
    if stored:
        lock_account(sender)  # above conversations, and one such message after the other
    ids = _ids_sent_before(sender, client_id, stored)
    if ids is None:
        ids = [keep_file(uploader=sender, stored=file).pk for file in stored]
    return send_message(sender=sender, client_id=client_id, attachment_ids=ids, **message)


def _ids_sent_before(
    sender: User, client_id: str, stored: Sequence[StoredFile]
) -> list[UUID] | None:
    """Return the files that were sent under the id; None when these are others.

    Cleaning is always the same, so what is the same file has the same size afterwards.
    """
    sent = Attachment.objects.filter(message__sender=sender, message__client_id=client_id)
    rows = list(sent.order_by("place", "id").values_list("pk", "name", "mime_type", "size"))
    known = [(name, mime_type, size) for _, name, mime_type, size in rows]
    same = known == [(file.name, file.mime_type, file.size) for file in stored]
    return [pk for pk, *_ in rows] if rows and same else None
