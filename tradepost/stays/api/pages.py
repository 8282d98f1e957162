"""Pages of places that were looked for."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.kit.http.pagination import KeysetPages
from tradepost.kit.http.paths import root_of
from tradepost.stays.found import Keys, read_found
from tradepost.stays.models import Property
from tradepost.stays.queries.wishes import Question, Wish
from tradepost.stays.rows import Row, places_as_json, value_in


class FoundPages(KeysetPages):
    max_page_size = 100

    def answer(self, request: Request, *, question: Question, wish: Wish, keys: Keys) -> Response:
        """Return the page that the request asks for."""
        self._address = request.build_absolute_uri()
        self._keys = keys
        place, size = self._read_place(Property, request), self._read_page_size(request)
        self._page = read_found(question, keys, place, size)
        shown = places_as_json(
            self._page.rows, start=wish.start, end=wish.end, root=root_of(request)
        )
        return self.get_paginated_response(shown)

    def value_of(self, row: Row, name: str) -> Any:
        return value_in(row, name)
