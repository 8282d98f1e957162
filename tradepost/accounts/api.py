"""The API door to accounts: djoser's contract, tokens, and people by name."""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.db.models import QuerySet
from djoser.views import UserViewSet
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import AuthenticationFailed, NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.throttling import BaseThrottle
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from tradepost.accounts.actions.users import change_username, close_account, register_user
from tradepost.accounts.caller import caller
from tradepost.accounts.errors import LockedOut
from tradepost.accounts.models import User
from tradepost.accounts.serializers import PersonOutput, RefreshInput, SignInInput
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.pagination import KeysetPages
from tradepost.kit.http.search import Search
from tradepost.kit.http.throttling import PasswordResets, Registrations


class AccountViewSet(IdempotentPosts, UserViewSet):  # type: ignore[misc]
    """djoser's endpoints; registering and leaving go through our actions."""

    def get_throttles(self) -> list[BaseThrottle]:
        limits = {"create": Registrations, "reset_password": PasswordResets}
        return [limits[self.action]()] if self.action in limits else []

    def permission_denied(self, request: Request, **kwargs: Any) -> None:
        """Hide other people's accounts in every action, deletion too."""
        if request.user.is_authenticated and self.action == "destroy":
            raise NotFound
        super().permission_denied(request, **kwargs)

    def perform_create(self, serializer: BaseSerializer[User], *args: Any, **kwargs: Any) -> None:
        serializer.instance = register_user(**serializer.validated_data)

    def perform_destroy(self, instance: User) -> None:
        close_account(user=instance)

    @action(["post"], detail=False)
    def set_username(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        change_username(user=caller(request), username=asked.validated_data["username"])
        return Response(status=status.HTTP_204_NO_CONTENT)

    # Accounts are active at once, and the mail with a new password names the user name.
    activation = resend_activation = None
    reset_username = reset_username_confirm = None


class TokenCreate(TokenObtainPairView):
    """Give tokens for a user name and a password; 429 after too many wrong ones."""

    permission_classes = (AllowAny,)  # type: ignore[assignment]
    serializer_class = SignInInput

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        try:
            serializer.is_valid(raise_exception=True)
        except AuthenticationFailed as error:
            name = str(serializer.initial_data["username"]).strip()
            if not AxesProxyHandler.is_allowed(request, {"username": name}):
                wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
                raise LockedOut(retry_after_seconds=wait) from error
            raise
        user = serializer.user  # type: ignore[attr-defined]
        user_logged_in.send(sender=User, request=request, user=user)
        return Response(serializer.validated_data)


class TokenRefresh(TokenRefreshView):
    """Give a new access token, and a new refresh token in exchange for the old one."""

    permission_classes = (AllowAny,)  # type: ignore[assignment]
    serializer_class = RefreshInput


class PeopleViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[User]
):
    """Other people, to write to."""

    queryset = User.objects.none()
    serializer_class = PersonOutput
    filter_backends = [Search]
    search_fields = ["username", "=email", "first_name", "last_name"]

    class pagination_class(KeysetPages):
        ordering = ("username", "id")

    def get_queryset(self) -> QuerySet[User]:
        people: QuerySet[User] = User.objects.visible_to(caller(self.request))
        return people
