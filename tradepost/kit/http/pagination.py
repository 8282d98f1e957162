"""Pages of lists: numbered with a count where the contract asks for it, keyset where lists grow."""

from typing import Any

from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.fields import IntegerField
from rest_framework.pagination import BasePagination, PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from tradepost.kit.http.keyset import (
    BadCursor,
    Place,
    fixed_keys,
    keys_of,
    place_beside,
    read_cursor,
    read_page,
    write_cursor,
)


class NumberedPages(PageNumberPagination):
    """``?page=``: ten a page with a count."""

    page_size = 10


class PagesByOrder(BasePagination):
    """``?cursor=``: pages by keyset; page 10,000 costs what page 1 costs, and there is no count.

    They are in the order of the query set, or always by ``ordering``: columns of the table that
    are never null and together tell all rows apart. One that is null only in rows that this list
    leaves out is named in ``filled``. ``max_page_size`` lets clients say ``?page_size=`` up to it.
    """

    page_size = 10
    max_page_size: int | None = None
    ordering: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    cursor_query_param = "cursor"
    cursor_description = "Pages without a count: empty for the first, then as `next` says."
    invalid_cursor_message = "Invalid cursor"
    page_size_query_param = "page_size"

    def paginate_queryset(  # type: ignore[override] # of any model, unlike the stub's
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        self._address = request.build_absolute_uri()
        fixed = fixed_keys(queryset.model, self.ordering, filled=self.filled)
        self._keys = fixed or keys_of(queryset)
        place = self._read_place(queryset.model, request)
        self._page = read_page(queryset, self._keys, place, self._read_page_size(request))
        return self._page.rows

    def value_of(self, row: Any, name: str) -> Any:
        """Return what a row has in a column; override it for rows that are no model instances."""
        return getattr(row, name)

    def get_next_link(self) -> str | None:
        """Return the address of what comes after this page; None at the end."""
        return self._link(backwards=False) if self._page.has_after else None

    def get_previous_link(self) -> str | None:
        """Return the address of what comes before this page; None at the beginning."""
        return self._link(backwards=True) if self._page.has_before else None

    def get_paginated_response(self, data: Any) -> Response:
        links = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        return Response({**links, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "nullable": True, "format": "uri"}
        properties = {"next": link, "previous": link, "results": schema}
        return {"type": "object", "required": ["results"], "properties": properties}

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        cursor = _parameter(self.cursor_query_param, self.cursor_description, type="string")
        if self.max_page_size is None:
            return [cursor]
        sizes = {"type": "integer", "minimum": 1, "maximum": self.max_page_size}
        said = f"How many to a page, {self.page_size} if nothing is said."
        return [cursor, _parameter(self.page_size_query_param, said, **sizes)]

    def _read_place(self, model: type[Model], request: Request) -> Place:
        cursor = request.query_params.get(self.cursor_query_param, "")
        try:
            return read_cursor(model, self._keys, cursor) if cursor else Place()
        except BadCursor as error:
            raise NotFound(self.invalid_cursor_message) from error

    def _read_page_size(self, request: Request) -> int:
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None or self.max_page_size is None:
            return self.page_size
        try:
            sizes = IntegerField(min_value=1, max_value=self.max_page_size)
            return int(sizes.run_validation(asked))
        except ValidationError as error:
            raise ValidationError({self.page_size_query_param: error.detail}) from error

    def _link(self, *, backwards: bool) -> str:
        place = place_beside(self._page, self._keys, backwards=backwards, value_of=self.value_of)
        address = remove_query_param(self._address, "page")
        return replace_query_param(
            address, self.cursor_query_param, write_cursor(self._keys, place)
        )


class KeysetPages(PagesByOrder):
    """Twenty a page, newest first; a subclass may say another ``ordering``."""

    page_size = 20
    ordering: tuple[str, ...] = ("-created_at", "-id")
    cursor_description = "The pagination cursor value."


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


def _parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:
    """Return how OpenAPI says that a list takes this in its query."""
    said = {"name": name, "in": "query", "required": False}
    return {**said, "schema": schema, "description": description}
