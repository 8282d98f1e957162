"""Pages that look the same for all visitors, kept as bytes until something on them changes."""

import re
from collections.abc import Callable, Iterable
from functools import wraps

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.translation import get_language

from tradepost.kit.http.hot.shelf import shelf
from tradepost.kit.stamps import read_stamp

View = Callable[..., HttpResponse]
Stamps = Callable[[], Iterable[str]]

OK = 200
FIELD = b'name="csrfmiddlewaretoken" value="'
TOKEN = re.compile(re.escape(FIELD) + b"[A-Za-z0-9]+")


def stored_for_visitors(stamps: Stamps) -> Callable[[View], View]:
    """Answer visitors from memory for as long as none of the ``stamps`` is raised.

    The one thing in a page that differs between visitors, the token of its forms, is put in anew.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: object, **arguments: object) -> HttpResponse:
            if not _is_for_everybody(request):
                return view(request, *args, **arguments)
            key = _key_of(request, stamps())
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


def _key_of(request: HttpRequest, stamps: Iterable[str]) -> str:
    place = f"{request.scheme}://{request.get_host()}{request.get_full_path()}"
    versions = ",".join(str(read_stamp(name)) for name in stamps)
    return f"page:{get_language()}:{versions}:{place}"


def _with_token(request: HttpRequest, kept: bytes) -> bytes:
    if FIELD not in kept:  # and no cookie is needed
        return kept
    return kept.replace(FIELD, FIELD + get_token(request).encode())
