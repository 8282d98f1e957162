"""Pages of messages, newest first; those of one conversation are kept for a minute.

What is kept is never stale and never another reader's: its key names the reader, their place in the
conversation, whom they block, and the version of the conversation, which rises with all that
changes what is shown. Place and version are asked for anew each time. Only the names of people may
be a minute old.
"""

import hashlib
from typing import Any
from uuid import UUID

import orjson
from django.core.cache import cache
from django.utils.http import parse_etags
from django.utils.translation import get_language
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.accounts.caller import caller
from tradepost.kit.http.json import encode
from tradepost.kit.http.keyset import Page, Place
from tradepost.kit.http.pagination import KeysetPages
from tradepost.messaging.models import Message
from tradepost.messaging.queries.messages import (
    MOST_COUNTED,
    ReadingPlace,
    find_place,
    list_rows_of_conversation,
)
from tradepost.messaging.rows import COLUMNS, Reader, reader_of, shown_messages

KEPT_SECONDS = 60
PARAMS = {"cursor", "page_size", "html", "format"}
MOST_KEPT_BYTES = 262_144  # larger pages are rare, and one address more makes one page more
FORM = 2  # of what is kept: another one when messages are shown in another way
Kept = tuple[str, bytes]  # its ETag, and the page as JSON


class HowShown(serializers.Serializer[Any]):
    html = serializers.BooleanField(
        default=False, help_text="Show `message_html` too: the text as safe HTML."
    )


class MessagePages(KeysetPages):
    """Pages of message rows, over all of a reader's conversations."""

    ordering: tuple[str, ...] = ("-sent_at", "-id")
    max_page_size = 100

    def value_of(self, row: Any, name: str) -> Any:
        return row[COLUMNS.index(name)]


class MessagesInConversation(MessagePages):
    """Pages of what somebody sees of one conversation."""

    ordering = ("-seq",)

    def read(self, place: ReadingPlace, request: Request) -> list[Any]:
        """Return the rows of the page that is asked for, by a query that was built before."""
        self._address, self._keys = request.build_absolute_uri(), self.ordering
        at, size = self._read_place(Message, request), self._read_page_size(request)
        bound = {"after" if at.backwards else "before": at.values[0]} if at.values else {}
        found = list_rows_of_conversation(
            place=place, limit=size + 1, oldest_first=at.backwards, **bound
        )
        self._page = _page_of(found, at, size)
        return self._page.rows


class UnreadPages(KeysetPages):
    """Pages of what is unread, which ``UnreadMessagesManager`` gives as model instances."""

    ordering = MessagePages.ordering
    max_page_size = 100

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        described = super().get_paginated_response_schema(schema)
        described["properties"]["unread_count"] = {"type": "integer", "maximum": MOST_COUNTED}
        return described


def reader_for(request: Request) -> Reader:
    """Return the caller as a reader; one query."""
    return reader_of(caller(request).pk, wants_html=wants_html(request))


def wants_html(request: Request) -> bool:
    """Return whether the caller asks for ``?html=true``."""
    if "html" not in request.query_params:
        return False
    asked = HowShown(data=request.query_params.dict())
    asked.is_valid(raise_exception=True)
    return bool(asked.validated_data["html"])


def conversation_messages(request: Request, pk: UUID) -> Response:
    """Return a page of the messages of one conversation, as ``GET conversations/{id}/messages/``.

    Raises NoSuchConversation, also for who has no place in it any more.
    """
    place = find_place(user_id=caller(request).pk, conversation_id=pk)
    key = _key_of(request, place)
    kept: Kept | None = cache.get(key)
    if kept is None:
        content = encode(_make_page(request, place))
        kept = f'"{hashlib.blake2b(content, digest_size=16).hexdigest()}"', content
        # Not for an address that only somebody who wants to fill the memory would make up.
        if len(content) <= MOST_KEPT_BYTES and request.query_params.keys() <= PARAMS:
            cache.set(key, kept, KEPT_SECONDS)
    etag, content = kept
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if etag in _tags_of_client(request):
        return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(orjson.Fragment(content), headers=headers)


def _make_page(request: Request, place: ReadingPlace) -> Any:
    reader = reader_for(request)
    pages = MessagesInConversation()
    return pages.get_paginated_response(shown_messages(pages.read(place, request), reader)).data


def _page_of(found: list[Any], at: Place, size: int) -> Page[Any]:
    """Return the page of what was found beside a place, one row more than is shown if there is."""
    has_more, came_from, rows = len(found) > size, bool(at.values), found[:size]
    if at.backwards:
        return Page(rows[::-1], has_before=has_more, has_after=came_from)
    return Page(rows, has_before=came_from, has_after=has_more)


def _key_of(request: Request, place: ReadingPlace) -> str:
    """The address is whole, because links to other pages are, and the house speaks languages."""
    said = repr((FORM, place, request.build_absolute_uri(), get_language()))
    return f"messages:{hashlib.blake2b(said.encode(), digest_size=32).hexdigest()}"


def _tags_of_client(request: Request) -> list[str]:
    tags = parse_etags(request.headers.get("If-None-Match", ""))
    return [tag.removeprefix("W/") for tag in tags]
