"""What the admins hear of jobs that die and of requests that crash."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from tradepost.kit.jobs import GiveUp, enqueue
from tradepost.kit.jobs.runner import run_due_jobs, run_next_job
from tradepost.kit.mail import BadMailHeader
from tradepost.kit.models import Job
from tradepost.kit.tasks import report_trouble

NOON = datetime.fromisoformat("2026-11-21T12:00:00+00:00")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def admins(settings) -> None:
    settings.ADMINS = ["root@example.com"]


@pytest.fixture
def doomed(register):
    """Register the job "doomed", which gives up, and the report; call it to let one die."""
    register("kit.report_trouble")(report_trouble)

    @register("doomed")
    def doomed() -> None:
        raise GiveUp("no such mailbox")

    def die(now: datetime = NOON) -> None:
        enqueue("doomed", run_at=now)
        run_next_job(now=now)

    return die


@pytest.fixture
def crash(client, monkeypatch):
    """Make a request that ends in a 500, and return the answer."""
    monkeypatch.setattr("tradepost.core.views.home.home_facts", None)
    client.raise_request_exception = False
    return lambda: client.get("/?token=secret")


def test_a_dead_job_is_mailed_to_the_admins(doomed):
    doomed()
    run_due_jobs()

    [sent] = mail.outbox
    assert sent.to == ["root@example.com"]
    assert sent.subject == "[Tradepost] The job doomed failed for good"
    assert "GiveUp in tradepost.kit.tests.test_faults, line " in sent.body
    assert "no such mailbox" not in sent.body  # it may be somebody's


def test_one_mail_an_hour_is_enough_for_jobs_of_one_name(doomed):
    doomed(NOON)
    doomed(NOON + timedelta(minutes=59))
    doomed(NOON + timedelta(minutes=60))

    assert Job.objects.filter(name="kit.report_trouble").count() == 2


def test_nothing_is_enqueued_without_admins(doomed, settings):
    settings.ADMINS = []

    doomed()

    assert list(Job.objects.values_list("name", flat=True)) == ["doomed"]


def test_a_report_that_dies_itself_is_not_reported(register):
    @register("kit.report_trouble")
    def unreachable(**arguments: object) -> None:
        raise GiveUp("no such mailbox")

    enqueue("kit.report_trouble", title="It broke", facts=[], key="a")
    run_due_jobs()

    assert Job.objects.get().state == Job.State.DEAD


def test_a_job_with_a_bad_header_is_dead_at_once_with_the_reason(register, settings):
    settings.ADMINS = []

    @register("greet")
    def greet() -> None:
        raise BadMailHeader(field="Subject")

    enqueue("greet")
    run_due_jobs()

    dead = Job.objects.dead().get()
    assert dead.attempts == 1
    assert "BadMailHeader" in dead.last_error


def test_a_crash_is_mailed_with_its_route_and_without_what_may_be_secret(crash):
    answer = crash()
    run_due_jobs()

    [sent] = mail.outbox
    assert answer.status_code == 500
    assert sent.subject == "[Tradepost] A request crashed"
    assert "\nGET \nTypeError in tradepost.core.views.home, line " in sent.body
    assert f"Request {answer['X-Request-ID']}, " in sent.body
    assert "secret" not in sent.body


def test_only_the_first_crash_of_an_hour_is_mailed(crash, time_machine):
    time_machine.move_to(NOON, tick=False)
    crash()
    crash()
    time_machine.move_to(NOON + timedelta(hours=1), tick=False)
    crash()

    assert Job.objects.filter(name="kit.report_trouble").count() == 2


def test_a_crash_that_cannot_be_reported_is_answered_all_the_same(crash, monkeypatch):
    monkeypatch.delitem(__import__("tradepost.kit.jobs").kit.jobs.kinds, "kit.report_trouble")

    assert crash().status_code == 500


def test_a_crash_costs_nothing_without_admins(crash, settings, django_assert_num_queries):
    settings.ADMINS = []

    with django_assert_num_queries(1):  # of the page itself: which version of it is kept
        crash()
