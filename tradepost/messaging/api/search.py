"""The API door to searching messages."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tradepost.accounts.caller import caller
from tradepost.kit.http.pagination import KeysetPages
from tradepost.kit.replica import reads_from_replica
from tradepost.messaging.api.message_pages import HowShown, reader_for
from tradepost.messaging.limits import Searches
from tradepost.messaging.models import Message
from tradepost.messaging.queries.search import find_messages, list_rows
from tradepost.messaging.rows import shown_messages
from tradepost.messaging.search_words import OPERATORS, read_search
from tradepost.messaging.serializers.search import FoundMessageOutput
from tradepost.messaging.snippets import make_snippet

SAID = {
    "q": "Words, all of which are found; a quoted phrase; `-word`; and the operators below, such "
    'as `from:bob`, `in:"the boat"`, `has:link`, `after:2026-05-31`.',
    "from": "A user name, or `me`; of several, any.",
    "in": "A conversation: its id, `@name` for the talk with somebody, or part of its title.",
    "has": "`attachment`, `link` or `picture`; of several, all.",
    "before": "A day, in UTC: what was sent before it began.",
    "after": "A day, in UTC: what was sent after it ended.",
}
ASKED = [
    OpenApiParameter(name, OpenApiTypes.STR, many=name in ("from", "in", "has"), description=said)
    for name, said in SAID.items()
]


class SearchPages(KeysetPages):
    ordering = ("-id",)
    max_page_size = 50

    def paginate_looks(self, looks: Sequence[QuerySet[Message]], request: Request) -> list[Message]:
        """Return the page of the first look that fills it, or else of the last, which sees all.

        Looks before it see the newest alone: not what comes just before a place further back.
        """
        *quick, whole = looks
        for look in quick:
            page = self.paginate_queryset(look, request)
            if self._page.has_after and not self._read_place(Message, request).backwards:
                return page
        return self.paginate_queryset(whole, request)


class SearchView(APIView):
    """Messages of the caller's conversations by what they say."""

    throttle_classes = [Searches]
    pagination_class = SearchPages

    @extend_schema(parameters=[*ASKED, HowShown], responses=FoundMessageOutput(many=True))
    @reads_from_replica
    def get(self, request: Request) -> Response:
        """Newest first; case and accents do not matter, the beginning of a word is enough."""
        given = {name: request.query_params.getlist(name) for name in OPERATORS}
        search = read_search(request.query_params.get("q", ""), given)
        user, reader, pages = caller(request), reader_for(request), SearchPages()
        looks = find_messages(user=user, reader=reader, search=search)
        page = pages.paginate_looks([look.only("id") for look in looks], request)
        rows = list_rows(user=user, message_ids=[message.pk for message in page])
        shown: list[Any] = [
            {**message, "snippet": make_snippet(str(message["message_body"]), search.words)}
            for message in shown_messages(rows, reader)
        ]
        return pages.get_paginated_response(shown)
