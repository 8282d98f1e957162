"""Pages of conversations: pinned ones first, then the newest activity."""

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from tradepost.accounts.caller import caller
from tradepost.kit.http.keyset import BadCursor, Page
from tradepost.kit.http.pagination import KeysetPages
from tradepost.messaging.queries.conversation_rows import ConversationRow
from tradepost.messaging.queries.conversations import START, Filters, Spot, list_conversations
from tradepost.messaging.spots import read_spot, spot_beside, write_spot


class ConversationPages(KeysetPages):
    max_page_size = 100

    def answer(self, request: Request, *, filters: Filters, wants_html: bool) -> Response:
        """Return the page that the request asks for."""
        self._address = request.build_absolute_uri()
        spot = self._read_spot(request)
        stretch = list_conversations(
            user=caller(request), filters=filters, spot=spot,
            size=self._read_page_size(request), wants_html=wants_html,
        )  # fmt: skip
        came_from, has_more = spot.values is not None, stretch.has_more
        before, after = (has_more, came_from) if spot.backwards else (came_from, has_more)
        self._page: Page[ConversationRow] = Page(stretch.rows, before, after)
        return self.get_paginated_response(stretch.rows)

    def _read_spot(self, request: Request) -> Spot:
        cursor = request.query_params.get(self.cursor_query_param, "")
        try:
            return read_spot(cursor) if cursor else START
        except BadCursor as error:
            raise NotFound(self.invalid_cursor_message) from error

    def _link(self, *, backwards: bool) -> Any:
        rows = self._page.rows
        nearest = (rows[0] if backwards else rows[-1]) if rows else None
        cursor = write_spot(spot_beside(nearest, backwards=backwards))
        return replace_query_param(self._address, self.cursor_query_param, cursor)
