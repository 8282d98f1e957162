"""Pages of lists: numbered with a count where the contract asks for it, keyset where lists grow."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import FieldError
from django.core.exceptions import ValidationError as BadValue
from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import (
    BasePagination,
    Cursor,
    CursorPagination,
    PageNumberPagination,
)
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from tradepost.kit.http.keyset import BadCursor, Place, keys_of, read_cursor, take, write_cursor


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


class PagesByOrder(BasePagination):
    """``?cursor=``: pages of a list in whatever order it is, by keyset and without a count."""

    page_size = 10
    cursor_query_param = "cursor"
    invalid_cursor_message = "Invalid cursor"

    def paginate_queryset(  # type: ignore[override] # of any model, unlike the stub's
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        self._address = request.build_absolute_uri()
        self._keys = keys_of(queryset)
        self._place = self._read_place(queryset.model, request)
        found = take(queryset, self._keys, self._place, self.page_size + 1)
        self._has_more, self._rows = len(found) > self.page_size, found[: self.page_size]
        if self._is_backwards:
            self._rows.reverse()
        return self._rows

    def value_of(self, row: Any, name: str) -> Any:
        """Return what a row has in a column; override it for rows that are no model instances."""
        return getattr(row, name)

    def get_next_link(self) -> str | None:
        """Return the address of what comes after this page; None at the end."""
        return self._link(backwards=False) if self._has_more or self._is_backwards else None

    def get_previous_link(self) -> str | None:
        """Return the address of what comes before this page; None at the beginning."""
        there = self._has_more if self._is_backwards else self._place is not None
        return self._link(backwards=True) if there else None

    def get_paginated_response(self, data: Any) -> Response:
        links = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        return Response({**links, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "nullable": True, "format": "uri"}
        properties = {"next": link, "previous": link, "results": schema}
        return {"type": "object", "required": ["results"], "properties": properties}

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            {
                "name": self.cursor_query_param,
                "in": "query",
                "required": False,
                "schema": {"type": "string"},
                "description": "Pages without a count: empty for the first, then as `next` says.",
            }
        ]

    @property
    def _is_backwards(self) -> bool:
        return self._place is not None and self._place.backwards

    def _read_place(self, model: type[Model], request: Request) -> Place | None:
        cursor = request.query_params.get(self.cursor_query_param, "")
        try:
            return read_cursor(model, self._keys, cursor) if cursor else None
        except BadCursor as error:
            raise NotFound(self.invalid_cursor_message) from error

    def _link(self, *, backwards: bool) -> str:
        place = self._place
        if self._rows:
            row = self._rows[0 if backwards else -1]
            place = Place(tuple(self.value_of(row, key.lstrip("-")) for key in self._keys))
        assert place is not None  # a page without rows has no more and came from somewhere
        cursor = write_cursor(self._keys, replace(place, backwards=backwards))
        address = remove_query_param(self._address, "page")
        return replace_query_param(address, self.cursor_query_param, cursor)


class NumberedOrKeysetPages(NumberedPages):
    """Numbered pages with a count, or with ``?cursor=`` pages by keyset, of which the thousandth
    costs what the first one costs. ``keyset_class`` says how the latter are made."""

    keyset_class: type[PagesByOrder] = PagesByOrder
    _keyset: PagesByOrder | None = None

    def paginate_queryset(  # type: ignore[override] # of any model, unlike the stub's
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        if self.keyset_class.cursor_query_param in request.query_params:
            self._keyset = self.keyset_class()
            return self._keyset.paginate_queryset(queryset, request, view)
        return super().paginate_queryset(queryset, request, view) or []

    def get_paginated_response(self, data: Any) -> Response:
        if self._keyset is not None:
            return self._keyset.get_paginated_response(data)
        return super().get_paginated_response(data)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        numbered: dict[str, Any] = super().get_paginated_response_schema(schema)
        return {**numbered, "required": ["results"]}

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        numbered = super().get_schema_operation_parameters(view)
        return [*numbered, *self.keyset_class().get_schema_operation_parameters(view)]


class ArrayOrKeysetPages(PagesByOrder):
    """A plain array of the first hundred, with a ``Link`` to the rest if there is more; with
    ``?cursor=`` pages by keyset."""

    page_size = 100

    def paginate_queryset(  # type: ignore[override] # of any model, unlike the stub's
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        self._is_plain = self.cursor_query_param not in request.query_params
        return super().paginate_queryset(queryset, request, view)

    def get_paginated_response(self, data: Any) -> Response:
        if not self._is_plain:
            return super().get_paginated_response(data)
        following = self.get_next_link()
        headers = {"Link": f'<{following}>; rel="next"'} if following else {}
        return Response(data, headers=headers)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {"oneOf": [schema, super().get_paginated_response_schema(schema)]}
