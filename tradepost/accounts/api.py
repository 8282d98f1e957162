"""The API door to accounts: djoser's contract, tokens, and people by name."""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.db.models import QuerySet
from djoser.views import UserViewSet
from rest_framework import filters, mixins, viewsets
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.throttling import BaseThrottle
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from tradepost.accounts.actions.users import close_account, register_user
from tradepost.accounts.caller import caller
from tradepost.accounts.errors import LockedOut
from tradepost.accounts.models import User
from tradepost.accounts.serializers import PersonOutput
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.pagination import KeysetPages
from tradepost.kit.http.throttling import Registrations


class AccountViewSet(IdempotentPosts, UserViewSet):  # type: ignore[misc]
    """djoser's endpoints; registering and leaving go through our actions."""

    def get_throttles(self) -> list[BaseThrottle]:
        return [Registrations()] if self.action == "create" else []

    def perform_create(self, serializer: BaseSerializer[User], *args: Any, **kwargs: Any) -> None:
        serializer.instance = register_user(**serializer.validated_data)

    def perform_destroy(self, instance: User) -> None:
        close_account(user=instance)


class TokenCreate(TokenObtainPairView):
    """Give tokens for a user name and a password; 429 after too many wrong ones."""

    permission_classes = (AllowAny,)  # type: ignore[assignment]

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        name = request.data.get("username") if isinstance(request.data, dict) else None
        try:
            return super().post(request, *args, **kwargs)
        finally:
            if name and not AxesProxyHandler.is_allowed(request, {"username": str(name)}):
                wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
                raise LockedOut(retry_after_seconds=wait)


class TokenRefresh(TokenRefreshView):
    """Give a new access token, and a new refresh token in exchange for the old one."""


class PeopleViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[User]
):
    """Other people, to write to."""

    queryset = User.objects.none()
    serializer_class = PersonOutput
    filter_backends = [filters.SearchFilter]
    search_fields = ["username", "email", "first_name", "last_name"]

    class pagination_class(KeysetPages):
        ordering = ("username", "id")

    def get_queryset(self) -> QuerySet[User]:
        people: QuerySet[User] = User.objects.visible_to(caller(self.request))
        return people
