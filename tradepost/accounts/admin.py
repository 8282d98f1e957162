"""Accounts in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tradepost.accounts.actions.users import close_account
from tradepost.accounts.caller import caller
from tradepost.accounts.models import User
from tradepost.accounts.presence import online_among


class NewAccountForm(AdminUserCreationForm):
    def clean(self) -> dict[str, Any]:
        """Make administrators staff, which this form does not ask for."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.instance.is_staff = cleaned.get("role") == User.Role.ADMIN
        return cleaned


@admin.register(User)
class AccountAdmin(UserAdmin):
    add_form = NewAccountForm
    list_display = [
        "username",
        "email",
        "first_name",
        "last_name",
        "role",
        "is_online",
        "created_at",
    ]
    list_filter = ["role", "is_staff", "is_active", "created_at"]
    search_fields = ["username", "email", "first_name", "last_name"]
    ordering = ["username"]
    readonly_fields = ["created_at"]
    actions = ["close_accounts"]
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        ("Tradepost", {"fields": ("role", "phone_number", "hides_presence", "created_at")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    "username", "password1", "password2", "email", "first_name", "last_name",
                    "role",
                ),
            },
        ),
    )  # fmt: skip

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Ask once for all rows who is online."""
        changes = super().get_changelist_instance(request)
        online = online_among({row.pk for row in changes.result_list})
        for row in changes.result_list:
            row.is_online_now = row.pk in online
        return changes

    @admin.display(boolean=True, description=gettext_lazy("online"))
    def is_online(self, person: User) -> bool:
        return bool(getattr(person, "is_online_now", False))

    @admin.action(description=gettext_lazy("Close accounts"), permissions=["delete"])
    def close_accounts(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Take names and addresses off accounts, which orders go on referring to; asks before."""
        people = list(queryset.filter(is_active=True).exclude(pk=caller(request).pk))
        if people and "sure" not in request.POST:
            return self._ask(request, people)
        for person in people:
            close_account(user=person)
            person.refresh_from_db()  # what is logged does not name them
            self.log_change(request, person, _("Closed."))
        count = len(people)
        told = ngettext("%(count)s account is closed.", "%(count)s accounts are closed.", count)
        self.message_user(request, told % {"count": count}, messages.SUCCESS)
        return None

    def _ask(self, request: HttpRequest, people: list[User]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Close these accounts?"),
            "people": people,
            "opts": self.opts,
        }
        return render(request, "accounts/admin_close.html", context)
