"""The list of what the caller was told."""

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
    mark_group_read,
    mark_notification_read,
)
from tradepost.notifications.models import Notification
from tradepost.notifications.queries import MOST_COUNTED, count_unread, describe_groups
from tradepost.notifications.serializers import (
    GroupInput,
    GroupOutput,
    NotificationOutput,
    NotificationsInput,
)

MARKED = inline_serializer("MarkedRead", {"marked": serializers.IntegerField()})
COUNT = serializers.IntegerField(help_text=f"At most {MOST_COUNTED}, which may be more.")


class NotificationViewSet(
    IdempotentPosts, mixins.ListModelMixin, viewsets.GenericViewSet[Notification]
):
    """What the caller was told, newest first."""

    queryset = Notification.objects.none()
    serializer_class = NotificationOutput
    pagination_class = KeysetPages
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Notification]:
        mine = Notification.objects.visible_to(caller(self.request)).select_related("actor")
        return self._narrowed(mine)

    @extend_schema(parameters=[NotificationsInput])
    def list(self, request: Request) -> Response:
        return super().list(request)

    @extend_schema(responses=GroupOutput(many=True))
    @action(["get"], detail=False)
    def grouped(self, request: Request) -> Response:
        """One row for each group, of the newest 2,000 notifications."""
        mine = Notification.objects.visible_to(caller(request)).recent()
        newest = self.paginate_queryset(mine.newest_of_groups().select_related("actor"))
        groups = describe_groups(newest=newest or [], among=mine)
        return self.get_paginated_response(GroupOutput(groups, many=True).data)

    @extend_schema(
        filters=False, responses=inline_serializer("UnreadNotifications", {"count": COUNT})
    )
    @action(["get"], detail=False, pagination_class=None)
    def unread_count(self, request: Request) -> Response:
        return Response({"count": count_unread(user=caller(request))})

    @extend_schema(request=None, responses=NotificationOutput)
    @action(["patch"], detail=True)
    def mark_as_read(self, request: Request, pk: UUID) -> Response:
        notification = mark_notification_read(
            user=caller(request), notification_id=pk, now=timezone.now()
        )
        return Response(NotificationOutput(notification).data)

    @extend_schema(request=None, responses=MARKED)
    @action(["post"], detail=False)
    def mark_all_as_read(self, request: Request) -> Response:
        marked = mark_all_notifications_read(user=caller(request), now=timezone.now())
        return Response({"marked": marked})

    @extend_schema(request=GroupInput, responses=MARKED)
    @action(["post"], detail=False)
    def mark_group_as_read(self, request: Request) -> Response:
        asked = GroupInput(data=request.data)
        asked.is_valid(raise_exception=True)
        marked = mark_group_read(user=caller(request), now=timezone.now(), **asked.validated_data)
        return Response({"marked": marked})

    def _narrowed(self, mine: QuerySet[Notification]) -> QuerySet[Notification]:
        asked = NotificationsInput(data=self.request.query_params.dict())
        asked.is_valid(raise_exception=True)
        if "unread" in asked.validated_data:
            mine = mine.filter(read_at__isnull=asked.validated_data["unread"])
        if "kind" in asked.validated_data:
            mine = mine.filter(kind=asked.validated_data["kind"])
        return mine
