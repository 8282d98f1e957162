"""Who comes with a token, found without what the ORM takes to ask for one row."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token
from rest_framework_simplejwt.utils import get_md5_hash_password

from tradepost.accounts.models import User
from tradepost.accounts.queries import find_open_account

USER_OF_SOCKET = "tradepost.user_of_socket"  # in the environ, where no header of a client gets


class TokenAuthentication(JWTAuthentication):
    """``Authorization: JWT …``, as simplejwt has it; it also words the refusals.

    Who sends a command over the feed's socket has come in there, and brings no token.
    """

    def authenticate(self, request: Request) -> Any:
        """Return whose token or socket it is; None for somebody without."""
        user_id = request.META.get(USER_OF_SOCKET)
        if user_id is None:
            return super().authenticate(request)
        user = find_open_account(user_id=user_id)
        if user is None:
            raise AuthenticationFailed("This account is closed.")
        return user, None

    def get_user(self, validated_token: Token) -> Any:
        """Return whose token it is, if the account is open and its password still the same."""
        with suppress(KeyError, ValueError):
            user = find_open_account(user_id=UUID(validated_token[api_settings.USER_ID_CLAIM]))
            if user is not None and _is_of_this_password(validated_token, user):
                return user
        return super().get_user(validated_token)  # which raises the right refusal


def _is_of_this_password(token: Token, user: User) -> bool:
    return bool(token.get(api_settings.REVOKE_TOKEN_CLAIM) == get_md5_hash_password(user.password))
