"""The API door to conversations."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.accounts.caller import caller
from tradepost.kit.http.bodies import read_body
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.messaging.actions.conversations import (
    rename_conversation,
    set_conversation_state,
    start_conversation,
)
from tradepost.messaging.actions.members import (
    add_participant,
    leave_conversation,
    make_owner,
    remove_participant,
)
from tradepost.messaging.actions.places import arrange_conversation
from tradepost.messaging.api.conversation_pages import ConversationPages
from tradepost.messaging.api.message_pages import (
    HowShown,
    MessagesInConversation,
    conversation_messages,
)
from tradepost.messaging.limits import OF_CONVERSATIONS, Limited
from tradepost.messaging.models import Conversation
from tradepost.messaging.queries.conversations import count_unread, read_conversation
from tradepost.messaging.serializers.conversations import (
    ArrangeInput,
    ChangeConversationInput,
    ConversationListOutput,
    ConversationOutput,
    FiltersInput,
    MemberInput,
    NewMemberInput,
    StartConversationInput,
    UnreadCountOutput,
)
from tradepost.messaging.serializers.messages import MessageOutput


class ConversationViewSet(Limited, IdempotentPosts, viewsets.GenericViewSet[Conversation]):
    """The caller's conversations."""

    queryset = Conversation.objects.none()
    limits = OF_CONVERSATIONS
    serializer_class = ConversationListOutput
    pagination_class = ConversationPages
    lookup_value_converter = "uuid"

    @extend_schema(parameters=[FiltersInput, HowShown])
    def list(self, request: Request) -> Response:
        asked = FiltersInput(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        return ConversationPages().answer(
            request, wants_html=_wants_html(request), **asked.validated_data
        )

    @extend_schema(parameters=[HowShown], responses=ConversationOutput)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        return _shown(request, pk)

    @extend_schema(request=StartConversationInput, responses={201: ConversationOutput})
    def create(self, request: Request) -> Response:
        """Start a conversation; with one person and no title it is found if there is one."""
        asked = read_body(request, StartConversationInput)
        conversation = start_conversation(starter=caller(request), **asked)
        answer = _shown(request, conversation.pk, status=status.HTTP_201_CREATED)
        answer["Location"] = request.build_absolute_uri(f"{conversation.pk}/")
        return answer

    @extend_schema(request=ChangeConversationInput, responses=ConversationOutput)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change the title (its owner), or the state (everybody in it)."""
        asked = read_body(request, ChangeConversationInput)
        if "title" in asked:
            rename_conversation(owner=caller(request), conversation_id=pk, **asked)
        else:
            set_conversation_state(
                user=caller(request), conversation_id=pk, now=timezone.now(), **asked
            )
        return _shown(request, pk)

    @extend_schema(parameters=[HowShown], responses=MessageOutput(many=True))
    @action(["get"], detail=True, pagination_class=MessagesInConversation)
    def messages(self, request: Request, pk: UUID) -> Response:
        """The messages of one conversation, newest first."""
        return conversation_messages(request, pk)

    @extend_schema(request=NewMemberInput, responses=ConversationOutput)
    @action(["post"], detail=True)
    def add_participant(self, request: Request, pk: UUID) -> Response:
        """Take somebody in; they see what is said from now on, or all of it."""
        asked = read_body(request, NewMemberInput)
        add_participant(owner=caller(request), conversation_id=pk, **asked)
        return _shown(request, pk)

    @extend_schema(request=MemberInput, responses=ConversationOutput)
    @action(["post"], detail=True)
    def remove_participant(self, request: Request, pk: UUID) -> Response:
        """Take somebody out; they may go on reading what they could see until now."""
        asked = read_body(request, MemberInput)
        remove_participant(owner=caller(request), conversation_id=pk, **asked)
        return _shown(request, pk)

    @extend_schema(request=None, responses=ConversationOutput)
    @action(["post"], detail=True)
    def leave(self, request: Request, pk: UUID) -> Response:
        """Go out of a conversation; the caller may go on reading what was said until now."""
        leave_conversation(user=caller(request), conversation_id=pk)
        return _shown(request, pk)

    @extend_schema(request=MemberInput, responses=ConversationOutput)
    @action(["post"], detail=True)
    def make_owner(self, request: Request, pk: UUID) -> Response:
        """Let somebody else own it too."""
        asked = read_body(request, MemberInput)
        make_owner(owner=caller(request), conversation_id=pk, **asked)
        return _shown(request, pk)

    @extend_schema(request=ArrangeInput, responses=ConversationOutput)
    @action(["patch"], detail=True)
    def my(self, request: Request, pk: UUID) -> Response:
        """Archive, pin, mute: for the caller alone."""
        asked = read_body(request, ArrangeInput)
        arrange_conversation(user=caller(request), conversation_id=pk, now=timezone.now(), **asked)
        return _shown(request, pk)

    @extend_schema(filters=False, responses=UnreadCountOutput)
    @action(["get"], detail=False, pagination_class=None)
    def unread_count(self, request: Request) -> Response:
        """What is unread in the conversations that are not archived."""
        return Response(count_unread(user=caller(request)))


def _shown(request: Request, conversation_id: UUID, *, status: int = 200) -> Response:
    shown: Any = read_conversation(
        user=caller(request), conversation_id=conversation_id, wants_html=_wants_html(request)
    )
    return Response(shown, status=status)


def _wants_html(request: Request) -> bool:
    asked = HowShown(data=request.query_params.dict())
    asked.is_valid(raise_exception=True)
    return bool(asked.validated_data["html"])
