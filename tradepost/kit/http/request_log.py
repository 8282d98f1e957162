"""One log line per request, with the route instead of the path: paths carry secrets (cart ids).
The same facts are counted (``numbers.py``)."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tradepost.kit.http.numbers import count_request, method_of
from tradepost.kit.http.request_id import HEADER, choose_request_id
from tradepost.kit.statements import sent_here

if TYPE_CHECKING:
    from tradepost.kit.traces import Traces

log = structlog.get_logger("tradepost.request")

QUIET = ("/static/", "/healthz", "/readyz")

traces: "Traces | None" = None  # where they are asked for


class RequestLog:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started, sent_before = time.perf_counter(), sent_here()
        request_id = choose_request_id(request.META.get("HTTP_X_REQUEST_ID"))
        structlog.contextvars.bind_contextvars(request_id=request_id)
        is_told = not request.path.startswith(QUIET)
        if traces and is_told:
            _begin_span(traces, request, request_id)
        try:
            response = self.get_response(request)
        finally:
            structlog.contextvars.unbind_contextvars("request_id")
        response[HEADER] = request_id
        if is_told:
            route, status, sent = _route_of(request), response.status_code, sent_here()
            log_request(
                request.method, route, status, started, request_id, queries=sent - sent_before
            )
            if traces:
                traces.end_request(route=route, status=status)
        return response


def _route_of(request: HttpRequest) -> str | None:
    """Return the pattern of the address, or what answered before it was looked up."""
    found = getattr(request.resolver_match, "route", None)
    return found if found is not None else getattr(request, "hot_route", None)


def _begin_span(traces: "Traces", request: HttpRequest, request_id: str) -> None:
    """Begin a span, in the trace of a proxy that is trusted."""
    carrier = {}
    if settings.REST_FRAMEWORK["NUM_PROXIES"] and "HTTP_TRACEPARENT" in request.META:
        carrier["traceparent"] = request.META["HTTP_TRACEPARENT"]
    traces.begin_request(method=method_of(request.method), request_id=request_id, carrier=carrier)


def log_hot_read(
    method: str | None, route: str, status: int, started: float, request_id: str
) -> None:
    """Do what is done for other requests, for one that was answered before Django."""
    log_request(method, route, status, started, request_id)
    if traces:
        traces.note_hot_read(
            method=method_of(method),
            route=route,
            status=status,
            seconds=time.perf_counter() - started,
            request_id=request_id,
        )


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
