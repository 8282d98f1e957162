"""The API door to accounts: djoser's contract, tokens, and people by name."""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.db.models import QuerySet
from djoser.views import UserViewSet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import AuthenticationFailed, NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.throttling import BaseThrottle
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView, TokenVerifyView

from tradepost.accounts.actions.users import (
    ask_for_new_password,
    change_profile,
    change_username,
    close_account,
    register_user,
    set_password,
)
from tradepost.accounts.caller import caller
from tradepost.accounts.errors import LockedOut
from tradepost.accounts.limits import PasswordResets, Registrations, SignIns
from tradepost.accounts.models import User
from tradepost.accounts.serializers import PersonOutput, RefreshInput, SignInInput, TokenPair
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.pagination import KeysetPages
from tradepost.kit.http.search import Search


class AccountViewSet(IdempotentPosts, UserViewSet):  # type: ignore[misc]
    """djoser's endpoints; registering and leaving go through our actions."""

    def get_throttles(self) -> list[BaseThrottle]:
        limits = {"create": Registrations, "reset_password": PasswordResets}
        return [limits[self.action]()] if self.action in limits else []

    def get_object(self) -> User:
        """The account of the address; the caller's own under ``me/``, whatever is asked of it."""
        account: User = super().get_object() if "id" in self.kwargs else caller(self.request)
        return account

    @action(["get", "put", "patch", "delete"], detail=False)
    def me(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = self.retrieve if request.method == "HEAD" else super().me
        return answer(request, *args, **kwargs)  # type: ignore[no-any-return]

    def permission_denied(self, request: Request, **kwargs: Any) -> None:
        """Hide other people's accounts in every action, deletion too."""
        if request.user.is_authenticated and self.action == "destroy":
            raise NotFound
        super().permission_denied(request, **kwargs)

    def perform_create(self, serializer: BaseSerializer[User], *args: Any, **kwargs: Any) -> None:
        serializer.instance = register_user(**serializer.validated_data)

    def perform_destroy(self, instance: User) -> None:
        close_account(user=instance)

    def perform_update(self, serializer: BaseSerializer[User], *args: Any, **kwargs: Any) -> None:
        now: Any = serializer.instance
        given = serializer.validated_data
        names = ("first_name", "last_name", "phone_number")
        fields = {name: given.get(name, getattr(now, name)) for name in names}
        serializer.instance = change_profile(user=now, **fields)

    @action(["post"], detail=False)
    def set_username(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked = self._checked(request)
        change_username(user=caller(request), username=asked.validated_data["username"])
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(["post"], detail=False)
    def set_password(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked = self._checked(request)
        set_password(user=caller(request), password=asked.validated_data["new_password"])
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(["post"], detail=False)
    def reset_password(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked = self._checked(request)
        ask_for_new_password(email=asked.validated_data["email"])
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(["post"], detail=False)
    def reset_password_confirm(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked = self._checked(request)
        set_password(user=asked.user, password=asked.validated_data["new_password"])
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _checked(self, request: Request) -> Any:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return asked

    # Accounts are active at once, and the mail with a new password names the user name.
    activation = resend_activation = None
    reset_username = reset_username_confirm = None


@extend_schema(responses=TokenPair)
class TokenCreate(TokenObtainPairView):
    """Give tokens for a user name and a password; 429 after too many wrong ones."""

    permission_classes = (AllowAny,)  # type: ignore[assignment]
    serializer_class = SignInInput
    throttle_classes = [SignIns]

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


class TokenVerify(TokenVerifyView):
    """Say whether a token is good: 200, or 401."""

    permission_classes = (AllowAny,)  # type: ignore[assignment]


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
