"""Reports, for those who keep the peace."""

from uuid import UUID

from django.db.models import Prefetch, QuerySet

from tradepost.accounts.models import User
from tradepost.messaging.errors import NoSuchReport
from tradepost.messaging.models import Message, MessageHistory, Report
from tradepost.messaging.models.reports import HANDLE_REPORTS

PEOPLE = ("reporter", "handled_by")


def ids_of_peacekeepers() -> list[UUID]:
    """Return who may handle reports, by a permission of their own, of a group, or by all."""
    keepers = User.objects.with_perm(
        HANDLE_REPORTS, backend="django.contrib.auth.backends.ModelBackend"
    )
    return list(keepers.order_by("pk").values_list("pk", flat=True))


def list_reports(*, staff: User) -> QuerySet[Report]:
    """Return the reports that ``staff`` may see, with the messages, their senders and what they
    said earlier."""
    messages = Message.objects.select_related("sender").prefetch_related(
        Prefetch("history", MessageHistory.objects.select_related("editor")), "attachments"
    )
    reports: QuerySet[Report] = Report.objects.visible_to(staff)
    return reports.select_related(*PEOPLE).prefetch_related(Prefetch("message", messages))


def get_report(*, staff: User, report_id: int) -> Report:
    """Return a report that ``staff`` may see. Raises NoSuchReport."""
    report = list_reports(staff=staff).filter(pk=report_id).first()
    if report is None:
        raise NoSuchReport
    return report
