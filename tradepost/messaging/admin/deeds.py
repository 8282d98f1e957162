"""How messaging's admin writes: by messaging's actions, whose refusals are said at the top."""

from contextlib import nullcontext
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseRedirect

from tradepost.kit.errors import DomainError
from tradepost.kit.transactions import unit_of_work

PREVIEW_LENGTH = 50


def preview_of(body: str) -> str:
    """Return the beginning of a text."""
    return body if len(body) <= PREVIEW_LENGTH else f"{body[:PREVIEW_LENGTH]}…"


class DeedAdmin(admin.ModelAdmin):
    """Rows that only actions write: nothing is added or deleted, changes are deeds."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        try:
            with unit_of_work() if request.method == "POST" else nullcontext():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


class ReadOnlyAdmin(DeedAdmin):
    """Rows to be looked at: what people wrote is changed by nobody else."""

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
