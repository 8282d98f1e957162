"""Who opens a connection, and whether they may keep it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from tradepost.accounts.authentication import TokenAuthentication
from tradepost.accounts.models import User
from tradepost.accounts.queries import find_account, passwords_of
from tradepost.accounts.sessions import open_session, sessions_among
from tradepost.feed.actions.tickets import redeem_ticket
from tradepost.feed.errors import BadTicket
from tradepost.kit.http.bridge import Scope, environ_of


@dataclass(frozen=True)
class Credential:
    """What somebody came with; the connection ends when it does."""

    user_id: UUID
    password: str  # its hash: a new one ends what the old one opened
    session_key: str | None = None


class NotSignedIn(Exception):
    """Nobody whom we know."""


class WrongOrigin(NotSignedIn):
    """A page of another site, which could be using somebody's cookie."""


def by_ticket(*, ticket: str, now: datetime) -> Credential:
    """Return whose ticket it is, which is then used up. Raises NotSignedIn."""
    try:
        user = find_account(user_id=str(redeem_ticket(ticket=ticket, now=now)))
    except BadTicket as error:
        raise NotSignedIn from error
    if user is None:
        raise NotSignedIn
    return Credential(user.pk, user.password)


def by_session(*, scope: Scope) -> Credential:
    """Return whose session the cookie is of. Raises NotSignedIn, WrongOrigin."""
    request = _request_of(scope)
    if not _is_own_origin(request):
        raise WrongOrigin
    return _of_session(request)


def by_header(*, scope: Scope) -> Credential:
    """Return who comes with a token or, without one, with a session. Raises NotSignedIn."""
    request = _request_of(scope)
    try:
        found = TokenAuthentication().authenticate(Request(request))
    except APIException as error:
        raise NotSignedIn from error
    if found is None:
        return by_session(scope=scope)
    return Credential(found[0].pk, found[0].password)


def find_ended(*, credentials: Collection[Credential]) -> set[Credential]:
    """Return those whose account was closed, whose password is another, or that signed out."""
    passwords = passwords_of(user_ids={one.user_id for one in credentials})
    keys = {one.session_key for one in credentials if one.session_key}
    sessions = sessions_among(keys)
    return {
        one
        for one in credentials
        if passwords.get(one.user_id) != one.password
        or (one.session_key and one.session_key not in sessions)
    }


def http_scheme_of(scope: Scope) -> str:
    """Return the scheme of the pages that a connection may have been opened from."""
    return "https" if scope["scheme"] in ("https", "wss") else "http"


def _request_of(scope: Scope) -> WSGIRequest:
    return WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            **environ_of(
                {"method": "GET", "http_version": "1.1", **scope, "scheme": http_scheme_of(scope)},
                b"",
            ),
        }
    )


def _is_own_origin(request: WSGIRequest) -> bool:
    """Browsers always say where a socket is opened from; who is none has no cookie to steal."""
    origin = request.META.get("HTTP_ORIGIN")
    if origin is None or origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        return bool(origin == f"{request.scheme}://{request.get_host()}")
    except DisallowedHost:
        return False


def _of_session(request: WSGIRequest) -> Credential:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key:
        raise NotSignedIn
    request.session = open_session(key)
    user = get_user(request)
    if not isinstance(user, User) or not user.is_active:
        raise NotSignedIn
    return Credential(user.pk, user.password, key)
