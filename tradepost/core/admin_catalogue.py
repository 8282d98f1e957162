"""The catalogue leaves and enters by the admin: small exports and uploads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import FileExtensionValidator
from django.db.models import QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from tradepost.core.actions.imports import import_products
from tradepost.core.catalogue.export import export_catalogue
from tradepost.core.catalogue.formats import Format
from tradepost.core.errors import CatalogueBreaksOff, NotACatalogue
from tradepost.kit.batches import Tally
from tradepost.kit.row_values import BadRow
from tradepost.kit.tables import open_text
from tradepost.store.models import Product

# Answers are streamed, but the embedded server takes each one whole before it sends it.
MOST_EXPORTED = 5000
MOST_UPLOADED = 2 * 1024 * 1024  # bytes
MOST_SHOWN = 100  # bad rows
TYPES = {Format.CSV: "text/csv; charset=utf-8", Format.JSON: "application/json"}

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Product]
else:
    Base = object


class CatalogueUpload(forms.Form):
    file = forms.FileField(
        label="Catalogue",
        help_text="CSV with a header, a JSON array, or JSON Lines; at most 2 MB.",
        validators=[FileExtensionValidator(["csv", "json", "jsonl"])],
    )

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_UPLOADED:
            raise ValidationError(
                "Files larger than 2 MB are imported by the command "
                "“manage.py import_products FILE”."
            )
        return file


@dataclass
class Report:
    """What became of an upload; ``broken`` says where it could not be read any further."""

    tally: Tally = field(default_factory=Tally)
    bad_rows: list[BadRow] = field(default_factory=list)
    broken: str = ""

    @property
    def unshown(self) -> int:
        return self.tally.bad - len(self.bad_rows)


class CatalogueExchange(Base):
    """Mixin for the admin of products: actions that export, a page that imports.

    ``class ProductAdmin(CatalogueExchange, ...)`` is all it takes.
    """

    change_list_template = "core/admin/products.html"

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        if IS_POPUP_VAR not in request.GET:
            for format in Format:
                title = f"Export selected products ({format.upper()})"
                actions[f"export_{format}"] = (_export_as(format), f"export_{format}", title)
        return actions

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="store_product_import"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), "may_import": self.may_import(request)}
        return super().changelist_view(request, context)

    def may_import(self, request: HttpRequest) -> bool:
        """Return whether the user may both add and change products."""
        return self.has_add_permission(request) and self.has_change_permission(request)

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Take in an uploaded catalogue and say what became of it."""
        if not self.may_import(request):
            raise PermissionDenied
        form = CatalogueUpload(request.POST or None, request.FILES or None)
        report = None
        if request.method == "POST" and form.is_valid():
            with _refused_in(form):
                report = _import(form.cleaned_data["file"])
        context = {
            **self.admin_site.each_context(request),
            "title": "Import products",
            "opts": self.opts,
            "form": form,
            "report": report,
        }
        return TemplateResponse(request, "core/admin/import.html", context)


def _export_as(format: Format) -> Callable[..., HttpResponse | StreamingHttpResponse | None]:
    def export(
        model_admin: CatalogueExchange, request: HttpRequest, queryset: QuerySet[Product]
    ) -> StreamingHttpResponse | None:
        if queryset.count() > MOST_EXPORTED:
            text = (
                f"More than {MOST_EXPORTED:,} products are exported by the command "
                "“manage.py export_products FILE”."
            )
            model_admin.message_user(request, text, messages.ERROR)
            return None
        products = Product.objects.filter(pk__in=queryset.values("pk"))
        return StreamingHttpResponse(
            export_catalogue(products=products, format=format),
            content_type=TYPES[format],
            headers={"Content-Disposition": f'attachment; filename="products.{format}"'},
        )

    return export


@contextmanager
def _refused_in(form: CatalogueUpload) -> Iterator[None]:
    """Show in the form that the file is no catalogue."""
    try:
        yield
    except NotACatalogue as error:
        form.add_error("file", f"{error} Nothing was changed.")


def _import(file: UploadedFile[bytes]) -> Report:
    stream = open_text(BytesIO(file.read()))
    report = Report()
    try:
        for step in import_products(stream=stream, format=Format.by_name(file.name or "")):
            report.tally = step.tally
            report.bad_rows += step.bad_rows[: MOST_SHOWN - len(report.bad_rows)]
    except CatalogueBreaksOff as error:
        report.broken = (
            f"The file breaks off at {error.place}: {error}. "
            f"{report.tally.imported} rows before it went in."
        )
    return report
