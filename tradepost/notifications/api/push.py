"""Browsers that take the caller's pushes."""

from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tradepost.accounts.caller import caller
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.notifications.actions.push import subscribe_to_push, unsubscribe_from_push
from tradepost.notifications.errors import PushIsOff
from tradepost.notifications.limits import PushSubscriptions
from tradepost.notifications.models import PushSubscription
from tradepost.notifications.serializers import PushSubscriptionInput, PushSubscriptionOutput


class PushKeyView(APIView):
    """The key that a browser subscribes with; 404 where the server sends no pushes."""

    @extend_schema(responses=inline_serializer("PushKey", {"public_key": serializers.CharField()}))
    def get(self, request: Request) -> Response:
        if not settings.VAPID_PRIVATE_KEY:
            raise PushIsOff
        return Response({"public_key": settings.VAPID_PUBLIC_KEY})


class PushSubscriptionViewSet(
    IdempotentPosts, mixins.ListModelMixin, viewsets.GenericViewSet[PushSubscription]
):
    """The caller's browsers, of which there are few: the list has no pages."""

    queryset = PushSubscription.objects.none()
    serializer_class = PushSubscriptionOutput
    pagination_class = None
    throttle_classes = [PushSubscriptions]
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[PushSubscription]:
        return PushSubscription.objects.visible_to(caller(self.request))

    @extend_schema(request=PushSubscriptionInput, responses={201: PushSubscriptionOutput})
    def create(self, request: Request) -> Response:
        asked = PushSubscriptionInput(data=request.data)
        asked.is_valid(raise_exception=True)
        subscription = subscribe_to_push(
            user=caller(request),
            endpoint=asked.validated_data["endpoint"],
            **asked.validated_data["keys"],
        )
        return Response(PushSubscriptionOutput(subscription).data, status=201)

    def destroy(self, request: Request, pk: UUID) -> Response:
        unsubscribe_from_push(user=caller(request), subscription_id=pk)
        return Response(status=204)
