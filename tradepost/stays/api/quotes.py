"""What one asks of a place before one books it: what a stay costs, and its host."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tradepost.accounts.caller import caller, caller_or_none
from tradepost.kit import clock
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.messaging.queries.conversations import read_conversation
from tradepost.messaging.serializers.conversations import ConversationOutput
from tradepost.stays.actions.conversations import ask_host
from tradepost.stays.limits import Questions
from tradepost.stays.models import Property
from tradepost.stays.queries.offers import offer_stay
from tradepost.stays.quotes import Stay
from tradepost.stays.serializers.prices import QuoteOutput, StayInput


class QuoteView(APIView):
    """What a stay costs, line by line, with a signed word that it will for half an hour."""

    permission_classes = [AllowAny]

    @extend_schema(parameters=[StayInput], responses=QuoteOutput)
    def get(self, request: Request, property_pk: str) -> Response:
        """Say what a stay would cost; 400 for dates or guests that the place does not take."""
        places = Property.objects.visible_to(caller_or_none(request))
        place = get_object_or_404(places.prefetch_related("seasons"), pk=property_pk)
        asked = StayInput(data=request.query_params)
        asked.is_valid(raise_exception=True)
        offer = offer_stay(place=place, stay=Stay(**asked.validated_data), now=clock.now())
        return Response(QuoteOutput(offer).data)


class QuestionView(IdempotentPosts, APIView):
    """Asking the host about a place."""

    throttle_classes = [Questions]

    @extend_schema(request=None, responses=ConversationOutput)
    def post(self, request: Request, property_pk: str) -> Response:
        """Open the conversation with the host; a second time gives the same one."""
        places = Property.objects.visible_to(caller(request)).select_related("host")
        place = get_object_or_404(places, pk=property_pk)
        talk = ask_host(guest=caller(request), place=place)
        shown: Any = read_conversation(user=caller(request), conversation_id=talk.pk)
        return Response(shown)
