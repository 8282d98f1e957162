"""Requests speak UTF-8.

Django reads forms and query strings by whatever codec of Python a request names, also by those
that are no encodings of text, and fails before any of its handlers could say so.
"""

import codecs
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.http import parse_header_parameters

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]

REFUSAL = b'{"detail":"Requests must be in UTF-8.","code":"unsupported_charset"}'
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(REFUSAL)))]


class OnlyUtf8:
    """A WSGI application around another one: a body in another encoding is refused with 415.

    Where there is no body, what is said of it does not matter.
    """

    def __init__(self, wsgi: Wsgi) -> None:
        self.wsgi = wsgi

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if not is_utf8(environ.get("CONTENT_TYPE", "")):
            if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
                start_response("415 Unsupported Media Type", HEADERS)
                return [REFUSAL]
            del environ["CONTENT_TYPE"]
        return self.wsgi(environ, start_response)


def is_utf8(content_type: str) -> bool:
    """Return whether a content type can be read and names UTF-8 or no encoding at all."""
    if ";" not in content_type:
        return True
    try:
        _, params = parse_header_parameters(content_type)
        return codecs.lookup(params.get("charset", "utf-8")).name == "utf-8"
    except (LookupError, ValueError):
        return False
