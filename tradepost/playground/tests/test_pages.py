"""The page of the sandbox and its buttons."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.models import Job
from tradepost.playground import tasks, upstream, views
from tradepost.playground.upstream import ask_upstream

pytestmark = [
    pytest.mark.urls("tradepost.playground.tests.urls"),
    pytest.mark.django_db(transaction=False),
]
HELLO = "/playground/hello/"
BUTTONS = ["/playground/notify/", "/playground/mail/"]


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Which addresses the page asked; the service behind them answers at once."""
    asked: list[str] = []

    def answer(address: str) -> dict[str, object]:
        asked.append(address)
        return {"answered_at": f"noon {len(asked)}"}

    monkeypatch.setattr(views, "ask_upstream", answer)
    return asked


@pytest.fixture
def out_of_order(monkeypatch) -> None:
    """The service behind the page cannot be reached."""

    def fail(address: str) -> dict[str, object]:
        raise ConnectionRefusedError("nobody listens")

    monkeypatch.setattr(views, "ask_upstream", fail)


def test_the_page_is_a_whole_document_that_greets(client):
    page = client.get(HELLO, {"name": "<Ann>"}).content.decode()

    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
    assert "<h1>Hello &lt;Ann&gt;</h1>" in page


def test_the_page_greets_the_world_when_nobody_is_named(client):
    assert "<h1>Hello World</h1>" in client.get(HELLO).content.decode()


def test_each_answer_says_how_many_queries_it_took(client):
    page = client.get(HELLO).content.decode()

    assert "Orders with customer, lines and the product of each line: three queries." in page
    assert "<summary>1 query</summary>" in page
    assert "<summary>3 queries</summary>" in page


@pytest.mark.parametrize("address", [HELLO, *BUTTONS])
def test_looking_changes_nothing(client, ann, asked, address):
    client.force_login(ann)

    client.get(address)

    assert not Job.objects.exists()
    assert (mail.outbox, asked) == ([], [])


@pytest.mark.parametrize("address", BUTTONS)
def test_a_button_that_is_looked_at_leads_back_to_the_page(client, ann, address):
    client.force_login(ann)

    assert client.get(address)["Location"] == HELLO


@pytest.mark.parametrize("address", BUTTONS)
def test_a_visitor_who_pushes_a_button_is_asked_to_sign_in(client, address):
    answer = client.post(address)

    assert answer["Location"].startswith("/account/sign-in/")
    assert not Job.objects.exists()


@pytest.mark.parametrize("address", BUTTONS)
def test_another_sites_form_pushes_no_button(ann, address):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ann)

    assert browser.post(address).status_code == 403
    assert not Job.objects.exists()


def test_the_slow_job_is_queued_and_not_waited_for(client, ann, monkeypatch):
    monkeypatch.setattr(tasks.time, "sleep", None)  # would fail if it ran here
    client.force_login(ann)

    answer = client.post("/playground/notify/", {"message": "Tea is ready"})

    assert answer["Location"] == HELLO
    job = Job.objects.get()
    assert (job.name, job.arguments) == (
        "playground.notify_customers", {"message": "Tea is ready"},
    )  # fmt: skip


def test_the_slow_job_logs_its_start_and_its_success(client, ann, monkeypatch, caplog):
    slept = []
    monkeypatch.setattr(tasks.time, "sleep", slept.append)
    client.force_login(ann)
    client.post("/playground/notify/", {"message": "Tea is ready"})

    assert run_due_jobs() == 1

    told = [r.msg["event"] for r in caplog.records if r.name == "tradepost.playground"]
    assert told == ["notify_customers.started", "notify_customers.succeeded"]
    assert slept == [10]


def test_the_mail_goes_to_who_asked_for_it(client, ann):
    client.force_login(ann)
    client.post("/playground/mail/")

    assert run_due_jobs() == 1

    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["ann@example.com"], "Hello from Tradepost")
    assert sent.body.startswith("Hello Ann,")


def test_the_slow_service_is_asked_once_in_ten_minutes(client, asked):
    first = client.get(HELLO, {"upstream": 1}).content.decode()
    second = client.get(HELLO, {"upstream": 1}).content.decode()

    assert asked == ["http://testserver/playground/slow/"]
    assert "It answered at noon 1." in first
    assert "It answered at noon 1." in second


def test_after_a_flush_the_slow_service_is_asked_again(client, asked):
    client.get(HELLO, {"upstream": 1})

    cache.clear()
    page = client.get(HELLO, {"upstream": 1}).content.decode()

    assert len(asked) == 2
    assert "It answered at noon 2." in page


def test_the_page_answers_while_the_service_does_not(client, out_of_order):
    answer = client.get(HELLO, {"upstream": 1})

    assert answer.status_code == 200
    assert "It does not answer; the log says why." in answer.content.decode()


def test_a_service_that_does_not_answer_is_critical(client, out_of_order, caplog):
    client.get(HELLO, {"upstream": 1})

    [line] = [r for r in caplog.records if r.levelname == "CRITICAL"]
    assert (line.name, line.msg["event"]) == ("tradepost.playground", "upstream.failed")


def test_the_slow_service_takes_two_seconds(client, monkeypatch):
    slept = []
    monkeypatch.setattr(views.time, "sleep", slept.append)

    answer = client.get("/playground/slow/")

    assert slept == [2]
    assert list(answer.json()) == ["answered_at"]


class Service(BaseHTTPRequestHandler):
    """Answers what its path says."""

    ANSWERS = {
        "/good": (200, b'{"answered_at": "noon"}'),
        "/none": (204, b""),
        "/broken": (500, b"{}"),
        "/list": (200, b"[1]"),
        "/html": (200, b"<p>Hello</p>"),
    }

    def do_GET(self) -> None:
        status, body = self.ANSWERS.get(self.path, (200, None))
        if body is None:  # never answers
            self.server.stop.wait(10)
            return
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Service)
    server.stop = threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.stop.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_answer_of_a_service_is_read(service):
    assert ask_upstream(f"{service}/good") == {"answered_at": "noon"}


@pytest.mark.parametrize(
    ("path", "error"),
    [("/broken", OSError), ("/none", ValueError), ("/list", ValueError), ("/html", ValueError)],
)
def test_no_answer_is_made_of(service, path, error):
    with pytest.raises(error):
        ask_upstream(service + path)


def test_a_service_that_takes_too_long_is_given_up(service, monkeypatch):
    monkeypatch.setattr(upstream, "TIMEOUT_SECONDS", 0.1)

    with pytest.raises(TimeoutError):
        ask_upstream(f"{service}/never")


def test_a_service_that_is_gone_cannot_be_asked():
    with pytest.raises(OSError):
        ask_upstream("http://127.0.0.1:9/")
