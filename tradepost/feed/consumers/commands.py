"""What a client does over the socket: requests of the API without their heads.

Each is done by the endpoint that it stands for, so it has its checks, limits and idempotency.
"""

from io import BytesIO
from typing import Any
from uuid import UUID

import orjson
from django.urls import reverse

from tradepost.accounts.authentication import USER_OF_SOCKET
from tradepost.feed.consumers.credentials import http_scheme_of
from tradepost.feed.consumers.frames import BadFrame
from tradepost.kit.http.bridge import Answer, Scope, Wsgi, environ_of

OF_THE_CONNECTION = frozenset(
    {
        *(b"cookie", b"authorization", b"origin", b"upgrade", b"connection", b"transfer-encoding"),
        *(b"accept", b"accept-encoding", b"content-type", b"content-length"),
    }
)


def do_command(
    *, wsgi: Wsgi, scope: Scope, user_id: UUID, endpoint: str, data: Any
) -> tuple[int, bytes, int | None]:
    """Return what the endpoint answers: status, body, and after how many seconds to try again.

    Raises BadFrame for data that is nested too deeply to be passed on.
    """
    try:
        body = orjson.dumps(data)
    except orjson.JSONEncodeError as error:
        raise BadFrame from error
    return _ask(wsgi, {**_environ(scope, reverse(endpoint), body), USER_OF_SOCKET: user_id})


def _ask(wsgi: Wsgi, environ: dict[str, Any]) -> tuple[int, bytes, int | None]:
    answer = Answer()
    parts = wsgi(environ, answer.start)
    try:
        body = b"".join(parts)
    finally:
        if close := getattr(parts, "close", None):
            close()
    headers = dict(answer.headers or [])
    retry_after = headers.get(b"retry-after", b"")
    return answer.status, body, int(retry_after) if retry_after.isdigit() else None


def _environ(scope: Scope, path: str, body: bytes) -> dict[str, Any]:
    headers = [(name, value) for name, value in scope["headers"] if name not in OF_THE_CONNECTION]
    headers += [
        (b"content-type", b"application/json"),
        (b"accept", b"application/json"),
        (b"content-length", b"%d" % len(body)),
    ]
    request = {
        **scope,
        "method": "POST",
        "path": path,
        "query_string": b"",
        "http_version": "1.1",
        "scheme": http_scheme_of(scope),
        "headers": headers,
    }
    return {**environ_of(request, body), "wsgi.input": BytesIO(body)}
