"""Conversations in the admin: who takes part, and the people of groups."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple, FilteredSelectMultiple
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tradepost.accounts.caller import caller
from tradepost.accounts.models import User
from tradepost.messaging.actions.members import set_people
from tradepost.messaging.admin.deeds import DeedAdmin
from tradepost.messaging.models import Conversation, Participant
from tradepost.messaging.models.conversations import stands_so

MOST_NAMED = 5  # in one line of the list
MOST_PICKED_FROM = 5000  # accounts that a picker side by side can hold


class PeopleForm(forms.ModelForm):
    """Who is in a group now."""

    members = forms.ModelMultipleChoiceField(
        label=_("People"), queryset=User.objects.filter(is_active=True).order_by("username")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = self.fields.get("members")
        if isinstance(members, forms.ModelMultipleChoiceField):
            active = Participant.objects.active().filter(conversation=self.instance)
            members.initial = list(active.values_list("user_id", flat=True))
            members.widget = _make_picker()
            members.widget.choices = members.choices


def _make_picker() -> forms.SelectMultiple:
    if User.objects.order_by()[: MOST_PICKED_FROM + 1].count() <= MOST_PICKED_FROM:
        return FilteredSelectMultiple(str(_("people")), is_stacked=False)
    return AutocompleteSelectMultiple(Conversation._meta.get_field("participants"), admin.site)


class StateFilter(admin.SimpleListFilter):
    """By the state that is shown: what was snoozed until a moment that is over is open."""

    title, parameter_name = _("state"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Conversation.State.choices)

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Conversation]
    ) -> QuerySet[Conversation]:
        state = self.value()
        return queryset.filter(stands_so(state, now=timezone.now())) if state else queryset


@admin.register(Conversation)
class ConversationAdmin(DeedAdmin):
    form = PeopleForm
    list_display = ["id", "kind", "title", "people", "last_seq", "created_at", "updated_at"]
    list_filter = ["kind", StateFilter, "created_at", "updated_at"]
    search_fields = [
        "=id", "title", "participants__username", "participants__email",
        "participants__first_name", "participants__last_name",
    ]  # fmt: skip
    readonly_fields = [
        "id", "kind", "title", "stands", "people", "last_seq", "created_at", "updated_at",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        active = Participant.objects.active().select_related("user").order_by("pk")
        first = Prefetch("memberships", active[: MOST_NAMED + 1], to_attr="first_members")
        rows: QuerySet[Conversation] = super().get_queryset(request).prefetch_related(first)
        return rows

    def get_fields(self, request: HttpRequest, obj: Conversation | None = None) -> Any:
        """Without the picker where the people are fixed, or may only be looked at."""
        is_fixed = obj is None or obj.kind == Conversation.Kind.DIRECT
        may_change = self.has_change_permission(request, obj)
        return [*self.readonly_fields, *([] if is_fixed or not may_change else ["members"])]

    @admin.display(description=_("participants"))
    def people(self, conversation: Any) -> str:
        names = [str(place.user) for place in conversation.first_members]
        more = ["…"] if len(names) > MOST_NAMED else []
        return ", ".join(names[:MOST_NAMED] + more)

    @admin.display(description=_("state"))
    def stands(self, conversation: Conversation) -> str:
        state, _until = conversation.standing(now=timezone.now())
        return Conversation.State(state).label

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if "members" in form.changed_data:
            members = {person.pk for person in form.cleaned_data["members"]}
            set_people(staff=caller(request), conversation_id=obj.pk, user_ids=members)
