"""Messages that people find wrong, and what those who keep the peace do about them.

Whoever handles reports has the permission ``messaging.change_report``. They see what was reported,
never the rest of the conversation. All open reports of a message are handled together.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tradepost.accounts.models import User
from tradepost.kit.errors import Refused
from tradepost.kit.inserts import insert
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.places import change_seen, lock_conversation, tell_members
from tradepost.messaging.errors import (
    NobodyToWarn,
    NoSuchMessage,
    NothingToReport,
    OwnMessage,
    ReportsHandled,
    TextTooLong,
)
from tradepost.messaging.models import Message, Report
from tradepost.messaging.models.reports import HANDLE_REPORTS, LONGEST_NOTE
from tradepost.messaging.queries.reports import ids_of_peacekeepers
from tradepost.messaging.texts import clean_text
from tradepost.notifications.actions.notifications import notify


@dataclass(frozen=True)
class Reported:
    """A report, and whether this very call made it or its reporter had made it earlier."""

    report: Report
    repeated: bool


@atomic
def report_message(*, reporter: User, message_id: UUID, reason: str, note: str = "") -> Reported:
    """Tell those who keep the peace of a message; a second report by the same person changes
    nothing.

    Raises NoSuchMessage for what the reporter does not see, OwnMessage, NothingToReport for what
    was taken back or is hidden already, TextTooLong.
    """
    note = clean_text(note)
    if len(note) > LONGEST_NOTE:
        raise TextTooLong(field="note")
    seen = Message.objects.visible_to(reporter).exclude(kind=Message.Kind.SYSTEM)
    if not seen.filter(pk=message_id).exists():
        raise NoSuchMessage
    message = _lock_message(message_id)
    earlier = Report.objects.filter(message=message, reporter=reporter).first()
    if earlier is not None:
        return Reported(earlier, repeated=True)
    if message.sender_id == reporter.pk:
        raise OwnMessage
    if message.deleted_at is not None or message.hidden_at is not None:
        raise NothingToReport
    report = Report(message=message, reporter=reporter, reason=reason, note=note)
    insert([report])
    _tell_peacekeepers(report, reporter)
    return Reported(report, repeated=False)


@atomic
def dismiss_reports(*, staff: User, message_id: UUID, now: datetime) -> None:
    """Find nothing wrong with a message. Raises Refused, NoSuchMessage, ReportsHandled without
    any open report.
    """
    message = _lock_for(staff, message_id)
    if not _close(message, Report.Outcome.DISMISSED, staff, now):
        raise ReportsHandled


@atomic
def hide_message(*, staff: User, message_id: UUID, now: datetime) -> Message:
    """Show a message to nobody any more, with its files; its text is kept for those who keep the
    peace. What is hidden already stays as it is. Raises Refused, NoSuchMessage.
    """
    message = _lock_for(staff, message_id)
    _close(message, Report.Outcome.HIDDEN, staff, now)
    if message.hidden_at is None:
        _set_hidden(message, now, "message.hidden")
    return message


@atomic
def unhide_message(*, staff: User, message_id: UUID) -> Message:
    """Show a message again that was hidden. Raises Refused, NoSuchMessage."""
    message = _lock_for(staff, message_id)
    if message.hidden_at is not None:
        _set_hidden(message, None, "message.restored")
    return message


@atomic
def warn_sender(*, staff: User, message_id: UUID, now: datetime) -> None:
    """Tell who wrote a message that it breaks the rules, once for each message; who reported it
    stays unsaid. Raises Refused, NoSuchMessage, NobodyToWarn.
    """
    message = _lock_for(staff, message_id)
    if message.sender_id is None:
        raise NobodyToWarn
    _close(message, Report.Outcome.WARNED, staff, now)
    notify(
        user_ids=[message.sender_id],
        kind="message.warned",
        cause=f"warning:{message.pk}",
        data={"conversation": str(message.conversation_id)},
    )


def _lock_for(staff: User, message_id: UUID) -> Message:
    if not staff.has_perm(HANDLE_REPORTS):
        raise Refused
    return _lock_message(message_id)


def _lock_message(message_id: UUID) -> Message:
    """Return a message whose conversation, whoever is in it, is locked."""
    place = Message.objects.filter(pk=message_id).values_list("conversation_id", flat=True)
    conversation_id = place.first()
    if conversation_id is None:
        raise NoSuchMessage
    conversation = lock_conversation(conversation_id)
    message = Message.objects.get(pk=message_id)
    message.conversation = conversation
    return message


def _close(message: Message, outcome: str, staff: User, now: datetime) -> int:
    """End all open reports of a message; return how many there were."""
    reports = Report.objects.open().filter(message=message)
    return reports.update(outcome=outcome, handled_by=staff, handled_at=now)


def _set_hidden(message: Message, hidden_at: datetime | None, kind: str) -> None:
    message.hidden_at = hidden_at
    message.save(update_fields=["hidden_at"])
    change_seen(conversation=message.conversation)
    tell_members(
        conversation=message.conversation, kind=kind, message=str(message.pk), seq=message.seq
    )


def _tell_peacekeepers(report: Report, reporter: User) -> None:
    notify(
        user_ids=ids_of_peacekeepers(),
        kind="message.reported",
        cause=f"report:{report.pk}",
        actor=reporter,
        data={"report": report.pk},
        group=f"reports:{report.message_id}",
    )
