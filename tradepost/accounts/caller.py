"""Who is asking, and whether they know the password too."""

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest
from rest_framework.request import Request

from tradepost.accounts.errors import LockedOut
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


def knows_password(request: HttpRequest | Request, *, password: str) -> bool:
    """Return whether this is the caller's password, before what a stolen session must not do.

    Wrong ones count as those of a sign-in do: after too many, LockedOut is raised.
    """
    name = caller(request).get_username()
    refuse_locked_out(request, username=name)
    return authenticate(request, username=name, password=password) is not None


def refuse_locked_out(request: HttpRequest | Request, *, username: str) -> None:
    """Raise LockedOut for who has guessed at this account too often."""
    if not AxesProxyHandler.is_allowed(request, {"username": username}):
        wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
        raise LockedOut(retry_after_seconds=wait)
