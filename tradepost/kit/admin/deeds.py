"""How an admin writes: by the actions of its app.

So whatever they keep (stamps, prices, averages, stock) is kept here too, and what they refuse is
said in the form or at the top of the page.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import actions as of_django
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Count, Field, Model, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from tradepost.kit.errors import DomainError
from tradepost.kit.locks import weak
from tradepost.kit.transactions import unit_of_work

KEY = re.compile(r"[0-9]{1,18}")
KEY_FIELD = re.compile(r"form-[0-9]+-id")


def link_to_list(model: type[Model], text: str, **filters: int) -> str:
    """Return a link to the admin's list of a model, of those that ``filters`` let through."""
    names = f"{model._meta.app_label}_{model._meta.model_name}"
    url = f"{reverse(f'admin:{names}_changelist')}?{urlencode(filters)}"
    return format_html('<a href="{}">{}</a>', url, text)


def count_of(rows: QuerySet[Any], *, by: str) -> Combinable:
    """Return how many ``rows`` refer to a row by their column ``by``."""
    mine = rows.filter(**{by: OuterRef("pk")}).order_by().values(by)
    return Coalesce(Subquery(mine.annotate(n=Count("pk")).values("n")), 0)


class CountingList(ChangeList):
    """A list with counts, which forms and autocompletion of the same model do without."""

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Any]:
        counts = self.model_admin.counts  # type: ignore[attr-defined] # a DeedAdmin
        self.root_queryset = self.model_admin.get_queryset(request).annotate(**counts)
        return super().get_queryset(request, exclude_parameters)


class DeedForm(forms.ModelForm):
    """A form that can say why what it asked for was refused."""

    refusal: ClassVar[DomainError | None] = None

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal is not None:
            field = getattr(self.refusal, "field", None)
            error = ValidationError(str(self.refusal), code=self.refusal.code)
            self.add_error(field if field in self.fields else None, error)
        return cleaned


class DeedAdmin(admin.ModelAdmin):
    """An admin whose writes are actions: a subclass says which by ``create``, ``change`` and
    ``remove``.

    Each submission is one unit of work, so what actions lock last is locked after all of them.
    """

    form = DeedForm
    actions = ["delete_selected"]
    counts: ClassVar[Mapping[str, Combinable]] = {}  # of the list
    # Columns that others change too: only what somebody typed over the value shown is written.
    remembered: ClassVar[Sequence[str]] = ()

    def create(self, request: HttpRequest, form: ModelForm, columns: dict[str, Any]) -> Model:
        raise NotImplementedError

    def change(
        self, request: HttpRequest, row: Any, form: ModelForm, columns: dict[str, Any]
    ) -> None:
        raise NotImplementedError

    def remove(self, request: HttpRequest, keys: list[Any]) -> None:
        """Remove all these rows, or none."""
        raise NotImplementedError

    def explain(self, refusal: DomainError) -> DomainError:
        """Return the refusal as somebody who cannot see ids should read it."""
        return refusal

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CountingList

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form  # type: ignore[no-any-return]

    def formfield_for_dbfield(
        self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name in self.remembered:
            field.show_hidden_initial = True
        return field

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        try:
            with _unit(request):
                return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as refusal:
            request.refusal = self.explain(refusal)  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:
        said = form.changed_data if change else form.cleaned_data
        columns = {
            field.attname: getattr(obj, field.attname)
            for field in obj._meta.concrete_fields
            if field.name in said
        }
        if change:
            self.change(request, obj, form, columns)
        else:
            obj.pk = self.create(request, form, columns).pk
            obj._state.adding = False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        for formset in formsets:  # the form itself, relations and all, is written by its action
            self.save_formset(request, form, formset, change=change)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        try:
            if "_save" not in request.POST:  # actions open their own transactions
                return super().changelist_view(request, extra_context)
            with unit_of_work():
                self._lock_rows_of_list(request)
                return super().changelist_view(request, extra_context)
        except DomainError as refusal:
            self.message_user(request, str(self.explain(refusal)), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        try:
            with _unit(request):
                return super().delete_view(request, object_id, extra_context)
        except DomainError as refusal:
            self.message_user(request, str(self.explain(refusal)), messages.ERROR)
            names = f"{self.opts.app_label}_{self.opts.model_name}"
            return HttpResponseRedirect(reverse(f"admin:{names}_change", args=[object_id]))

    @admin.action(
        description=of_django.delete_selected.short_description,  # type: ignore[attr-defined]
        permissions=["delete"],
    )
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        with unit_of_work():  # what is refused is not noted as deleted
            return of_django.delete_selected(self, request, queryset)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Name the rows alone: what goes with them, and whether they may go, the action knows."""
        names = [str(row) for row in objs]
        return names, {str(self.opts.verbose_name_plural): len(names)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self.remove(request, [obj.pk])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.remove(request, sorted(queryset.values_list("pk", flat=True)))

    def _lock_rows_of_list(self, request: HttpRequest) -> None:
        """Lock what the list may change in key order, whatever order it shows."""
        keys = [v for name, v in request.POST.items() if KEY_FIELD.fullmatch(name) and is_key(v)]
        rows = self.model._default_manager.select_for_update(no_key=weak())
        list(rows.filter(pk__in=keys).order_by("pk").values_list("pk"))


def is_key(value: object) -> bool:
    """Return whether what a browser sent may be the key of a row."""
    return KEY.fullmatch(str(value)) is not None


def _unit(request: HttpRequest) -> AbstractContextManager[None]:
    return unit_of_work() if request.method == "POST" else nullcontext()


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows to be looked at. They go with the account that they belong to, never by themselves."""

    counts: ClassVar[Mapping[str, Combinable]] = {}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CountingList

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        here = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return not request.path.startswith(here) and super().has_delete_permission(request, obj)


class ReadOnlyInline(admin.TabularInline):
    """Rows below another one, to be looked at."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class PartInline(ReadOnlyInline):
    """Parts of the row above: whoever may look at that may look at them."""

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        whole = self.parent_model._meta
        return request.user.has_perm(f"{whole.app_label}.view_{whole.model_name}")
