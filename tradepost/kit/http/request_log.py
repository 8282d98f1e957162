"""One log line per request, with the route instead of the path: paths carry secrets (cart ids).
The same facts are counted (``numbers.py``)."""

import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponse

from tradepost.kit.http.numbers import count_request
from tradepost.kit.statements import sent_here

log = structlog.get_logger("tradepost.request")

QUIET = ("/static/", "/healthz", "/readyz")


class RequestLog:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started, sent_before = time.perf_counter(), sent_here()
        request_id = uuid4().hex[:16]
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            response = self.get_response(request)
        finally:
            structlog.contextvars.unbind_contextvars("request_id")
        response["X-Request-ID"] = request_id
        if not request.path.startswith(QUIET):
            log_request(
                request.method,
                _route_of(request),
                response.status_code,
                started,
                request_id,
                queries=sent_here() - sent_before,
            )
        return response


def _route_of(request: HttpRequest) -> str | None:
    """Return the pattern of the address, or what answered before it was looked up."""
    found = getattr(request.resolver_match, "route", None)
    return found if found is not None else getattr(request, "hot_route", None)


def log_request(
    method: str | None,
    route: str | None,
    status: int,
    started: float,
    request_id: str,
    *,
    queries: int = 0,
) -> None:
    """Write the line of a request that began at ``started`` of the performance counter, and count
    it; ``queries`` are the statements that it sent through Django."""
    seconds = time.perf_counter() - started
    log.info(
        "request",
        method=method,
        route=route,
        status=status,
        ms=round(seconds * 1000, 1),
        request_id=request_id,
    )
    count_request(method=method, route=route, status=status, seconds=seconds, queries=queries)
