"""Traces by OpenTelemetry: a span for each request and each run of a job and, in it, one for each
statement.

Loaded where ``OTEL_EXPORTER_OTLP_ENDPOINT`` says to whom they go; the library reads the rest of its
variables (``OTEL_SERVICE_NAME``, ``OTEL_TRACES_SAMPLER`` ...) itself. Spans are made here and not
by its instrumentations, because those send addresses: ours carry secrets (cart ids, links that set
a password). What is told of a request is its method, route, status and id, of a job its name, how
it ended and the id of the request that asked for it, and of a statement its text, which has places
for its values.
"""

import threading
import time
from collections.abc import Mapping
from typing import Any

from django.db import connection
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagate import extract
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode

from tradepost.kit.statements import LONGEST_TEXT, listen_to_statements

SERVICE = "tradepost"
FAULT = 500
DONE = "done"
SYSTEMS = {"postgresql": "postgresql", "mysql": "mariadb", "sqlite": "sqlite"}


class _Here(threading.local):
    span: Any = None  # of the request or job that this thread is at


class Traces:
    """Makes the spans of a process and sends them in the background."""

    def __init__(self, exporter: Any = None) -> None:
        resource = Resource.create() if _is_named() else Resource.create({"service.name": SERVICE})
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("tradepost")
        self._here = _Here()
        listen_to_statements(self.note_statement)

    def begin_request(self, *, method: str, request_id: str, carrier: Mapping[str, str]) -> None:
        """Begin the span of the request that this thread answers.

        ``carrier`` has the headers of a proxy that is trusted to have begun the trace.
        """
        self._here.span = self._tracer.start_span(
            method,
            context=extract(carrier),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method, "tradepost.request_id": request_id},
        )

    def end_request(self, *, route: str | None, status: int) -> None:
        """End it, now that its route is known."""
        span, self._here.span = self._here.span, None
        if span is not None:
            _describe(span, route, status)
            span.end()

    def begin_job(self, *, name: str, request_id: str) -> None:
        """Begin the span of a run of the job that this thread runs; a request may have asked for
        it."""
        self._here.span = self._tracer.start_span(
            f"job {name}",
            kind=SpanKind.CONSUMER,
            attributes={"tradepost.job": name, "tradepost.request_id": request_id},
        )

    def end_job(self, *, outcome: str) -> None:
        """End it, now that it is known what became of it."""
        span, self._here.span = self._here.span, None
        span.set_attribute("tradepost.outcome", outcome)
        if outcome != DONE:
            span.set_status(Status(StatusCode.ERROR))
        span.end()

    def note_hot_read(
        self, *, method: str, route: str, status: int, seconds: float, request_id: str
    ) -> None:
        """Tell of a request that was answered before Django, and has ended."""
        now = time.time_ns()
        span = self._tracer.start_span(
            method,
            kind=SpanKind.SERVER,
            start_time=now - int(seconds * 1e9),
            attributes={"http.request.method": method, "tradepost.request_id": request_id},
        )
        _describe(span, route, status)
        span.end(now)

    def note_statement(self, text: str, started: float, seconds: float) -> None:
        """Tell of a statement that has ended, if it belongs to a request or a job."""
        if self._here.span is None:
            return
        now = time.time_ns()
        span = self._tracer.start_span(
            text.partition(" ")[0].upper(),
            context=trace.set_span_in_context(self._here.span),
            kind=SpanKind.CLIENT,
            start_time=now - int(seconds * 1e9),
            attributes={
                "db.system.name": SYSTEMS.get(connection.vendor, connection.vendor),
                "db.query.text": text[:LONGEST_TEXT],
            },
        )
        span.end(now)

    def stop(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


def _is_named() -> bool:
    return Resource.create().attributes["service.name"] != "unknown_service"


def _describe(span: Any, route: str | None, status: int) -> None:
    span.update_name(f"{span.name} {route}" if route else span.name)
    if route:
        span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", status)
    if status >= FAULT:
        span.set_status(Status(StatusCode.ERROR))
