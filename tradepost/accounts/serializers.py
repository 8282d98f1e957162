"""Accounts as JSON, in djoser's shapes."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as PasswordProblems
from rest_framework import serializers

from tradepost.accounts.models import User

PUBLIC_ROLES = [(User.Role.GUEST.value, "Guest"), (User.Role.HOST.value, "Host")]


class AccountOutput(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "username", "email", "first_name", "last_name", "phone_number", "role"]
        read_only_fields = fields


class OwnAccount(serializers.ModelSerializer[User]):
    """The caller's account. E-mail and user name change by endpoints of their own."""

    class Meta:
        model = User
        fields = ["id", "username", "email", "first_name", "last_name", "phone_number", "role"]
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


class PersonOutput(serializers.ModelSerializer[User]):
    """A person as other people see them."""

    user_id = serializers.UUIDField(source="id", read_only=True)

    class Meta:
        model = User
        fields = ["user_id", "username", "first_name", "last_name", "role"]
        read_only_fields = fields
