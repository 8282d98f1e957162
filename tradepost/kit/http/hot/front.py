"""Hot reads before Django: the stored answer of a public address without its handler.

What a request costs in Django is mostly its chain of middleware, which adds the same headers to
every hot answer. So the first answer to a host and origin goes through Django, which also decides
whether it serves them at all; its headers are remembered, and what follows is answered here: from
the shelf, or made of rows. Whatever is not sure to be the same goes on to Django.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError

from tradepost.kit.http.hot.reads import Asked, find_bytes, look_at, make_bytes
from tradepost.kit.http.request_id import HEADER, choose_request_id
from tradepost.kit.http.request_log import log_hot_read
from tradepost.kit.stamps import read_stamp

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]
Ready = tuple[str, Headers, bytes]

MOST_PLACES = 1000  # combinations of scheme, host and origin that are remembered
LONGEST_PLACE = 500  # characters
OF_ONE_ANSWER = frozenset({"content-length", "etag", "x-request-id", "date"})


class Front:
    """A WSGI application around Django's."""

    def __init__(self, wsgi: Wsgi) -> None:
        self.wsgi = wsgi
        self._headers: dict[tuple[str, str], Headers] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        started = time.perf_counter()
        request = WSGIRequest(dict(environ))  # which it changes: Django must find it as it came
        try:
            asked = look_at(request, read_stamp=read_stamp)
            if asked is None:
                return self.wsgi(environ, start_response)
            ready = self.answer(request, asked, made=True, started=started)
        except (DisallowedHost, DatabaseError):  # Django refuses the one and mends the other
            return self.wsgi(environ, start_response)
        if ready is None:
            return self._learn(environ, start_response, asked)
        status, headers, body = ready
        start_response(status, headers)
        return [body]

    def answer(
        self, request: WSGIRequest, asked: Asked, *, made: bool, started: float
    ) -> Ready | None:
        """Return status, headers and body; None for what Django has to answer.

        Without ``made``, only what is stored already.
        """
        usual = self._headers.get(_place(request, asked))
        if usual is None or "*" in asked.known_etags:
            return None
        status, body = "304 Not Modified", b""
        length: Headers = []
        if asked.etag not in asked.known_etags:
            found = find_bytes(asked) or (make_bytes(asked) if made else None)
            if found is None:
                return None
            status, body = "200 OK", found if request.method == "GET" else b""
            length = [("Content-Length", str(len(found)))]
        request_id = choose_request_id(request.META.get("HTTP_X_REQUEST_ID"))
        log_hot_read(request.method, asked.route, int(status[:3]), started, request_id)
        own = [("ETag", asked.etag), (HEADER, request_id), *length]
        return status, [*usual, *own], body

    def knows(self, request: WSGIRequest, asked: Asked) -> bool:
        """Say whether the headers of such an answer are known."""
        return _place(request, asked) in self._headers

    def _learn(
        self, environ: Environ, start_response: StartResponse, asked: Asked
    ) -> Iterable[bytes]:
        """Let Django answer, and remember the headers of an answer that it gave as a hot one."""

        def start(status: str, headers: Headers, *rest: Any) -> Any:
            if status.startswith("200") and ("ETag", asked.etag) in headers:
                self._remember(_place(WSGIRequest(dict(environ)), asked), headers)
            return start_response(status, headers, *rest)

        return self.wsgi(environ, start)

    def _remember(self, place: tuple[str, str], headers: Headers) -> None:
        names = {name.lower() for name, _ in headers}
        if "set-cookie" not in names and sum(map(len, place)) <= LONGEST_PLACE:
            if len(self._headers) >= MOST_PLACES:  # somebody makes origins up: begin anew
                self._headers.clear()
            self._headers[place] = [
                (name, value) for name, value in headers if name.lower() not in OF_ONE_ANSWER
            ]


def _place(request: WSGIRequest, asked: Asked) -> tuple[str, str]:
    return asked.root, request.META.get("HTTP_ORIGIN", "")
