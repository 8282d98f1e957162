"""Who is asking."""

from django.http import HttpRequest
from rest_framework.request import Request

from tradepost.accounts.models import User


class SignedInRequest(HttpRequest):
    """A page's request that came through ``login_required``."""

    user: User


def caller(request: HttpRequest | Request) -> User:
    """Return the user of a request that only signed-in people may make."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("this door lets visitors in; it must not ask for the caller")
    return user


def caller_or_none(request: Request) -> User | None:
    """Return who makes the request; None for a visitor."""
    return request.user if isinstance(request.user, User) else None
