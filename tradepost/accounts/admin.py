from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm

from tradepost.accounts.models import User


class NewAccountForm(AdminUserCreationForm):
    def clean(self) -> dict[str, Any]:
        """Make administrators staff, which this form does not ask for."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.instance.is_staff = cleaned.get("role") == User.Role.ADMIN
        return cleaned


@admin.register(User)
class AccountAdmin(UserAdmin):
    add_form = NewAccountForm
    list_display = ["username", "email", "first_name", "last_name", "role", "created_at"]
    list_filter = ["role", "is_staff", "is_active", "created_at"]
    search_fields = ["username", "email", "first_name", "last_name"]
    ordering = ["username"]
    readonly_fields = ["created_at"]
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        ("Tradepost", {"fields": ("role", "phone_number", "created_at")}),
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
