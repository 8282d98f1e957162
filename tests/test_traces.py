"""Traces, as a collector receives them."""

from collections.abc import Iterator

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from structlog.contextvars import bound_contextvars

from tests.receivers import receiver
from tradepost.accounts.models import User
from tradepost.kit import statements
from tradepost.kit.http import request_log
from tradepost.kit.jobs import JobKind, enqueue, kinds, watching
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.traces import Traces
from tradepost.store.tests.factories import make_product

pytestmark = pytest.mark.django_db
SECRETS = ("walter", "Hill Street", "a-long-Secret-1")


class Collector:
    """Has what a server told it."""

    def __init__(self, traces, received) -> None:
        self.traces = traces
        self.received = received

    def spans(self):
        """All spans, the first to begin first."""
        self.traces.stop()
        messages = [ExportTraceServiceRequest.FromString(body) for _, body in self.received]
        spans = [
            span
            for message in messages for resource in message.resource_spans
            for scope in resource.scope_spans for span in scope.spans
        ]  # fmt: skip
        return sorted(spans, key=lambda span: span.start_time_unix_nano)


@pytest.fixture
def collector(monkeypatch) -> Iterator[Collector]:
    monkeypatch.setattr(statements, "_listeners", [])
    with receiver() as (address, received):
        traces = Traces(OTLPSpanExporter(endpoint=f"http://{address}/v1/traces"))
        monkeypatch.setattr(request_log, "traces", traces)
        monkeypatch.setattr(watching, "traces", traces)
        yield Collector(traces, received)


@pytest.fixture
def work(monkeypatch) -> None:
    """The job "traces.work", which looks for a person, and fails if it is told to."""

    def run(*, fails: bool) -> None:
        User.objects.filter(username=SECRETS[0]).first()
        if fails:
            raise LookupError(SECRETS[0])

    kind = JobKind("traces.work", run, max_attempts=2, lease_seconds=60, every_seconds=None)
    monkeypatch.setitem(kinds, kind.name, kind)


def facts(span) -> dict[str, object]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


def test_a_request_is_a_span_with_its_route_and_its_statements(collector, api, ann):
    answer = api(ann).get("/api/v1/store/addresses/")

    request, *statements = collector.spans()
    assert request.name == "GET api/v1/store/addresses/$"
    assert facts(request) == {
        "http.request.method": "GET",
        "http.route": "api/v1/store/addresses/$",
        "http.response.status_code": 200,
        "tradepost.request_id": answer["X-Request-ID"],
    }
    assert len(statements) >= 1
    assert {span.parent_span_id for span in statements} == {request.span_id}
    assert {span.name for span in statements} <= {"SELECT", "SAVEPOINT", "RELEASE"}


def test_nothing_that_people_said_is_told(collector, api, ann):
    account = {
        "username": "walter", "email": "walter@example.com", "password": "a-long-Secret-1",
        "first_name": "Walter", "last_name": "Wurm",
    }  # fmt: skip
    api().post("/api/v1/auth/users/", account)
    api(ann).post("/api/v1/store/addresses/", {"street": "Hill Street 1", "city": "Bath"})
    api().get("/api/v1/auth/users/me/?walter=walter@example.com")

    told = b"".join(span.SerializeToString() for span in collector.spans()).decode("latin1")

    assert "INSERT INTO" in told
    assert [secret for secret in SECRETS if secret in told] == []


def test_what_a_proxy_began_goes_on_if_it_is_trusted(collector, settings, client):
    begun = {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}
    client.get("/no-such-page", headers=begun)
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    client.get("/no-such-page", headers=begun)

    stranger, trusted = [span for span in collector.spans() if span.name.startswith("GET")]
    assert stranger.trace_id.hex() != "ab" * 16
    assert (trusted.trace_id.hex(), trusted.parent_span_id.hex()) == ("ab" * 16, "cd" * 8)


def test_a_hot_read_before_django_is_a_span_too(collector, rf):
    make_product()
    request_log.log_hot_read("GET", "api/v1/store/products/$", 304, 0.0, "0123456789abcdef")

    [span] = collector.spans()
    assert span.name == "GET api/v1/store/products/$"
    assert facts(span)["http.response.status_code"] == 304


def test_a_job_is_a_span_with_how_it_ended_and_who_asked_for_it(collector, work):
    with bound_contextvars(request_id="0123456789abcdef"):
        enqueue("traces.work", fails=False)
        enqueue("traces.work", fails=True)

    run_due_jobs()

    spans = collector.spans()
    jobs = [span for span in spans if span.name == "job traces.work"]
    assert [facts(span) for span in jobs] == [
        {
            "tradepost.job": "traces.work",
            "tradepost.request_id": "0123456789abcdef",
            "tradepost.outcome": outcome,
        }
        for outcome in ("done", "failed")
    ]
    assert [span.status.code for span in jobs] == [
        Status.STATUS_CODE_UNSET,
        Status.STATUS_CODE_ERROR,
    ]
    statements = [span for span in spans if span not in jobs]
    assert {span.parent_span_id for span in statements} == {span.span_id for span in jobs}
    assert SECRETS[0] not in str(spans)


def test_health_checks_are_not_told_of(collector, client):
    client.get("/healthz")

    assert collector.spans() == []
