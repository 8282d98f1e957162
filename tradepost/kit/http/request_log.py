"""One log line per request, with the route instead of the path: paths carry secrets (cart ids)."""

import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger("tradepost.request")

QUIET = ("/static/", "/healthz", "/readyz")


class RequestLog:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request_id = uuid4().hex[:16]
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            response = self.get_response(request)
        finally:
            structlog.contextvars.unbind_contextvars("request_id")
        response["X-Request-ID"] = request_id
        if not request.path.startswith(QUIET):
            route = getattr(request.resolver_match, "route", None)
            log_request(request.method, route, response.status_code, started, request_id)
        return response


def log_request(
    method: str | None, route: str | None, status: int, started: float, request_id: str
) -> None:
    """Write the line of a request that began at ``started`` of the performance counter."""
    log.info(
        "request",
        method=method,
        route=route,
        status=status,
        ms=round((time.perf_counter() - started) * 1000, 1),
        request_id=request_id,
    )
