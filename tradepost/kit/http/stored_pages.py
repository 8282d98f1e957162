"""Pages that look the same for all visitors, kept as bytes until something on them changes."""

import re
from collections.abc import Callable, Sequence
from functools import wraps

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.translation import get_language

from tradepost.kit import clock
from tradepost.kit.http.hot.shelf import shelf
from tradepost.kit.stamps import read_stamps

View = Callable[..., HttpResponse]
Stamps = Callable[[], Sequence[str]]

OK = 200
FIELD = b'name="csrfmiddlewaretoken" value="'
TOKEN = re.compile(re.escape(FIELD) + b"[A-Za-z0-9]+")


def at_any_time() -> str:
    """Say of a page that no clock decides what is on it."""
    return ""


def this_minute() -> str:
    """Say of a page that it is another one on another day, wherever on earth that begins: within a
    minute, nobody's date changes."""
    return f"{clock.now():%Y-%m-%dT%H:%M%z}"


def stored_for_visitors(
    stamps: Stamps, *, when: Callable[[], str] = at_any_time
) -> Callable[[View], View]:
    """Answer visitors from memory for as long as none of the ``stamps`` is raised, and ``when``
    says the same.

    The one thing in a page that differs between visitors, the token of its forms, is put in anew.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: object, **arguments: object) -> HttpResponse:
            if not _is_for_everybody(request):
                return view(request, *args, **arguments)
            key = _key_of(request, read_stamps(stamps()), when())
            kept = shelf.get(key)
            if kept is not None:
                return HttpResponse(_with_token(request, kept))
            response = view(request, *args, **arguments)
            if response.status_code == OK:
                shelf.put(key, TOKEN.sub(FIELD, response.content))
            return response

        return answer

    return decorate


def _is_for_everybody(request: HttpRequest) -> bool:
    is_read = request.method in ("GET", "HEAD")
    return is_read and request.user.is_anonymous and not len(get_messages(request))


def _key_of(request: HttpRequest, version: int, moment: str) -> str:
    place = f"{request.scheme}://{request.get_host()}{request.get_full_path()}"
    return f"page:{get_language()}:{version}:{moment}:{place}"


def _with_token(request: HttpRequest, kept: bytes) -> bytes:
    if FIELD not in kept:  # and no cookie is needed
        return kept
    return kept.replace(FIELD, FIELD + get_token(request).encode())
