"""The API door to messaging."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.accounts.caller import caller
from tradepost.kit.http.bodies import read_body
from tradepost.kit.http.idempotency import REPLAYED, IdempotentPosts
from tradepost.kit.http.pagination import KeysetPages
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.messages import send_message
from tradepost.messaging.actions.reading import mark_conversation_read
from tradepost.messaging.models import Conversation, Message
from tradepost.messaging.queries import list_conversations, list_messages, read_conversation
from tradepost.messaging.serializers import (
    ConversationListOutput,
    ConversationOutput,
    MessageOutput,
    SendMessageInput,
    StartConversationInput,
)


class ConversationPages(KeysetPages):
    ordering = ("-updated_at", "-id")


class MessagePages(KeysetPages):
    ordering = ("-sent_at", "-id")


class MessagesInConversation(KeysetPages):
    ordering = ("-seq",)


class ConversationViewSet(
    IdempotentPosts, mixins.ListModelMixin, viewsets.GenericViewSet[Conversation]
):
    """The caller's conversations."""

    queryset = Conversation.objects.none()
    serializer_class = ConversationListOutput
    pagination_class = ConversationPages
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Conversation]:
        return list_conversations(user=caller(self.request))

    @extend_schema(responses=ConversationOutput)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        return Response(self._shown(pk))

    @extend_schema(request=StartConversationInput, responses={201: ConversationOutput})
    def create(self, request: Request) -> Response:
        asked = read_body(request, StartConversationInput)
        conversation = start_conversation(starter=caller(request), **asked)
        return Response(self._shown(conversation.pk), status=status.HTTP_201_CREATED)

    @extend_schema(responses=MessageOutput(many=True))
    @action(["get"], detail=True)
    def messages(self, request: Request, pk: UUID) -> Response:
        """The messages of one conversation, newest first."""
        read_conversation(user=caller(request), conversation_id=pk)
        pages = MessagesInConversation()
        rows = list_messages(user=caller(request)).filter(conversation_id=pk)
        page = pages.paginate_queryset(rows, request, view=self)
        shown = MessageOutput(page, many=True).data  # type: ignore[arg-type] # many of them
        return pages.get_paginated_response(shown)

    def _shown(self, conversation_id: UUID) -> Any:
        conversation = read_conversation(user=caller(self.request), conversation_id=conversation_id)
        return ConversationOutput(conversation).data


class OfConversation(serializers.Serializer[Any]):
    conversation_id = serializers.UUIDField()


class MarkReadInput(serializers.Serializer[Any]):
    conversation_id = serializers.UUIDField()
    up_to_seq = serializers.IntegerField(min_value=0, max_value=2**63 - 1, required=False)


class MessageViewSet(
    IdempotentPosts,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Message],
):
    """The messages of the caller's conversations."""

    queryset = Message.objects.none()
    serializer_class = MessageOutput
    pagination_class = MessagePages
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Message]:
        rows = list_messages(user=caller(self.request))
        if "conversation_id" in self.request.query_params:
            asked = OfConversation(data=self.request.query_params.dict())
            asked.is_valid(raise_exception=True)
            rows = rows.filter(**asked.validated_data)
        return rows

    @extend_schema(parameters=[OpenApiParameter("conversation_id", OpenApiTypes.UUID)])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=SendMessageInput, responses={201: MessageOutput})
    def create(self, request: Request) -> Response:
        """Send a message. The same ``client_id`` again gives the same 201 and sends nothing."""
        sent = send_message(sender=caller(request), **read_body(request, SendMessageInput))
        headers = {REPLAYED: "true"} if sent.repeated else {}
        shown = MessageOutput(sent.message).data
        return Response(shown, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(
        request=MarkReadInput,
        responses=inline_serializer("ReadUpTo", {"last_read_seq": serializers.IntegerField()}),
    )
    @action(["post"], detail=False)
    def mark_conversation_as_read(self, request: Request) -> Response:
        asked = read_body(request, MarkReadInput)
        seq = mark_conversation_read(reader=caller(request), **asked)
        return Response({"last_read_seq": seq})
