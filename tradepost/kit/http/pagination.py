"""Pages of lists: numbered with a count where the contract asks for it, keyset where lists grow."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import FieldError
from django.core.exceptions import ValidationError as BadValue
from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination, PageNumberPagination
from rest_framework.request import Request
from rest_framework.views import APIView


class NumberedPages(PageNumberPagination):
    """``?page=``: ten a page with a count."""

    page_size = 10


class KeysetPages(CursorPagination):
    """``?cursor=``: twenty a page; page 10,000 costs what page 1 costs, and there is no count."""

    page_size = 20
    ordering: tuple[str, ...] = ("-created_at", "-id")

    def paginate_queryset(  # type: ignore[override] # of any model, unlike the stub's
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        self._model: type[Model] = queryset.model
        return super().paginate_queryset(queryset, request, view) or []

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return the place that the client names; one that no list of ours gave is a 404."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None:
            field = self._model._meta.get_field(self.ordering[0].lstrip("-"))
            try:
                if "\0" in str(cursor.position):
                    raise BadValue("NUL")
                place = field.to_python(cursor.position)  # type: ignore[union-attr]
                field.run_validators(place)  # type: ignore[union-attr]
                if isinstance(place, datetime):
                    place.astimezone(UTC)  # the first and last hours of time have no UTC
            except (BadValue, FieldError, ValueError, OverflowError) as error:
                raise NotFound(self.invalid_cursor_message) from error
        return cursor
