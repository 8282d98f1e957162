"""The queue of reports: what waits comes first, and all reports of a message go together."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tradepost.accounts.caller import caller
from tradepost.accounts.models import User
from tradepost.kit.errors import DomainError
from tradepost.messaging.actions.reports import (
    dismiss_reports,
    hide_message,
    unhide_message,
    warn_sender,
)
from tradepost.messaging.admin.deeds import DeedAdmin, preview_of
from tradepost.messaging.models import Report

DEEDS = {
    "dismiss": gettext_lazy("Dismiss"),
    "hide": gettext_lazy("Hide the message"),
    "warn": gettext_lazy("Warn the sender"),
    "unhide": gettext_lazy("Show the message again"),
}


class HandleForm(forms.ModelForm):
    """What shall be done about the message."""

    deed = forms.ChoiceField(
        label=gettext_lazy("What to do"), choices=list(DEEDS.items()), widget=forms.RadioSelect
    )


def _handle(deed: str, staff: User, report: Report) -> None:
    """Do it. Raises what the action refuses."""
    now = timezone.now()
    actions: dict[str, Callable[..., object]] = {
        "dismiss": partial(dismiss_reports, now=now),
        "hide": partial(hide_message, now=now),
        "warn": partial(warn_sender, now=now),
        "unhide": unhide_message,
    }
    actions[deed](staff=staff, message_id=report.message_id)


@admin.register(Report)
class ReportAdmin(DeedAdmin):
    form = HandleForm
    list_display = [
        "created_at",
        "reason",
        "preview",
        "sender",
        "reporter",
        "outcome",
        "handled_at",
    ]
    list_filter = [("handled_at", admin.EmptyFieldListFilter), "reason", "outcome", "created_at"]
    list_select_related = ["message__sender", "reporter"]
    search_fields = ["message__sender__username", "reporter__username", "note"]
    readonly_fields = [
        "reason", "note", "reporter", "created_at", "sender", "says", "said", "files", "hidden",
        "outcome", "handled_by", "handled_at",
    ]  # fmt: skip
    actions = ["dismiss", "hide", "warn"]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [F("handled_at").desc(nulls_first=True), "-created_at", "-pk"]

    def get_fields(self, request: HttpRequest, obj: Report | None = None) -> Any:
        deed = ["deed"] if self.has_change_permission(request, obj) else []
        return [*self.readonly_fields, *deed]

    @admin.display(description=gettext_lazy("message"))
    def preview(self, report: Report) -> str:
        return preview_of(report.message.body)

    @admin.display(description=gettext_lazy("sender"))
    def sender(self, report: Report) -> str:
        return str(report.message.sender or "-")

    @admin.display(description=gettext_lazy("says"))
    def says(self, report: Report) -> str:
        return report.message.body

    @admin.display(description=gettext_lazy("said earlier"))
    def said(self, report: Report) -> str:
        earlier = report.message.history.all()
        return format_html_join("", "<p>{}: {}</p>", ((h.edited_at, h.body) for h in earlier))

    @admin.display(description=gettext_lazy("files"))
    def files(self, report: Report) -> str:
        return ", ".join(file.name for file in report.message.attachments.all())

    @admin.display(boolean=True, description=gettext_lazy("is hidden"))
    def hidden(self, report: Report) -> bool:
        return report.message.hidden_at is not None

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        _handle(form.cleaned_data["deed"], caller(request), obj)

    @admin.action(description=DEEDS["dismiss"], permissions=["change"])
    def dismiss(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        self._handle_all("dismiss", request, queryset)

    @admin.action(description=DEEDS["hide"], permissions=["change"])
    def hide(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        self._handle_all("hide", request, queryset)

    @admin.action(description=DEEDS["warn"], permissions=["change"])
    def warn(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        self._handle_all("warn", request, queryset)

    def _handle_all(self, deed: str, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        """Handle the open ones; what is refused for one of them is said, the others go on."""
        reports = queryset.filter(handled_at=None).select_related("message")
        by_message = {report.message_id: report for report in reports}
        done = 0
        for report in by_message.values():
            try:
                _handle(deed, caller(request), report)
                self.log_change(request, report, str(DEEDS[deed]))
                done += 1
            except DomainError as refusal:
                self.message_user(request, f"{report}: {refusal}", messages.ERROR)
        said = _("Done for %(count)s messages.") % {"count": done}
        self.message_user(request, said, messages.SUCCESS)
