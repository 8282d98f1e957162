"""The API door to accounts: djoser's contract, tokens, and people by name."""

from typing import Any
from uuid import UUID

from django.contrib.auth.signals import user_logged_in
from django.db.models import QuerySet
from django.http import FileResponse
from django.utils import timezone
from djoser import serializers as djoser
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
from rest_framework.views import APIView
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView, TokenVerifyView

from tradepost.accounts.actions.blocks import block_person, unblock_person
from tradepost.accounts.actions.exports import ask_for_export, ensure_export
from tradepost.accounts.actions.users import (
    ask_for_new_password,
    change_profile,
    change_username,
    close_account,
    register_user,
    set_password,
)
from tradepost.accounts.caller import caller, refuse_locked_out
from tradepost.accounts.limits import (
    BlockChanges,
    OwnPasswords,
    PasswordResets,
    Registrations,
    SignIns,
)
from tradepost.accounts.models import Export, User
from tradepost.accounts.queries import list_blocks, list_own_account, open_export
from tradepost.accounts.serializers import (
    BlockedPersonOutput,
    ChangePasswordInput,
    ChangeUsernameInput,
    ExportOutput,
    LeaveInput,
    PersonOutput,
    RefreshInput,
    SignInInput,
    TokenPair,
)
from tradepost.kit.http.downloads import AnyAccept
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.pagination import KeysetPages
from tradepost.kit.http.search import Search
from tradepost.kit.http.throttling import Limit

LIMITS: dict[str, type[Limit]] = {
    "create": Registrations,
    "reset_password": PasswordResets,
    **dict.fromkeys(["me", "destroy", "set_username", "set_password"], OwnPasswords),
}
ASKING_FOR_THE_PASSWORD: dict[type[BaseSerializer[Any]], type[BaseSerializer[Any]]] = {
    djoser.UserDeleteSerializer: LeaveInput,
    djoser.SetUsernameSerializer: ChangeUsernameInput,
    djoser.SetPasswordSerializer: ChangePasswordInput,
}


class AccountViewSet(IdempotentPosts, UserViewSet):  # type: ignore[misc]
    """djoser's endpoints; registering and leaving go through our actions."""

    def get_throttles(self) -> list[BaseThrottle]:
        limit = LIMITS.get(self.action)
        return [limit()] if limit else []

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        chosen: type[BaseSerializer[Any]] = super().get_serializer_class()
        return ASKING_FOR_THE_PASSWORD.get(chosen, chosen)

    def get_queryset(self) -> QuerySet[User]:
        """One's own account alone, whatever flags one has: others' are the admin's matter."""
        return list_own_account(user=caller(self.request))

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
        names = ("first_name", "last_name", "phone_number", "hides_presence")
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
        except AuthenticationFailed:
            refuse_locked_out(request, username=str(serializer.initial_data["username"]).strip())
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
    IdempotentPosts,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[User],
):
    """Other people, to write to, or to hear no more from."""

    queryset = User.objects.none()
    serializer_class = PersonOutput
    filter_backends = [Search]
    search_fields = ["username", "=email", "first_name", "last_name"]
    lookup_value_converter = "uuid"
    throttle_classes = [BlockChanges]

    class pagination_class(KeysetPages):
        ordering = ("username", "id")

    def get_queryset(self) -> QuerySet[User]:
        people: QuerySet[User] = User.objects.visible_to(caller(self.request))
        return people

    @extend_schema(responses=BlockedPersonOutput(many=True))
    @action(["get"], detail=False, filter_backends=[], pagination_class=KeysetPages)
    def blocked(self, request: Request) -> Response:
        """The people whom the caller blocks, the latest first."""
        page: Any = self.paginate_queryset(list_blocks(user=caller(request)))  # type: ignore[arg-type]
        return self.get_paginated_response(BlockedPersonOutput(page, many=True).data)

    @extend_schema(request=None, responses={204: None})
    @action(["post"], detail=True)
    def block(self, request: Request, pk: UUID) -> Response:
        """Keep a person from finding and writing to the caller. They are not told."""
        block_person(blocker=caller(request), person_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={204: None})
    @block.mapping.delete
    def unblock(self, request: Request, pk: UUID) -> Response:
        """Let a person find and write to the caller again; harmless when nothing was blocked."""
        unblock_person(blocker=caller(request), person_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ExportView(IdempotentPosts, APIView):
    """A copy of everything that is known about the caller, as a ZIP."""

    @extend_schema(responses={200: ExportOutput, 202: ExportOutput})
    def get(self, request: Request) -> Response:
        """Say where the copy is; one is asked for if there is none. 202 until it is ready."""
        return self._shown(ensure_export(user=caller(request), now=timezone.now()))

    @extend_schema(request=None, responses={200: ExportOutput, 202: ExportOutput})
    def post(self, request: Request) -> Response:
        """Ask for a new copy in the place of one that is a day old or older."""
        return self._shown(ask_for_export(user=caller(request), now=timezone.now()))

    def _shown(self, export: Export) -> Response:
        is_ready = export.state == Export.State.READY
        shown = ExportOutput(export, context={"request": self.request}).data
        return Response(shown, status=status.HTTP_200_OK if is_ready else status.HTTP_202_ACCEPTED)


class ExportFileView(APIView):
    """The file of the caller's copy."""

    content_negotiation_class = AnyAccept

    @extend_schema(responses={(200, "application/zip"): bytes})
    def get(self, request: Request) -> FileResponse:
        """Give the ZIP; 404 while there is none."""
        return FileResponse(
            open_export(user=caller(request), now=timezone.now()),
            as_attachment=True,
            filename="your-data.zip",
            content_type="application/zip",
            headers={"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"},
        )
