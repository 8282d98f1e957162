"""The API door to notifications."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.accounts.caller import caller
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.pagination import KeysetPages
from tradepost.notifications.actions.notifications import (
    mark_all_notifications_read,
    mark_notification_read,
)
from tradepost.notifications.kinds import link_for, sentence_for
from tradepost.notifications.models import Notification


class NotificationOutput(serializers.ModelSerializer[Notification]):
    text = serializers.SerializerMethodField()
    link = serializers.SerializerMethodField()
    is_read = serializers.SerializerMethodField()

    class Meta:
        model = Notification
        fields = ["id", "kind", "text", "link", "data", "is_read", "created_at"]
        read_only_fields = fields

    def get_text(self, notification: Notification) -> str:
        return sentence_for(notification)

    def get_link(self, notification: Notification) -> str:
        return link_for(notification)

    def get_is_read(self, notification: Notification) -> bool:
        return notification.read_at is not None


class NotificationViewSet(
    IdempotentPosts, mixins.ListModelMixin, viewsets.GenericViewSet[Notification]
):
    """What the caller was told, newest first."""

    queryset = Notification.objects.none()
    serializer_class = NotificationOutput
    pagination_class = KeysetPages
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Notification]:
        mine = Notification.objects.visible_to(caller(self.request))
        return mine.select_related("actor")

    @extend_schema(request=None, responses=NotificationOutput)
    @action(["patch"], detail=True)
    def mark_as_read(self, request: Request, pk: UUID) -> Response:
        notification = mark_notification_read(
            user=caller(request), notification_id=pk, now=timezone.now()
        )
        return Response(NotificationOutput(notification).data)

    @extend_schema(
        request=None,
        responses=inline_serializer("MarkedRead", {"marked": serializers.IntegerField()}),
    )
    @action(["post"], detail=False)
    def mark_all_as_read(self, request: Request) -> Response:
        marked = mark_all_notifications_read(user=caller(request), now=timezone.now())
        return Response({"marked": marked})
