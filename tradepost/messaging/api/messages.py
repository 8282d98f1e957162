"""The API door to messages."""

import re
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.accounts.caller import caller
from tradepost.accounts.serializers import PersonOutput
from tradepost.kit.http.bodies import read_body
from tradepost.kit.http.idempotency import REPLAYED, IdempotentPosts
from tradepost.kit.http.pagination import KeysetPages
from tradepost.messaging.actions.edits import delete_message, edit_message, restore_message
from tradepost.messaging.actions.messages import Sent, send_message, write_to
from tradepost.messaging.actions.reactions import add_reaction, remove_reaction
from tradepost.messaging.actions.reading import (
    mark_conversation_read,
    mark_message_read,
    mark_unread_from,
)
from tradepost.messaging.actions.saying import press_button
from tradepost.messaging.api.message_pages import (
    HowShown,
    MessagePages,
    MessagesInConversation,
    UnreadPages,
    reader_for,
    wants_html,
)
from tradepost.messaging.limits import OF_MESSAGES, Limited
from tradepost.messaging.models import Message
from tradepost.messaging.queries.messages import (
    count_unread,
    get_row,
    list_history,
    list_readers,
    list_replies,
    list_unread,
    rows_of_reader,
)
from tradepost.messaging.rows import Reader, Shown, message_shown, row_of, shown_messages
from tradepost.messaging.serializers.messages import (
    EditMessageInput,
    HistoryOutput,
    MarkReadInput,
    MessageOutput,
    OfConversation,
    PressInput,
    ReactionInput,
    SendMessageInput,
    ThreadInput,
    ThreadOutput,
)
from tradepost.messaging.threads import as_forest

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The version that the editor saw."
)
NEVER = 0  # the version of no message
VERSION = re.compile(r"\d{1,10}", re.ASCII)


class HistoryPages(KeysetPages):
    ordering = ("-version",)
    max_page_size = 100


class MessageViewSet(Limited, IdempotentPosts, viewsets.GenericViewSet[Message]):
    """The messages of the caller's conversations."""

    queryset = Message.objects.none()
    limits = OF_MESSAGES
    serializer_class = MessageOutput
    pagination_class = MessagePages
    lookup_value_converter = "uuid"

    @extend_schema(parameters=[OfConversation, HowShown])
    def list(self, request: Request) -> Response:
        """What the caller sees of all their conversations, or of one; newest first."""
        asked = OfConversation(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        pages = MessagesInConversation() if asked.validated_data else MessagePages()
        rows = rows_of_reader(user=caller(request), **asked.validated_data)
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(shown_messages(page, reader_for(request)))

    @extend_schema(parameters=[HowShown])
    def retrieve(self, request: Request, pk: UUID) -> Response:
        return self._answer(pk)

    @extend_schema(request=SendMessageInput, responses={201: MessageOutput}, parameters=[HowShown])
    def create(self, request: Request) -> Response:
        """Send a message. The same ``client_id`` again gives the same 201 and sends nothing."""
        sent = self._send(**read_body(request, SendMessageInput))
        if sent.repeated:
            return self._answer(sent.message.pk, status.HTTP_201_CREATED, {REPLAYED: "true"})
        reader = Reader(caller(request).pk, wants_html=wants_html(request))
        shown = message_shown(sent.message, reader)
        return _with_version(shown, status.HTTP_201_CREATED)

    @extend_schema(request=EditMessageInput, parameters=[IF_MATCH, HowShown])
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change the text of one's own message; what it said before stays in its history."""
        asked = read_body(request, EditMessageInput)
        version = _read_if_match(request) if "If-Match" in request.headers else asked["version"]
        edit_message(
            editor=caller(request), message_id=pk, body=asked["body"], version=version,
            now=timezone.now(),
        )  # fmt: skip
        return self._answer(pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take one's own message back; a place-holder stays."""
        delete_message(deleter=caller(request), message_id=pk, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None)
    @action(["post"], detail=True)
    def restore(self, request: Request, pk: UUID) -> Response:
        """Bring a message back that one has taken back a short while ago."""
        restore_message(restorer=caller(request), message_id=pk)
        return self._answer(pk)

    @extend_schema(responses=HistoryOutput(many=True))
    @action(["get"], detail=True, pagination_class=HistoryPages)
    def history(self, request: Request, pk: UUID) -> Response:
        """What a message said earlier, newest first."""
        message = get_row(user=caller(request), message_id=pk)
        rows = list_history(message=message, reader=reader_for(request))
        pages = HistoryPages()
        shown = HistoryOutput(pages.paginate_queryset(rows, request), many=True)  # type: ignore[arg-type] # many of them
        return pages.get_paginated_response(shown.data)

    @extend_schema(parameters=[ThreadInput, HowShown], responses=ThreadOutput)
    @action(["get"], detail=True, pagination_class=None)
    def thread(self, request: Request, pk: UUID) -> Response:
        """A message and all replies below it, as a tree, in the order in which they were said."""
        asked = ThreadInput(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        start = get_row(user=caller(request), message_id=pk)
        replies, more = list_replies(user=caller(request), message=start, **asked.validated_data)
        is_first = asked.validated_data["after"] < start.seq
        rows = [start, *replies] if is_first else replies
        shown = shown_messages(rows, reader_for(request))
        forest = as_forest(shown)
        return Response(
            {
                "message": forest.trees[0] if is_first else None,
                "replies": [] if is_first else forest.trees,
                "further": forest.further,
                "more": more,
                "after": shown[-1]["seq"] if shown else asked.validated_data["after"],
            }
        )

    @extend_schema(parameters=[HowShown])
    @action(["get"], detail=False, pagination_class=UnreadPages)
    def unread(self, request: Request) -> Response:
        """What others wrote that the caller has not read, newest first; and how much it is."""
        page = self.paginate_queryset(list_unread(user=caller(request))) or []
        rows = [row_of(message, read_up_to=message.seq - 1) for message in page]
        answer = self.get_paginated_response(shown_messages(rows, reader_for(request)))
        answer.data["unread_count"] = count_unread(user=caller(request))
        return answer

    @extend_schema(request=None)
    @action(["patch"], detail=True)
    def mark_as_read(self, request: Request, pk: UUID) -> Response:
        """Have read up to this message."""
        mark_message_read(reader=caller(request), message_id=pk)
        return self._answer(pk)

    @extend_schema(request=None)
    @action(["post"], detail=True)
    def mark_as_unread(self, request: Request, pk: UUID) -> Response:
        """Have this message and what came after it count as unread, until one reads on."""
        mark_unread_from(reader=caller(request), message_id=pk)
        return self._answer(pk)

    @extend_schema(
        request=MarkReadInput,
        responses=inline_serializer("ReadUpTo", {"last_read_seq": serializers.IntegerField()}),
    )
    @action(["post"], detail=False)
    def mark_conversation_as_read(self, request: Request) -> Response:
        asked = read_body(request, MarkReadInput)
        seq = mark_conversation_read(reader=caller(request), **asked)
        return Response({"last_read_seq": seq})

    @extend_schema(request=ReactionInput, responses=MessageOutput)
    @action(["post"], detail=True)
    def reactions(self, request: Request, pk: UUID) -> Response:
        """Put an emoji below a message; the same one again changes nothing."""
        add_reaction(user=caller(request), message_id=pk, **read_body(request, ReactionInput))
        return self._answer(pk)

    @extend_schema(parameters=[ReactionInput], responses={204: None})
    @reactions.mapping.delete
    def remove_reaction(self, request: Request, pk: UUID) -> Response:
        """Take one's emoji away, named in the query or in the body."""
        said = {**request.query_params.dict(), **_named_in(request.data)}
        asked = ReactionInput(data=said)
        asked.is_valid(raise_exception=True)
        remove_reaction(user=caller(request), message_id=pk, **asked.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=PersonOutput(many=True))
    @action(["get"], detail=True, pagination_class=None)
    def receipts(self, request: Request, pk: UUID) -> Response:
        """Who else has read a message."""
        message = get_row(user=caller(request), message_id=pk)
        readers = list_readers(user=caller(request), message=message)
        return Response(PersonOutput(readers, many=True).data)  # type: ignore[arg-type] # many of them

    @extend_schema(request=PressInput, responses=MessageOutput)
    @action(["post"], detail=True)
    def press(self, request: Request, pk: UUID) -> Response:
        """Press a button of a card."""
        press_button(presser=caller(request), message_id=pk, **read_body(request, PressInput))
        return self._answer(pk)

    def _send(
        self, *, conversation_id: UUID | None, recipient_id: UUID | None, parent_id: UUID | None,
        **message: Any,
    ) -> Sent:  # fmt: skip
        sender = caller(self.request)
        if recipient_id is not None:
            return write_to(sender=sender, recipient_id=recipient_id, **message)
        assert conversation_id is not None  # SendMessageInput has one of them
        return send_message(
            sender=sender, conversation_id=conversation_id, parent_id=parent_id, **message
        )

    def _answer(
        self, pk: UUID, code: int = status.HTTP_200_OK, headers: dict[str, str] | None = None
    ) -> Response:
        """Answer with a message as it is now."""
        row = get_row(user=caller(self.request), message_id=pk)
        [shown] = shown_messages([row], reader_for(self.request))
        return _with_version(shown, code, headers)


def _with_version(shown: Shown, code: int, headers: dict[str, str] | None = None) -> Response:
    return Response(
        shown, status=code, headers={"ETag": f'"{shown["version"]}"', **(headers or {})}
    )


def _read_if_match(request: Request) -> int | None:
    """Return the version that the editor saw; None for ``*``, NEVER for what is none of ours."""
    tags = parse_etags(request.headers["If-Match"])
    if tags == ["*"]:
        return None
    if len(tags) != 1:
        raise serializers.ValidationError({"If-Match": ['One version, as the ETag says it: "3".']})
    seen = tags[0].strip('"')
    return int(seen) if VERSION.fullmatch(seen) else NEVER


def _named_in(body: Any) -> dict[str, Any]:
    return {"emoji": body["emoji"]} if isinstance(body, dict) and "emoji" in body else {}
