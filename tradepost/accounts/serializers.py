"""Accounts as JSON, in djoser's shapes."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as PasswordProblems
from django.urls import reverse
from djoser import serializers as djoser
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.serializers import TokenObtainPairSerializer, TokenRefreshSerializer
from rest_framework_simplejwt.utils import get_md5_hash_password

from tradepost.accounts.actions.users import lock_account
from tradepost.accounts.caller import knows_password
from tradepost.accounts.models import Block, Export, User
from tradepost.accounts.queries import find_account
from tradepost.kit.transactions import unit_of_work

PUBLIC_ROLES = [(User.Role.GUEST.value, "Guest"), (User.Role.HOST.value, "Host")]


class AccountOutput(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "username", "email", "first_name", "last_name", "phone_number", "role"]
        read_only_fields = fields


class OwnAccount(serializers.ModelSerializer[User]):
    """The caller's account. Its user name changes elsewhere, e-mail and role in the admin only."""

    class Meta:
        model = User
        fields = [
            "id", "username", "email", "first_name", "last_name", "phone_number", "role",
            "hides_presence",
        ]  # fmt: skip
        read_only_fields = ["id", "username", "email", "role"]


class RegistrationInput(serializers.ModelSerializer[User]):
    password = serializers.CharField(write_only=True, style={"input_type": "password"})
    role = serializers.ChoiceField(PUBLIC_ROLES, default=User.Role.GUEST.value)

    class Meta:
        model = User
        fields = [
            "id", "username", "email", "password", "first_name", "last_name", "phone_number",
            "role",
        ]  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        person = User(**{name: value for name, value in attrs.items() if name != "password"})
        try:
            validate_password(attrs["password"], person)
        except PasswordProblems as problems:
            raise serializers.ValidationError({"password": list(problems.messages)}) from problems
        return attrs


class TokenPair(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField()


class SignInInput(TokenObtainPairSerializer):
    """A user name, no longer than one can be, and a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"] = serializers.CharField(max_length=150, write_only=True)


class RefreshInput(TokenRefreshSerializer):
    """A refresh token, which ends with the password it was given for."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        token = self.token_class(attrs["refresh"])
        user = find_account(user_id=token["user_id"])
        if user is None or token.get("hash_password") != get_md5_hash_password(user.password):
            raise AuthenticationFailed
        with unit_of_work():
            lock_account(user)  # of parallel exchanges of one token the second finds it used
            return super().validate(attrs)


class KnowsPassword(djoser.CurrentPasswordSerializer):  # type: ignore[misc]
    """Asks for the present password, so that a stolen token cannot go on guessing it."""

    def validate_current_password(self, value: str) -> str:
        if not knows_password(self.context["request"], password=value):
            self.fail("invalid_password")
        return value


class LeaveInput(KnowsPassword, djoser.UserDeleteSerializer):  # type: ignore[misc]
    pass


class ChangeUsernameInput(KnowsPassword, djoser.SetUsernameSerializer):  # type: ignore[misc]
    pass


class ChangePasswordInput(KnowsPassword, djoser.SetPasswordSerializer):  # type: ignore[misc]
    pass


class NewPasswordInput(djoser.PasswordResetConfirmSerializer):  # type: ignore[misc]
    """djoser decodes the ``uid`` as it was sent, whatever it is; this makes it text."""

    def run_validation(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            data = {**data, "uid": str(data.get("uid", ""))}
            self.initial_data = data
        return super().run_validation(data)


class PersonOutput(serializers.Serializer[User]):
    """A person as other people see them."""

    user_id = serializers.UUIDField(source="id")
    username = serializers.CharField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    role = serializers.ChoiceField(User.Role.choices)


class BlockedPersonOutput(serializers.Serializer[Block]):
    """A person whom the reader blocks, and since when."""

    user_id = serializers.UUIDField(source="blocked_id")
    username = serializers.CharField(source="blocked.username")
    first_name = serializers.CharField(source="blocked.first_name")
    last_name = serializers.CharField(source="blocked.last_name")
    blocked_at = serializers.DateTimeField(source="created_at")


class ExportOutput(serializers.Serializer[Export]):
    """The copy of the reader's data, and where its file is once it is ready."""

    state = serializers.ChoiceField(Export.State.choices)
    asked_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    file = serializers.SerializerMethodField()

    def get_file(self, export: Export) -> str | None:
        if export.state != Export.State.READY:
            return None
        return str(self.context["request"].build_absolute_uri(reverse("export-file")))
