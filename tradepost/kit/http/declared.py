"""What a request says of its own size, held against what we take, before anything of it is kept.

The embedded server counts the bytes itself (``guard.py``). Other servers hand a body on as it
comes; without a ``Content-Length`` Django reads none of it.
"""

from collections.abc import Callable, Iterable
from typing import Any

from tradepost.kit.http.guard import TOO_LARGE

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]
PIECE_BYTES = 65_536


class OnlySoLarge:
    """A WSGI application around another one: ``limit`` bytes of body, ``upload_limit`` for forms
    with files; what says that it is larger is refused with 413.

    Up to ``upload_limit`` of it is read and thrown away: a proxy that cannot send the whole of it
    takes the connection for broken and tells its client so, instead of what we say.
    """

    def __init__(self, wsgi: Wsgi, *, limit: int, upload_limit: int) -> None:
        self.wsgi = wsgi
        self.limit = limit
        self.upload_limit = upload_limit

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        upload = environ.get("CONTENT_TYPE", "").startswith("multipart/")
        if length.isdigit() and int(length) > (self.upload_limit if upload else self.limit):
            _throw_away(environ["wsgi.input"], min(int(length), self.upload_limit))
            _, body = TOO_LARGE
            headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
            start_response("413 Content Too Large", headers)
            return [body]
        return self.wsgi(environ, start_response)


def _throw_away(body: Any, length: int) -> None:
    while length > 0 and (piece := body.read(min(PIECE_BYTES, length))):
        length -= len(piece)
