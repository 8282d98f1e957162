from datetime import datetime, timedelta

import pytest

from tradepost.kit.checks import the_schedule_can_be_kept
from tradepost.kit.jobs.crontab import parse_crontab
from tradepost.kit.jobs.schedule import hand_out_periodic_jobs
from tradepost.kit.models import Job

MONDAY = datetime.fromisoformat("2026-11-23T07:30:00+00:00")
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "moment", "fits"),
    [
        ("30 7 * * mon", "2026-11-23T07:30", True),
        ("30 7 * * mon", "2026-11-23T07:31", False),
        ("30 7 * * mon", "2026-11-24T07:30", False),
        ("30 7 * * 1", "2026-11-23T07:30", True),
        ("0 23 * * sun", "2026-11-22T23:00", True),
        ("*/15 * * * *", "2026-11-22T23:45", True),
        ("*/15 * * * *", "2026-11-22T23:46", False),
        ("0 3 * * *", "2026-02-28T03:00", True),
        ("0 0 1,15 * *", "2026-11-15T00:00", True),
        ("0 0 1,15 * *", "2026-11-14T00:00", False),
        ("0 9-17/4 * 6-8 mon-fri", "2026-07-01T13:00", True),
        ("0 9-17/4 * 6-8 mon-fri", "2026-07-04T13:00", False),  # a Saturday
        ("0 0 13 * fri", "2026-11-13T00:00", True),
        ("0 0 13 * fri", "2026-11-20T00:00", False),  # a Friday, but not the 13th
    ],
)
def test_a_crontab_means_these_minutes(text, moment, fits) -> None:
    assert parse_crontab(text).fits(datetime.fromisoformat(moment)) is fits


@pytest.mark.parametrize(
    "text",
    ["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * * 7", "x * * * *",
     "*/0 * * * *", "5-1 * * * *", "* * * * * *"],
)  # fmt: skip
def test_what_is_no_crontab_is_refused(text) -> None:
    with pytest.raises(ValueError):
        parse_crontab(text)


@pytest.fixture
def mondays(db, register, settings) -> None:
    @register("greet")
    def greet(*, word: str) -> None: ...

    settings.JOB_SCHEDULE = {
        "tea": {"job": "greet", "at": "30 7 * * mon", "arguments": {"word": "Hello"}}
    }


def test_a_job_is_handed_out_at_its_time_with_its_arguments(mondays) -> None:
    minutes = (-1, 0, 0.5, 1, 59)

    assert [hand_out_periodic_jobs(now=MONDAY + m * MINUTE) for m in minutes] == [0, 1, 0, 0, 0]
    assert Job.objects.get().arguments == {"word": "Hello"}


def test_a_job_is_handed_out_again_in_the_next_week(mondays) -> None:
    hand_out_periodic_jobs(now=MONDAY)

    assert hand_out_periodic_jobs(now=MONDAY + timedelta(days=7)) == 1


def test_what_was_missed_is_made_up_for_within_an_hour(mondays) -> None:
    assert hand_out_periodic_jobs(now=MONDAY + 60 * MINUTE) == 0
    assert hand_out_periodic_jobs(now=MONDAY + 59 * MINUTE) == 1


def test_the_settings_can_say_every_so_many_seconds_too(mondays, settings) -> None:
    settings.JOB_SCHEDULE = {
        "tea": {"job": "greet", "every_seconds": 5, "arguments": {"word": "Hello"}}
    }
    seconds = (0, 4, 5, 10)

    handed_out = [hand_out_periodic_jobs(now=MONDAY + timedelta(seconds=s)) for s in seconds]

    assert handed_out == [1, 0, 1, 1]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"job": "store.no_such", "at": "0 3 * * *"}, "names no job: 'store.no_such'"),
        ({"job": "store.sweep_carts", "at": "noon"}, "five fields"),
        ({"job": "store.sweep_carts", "when": "noon"}, "'when'"),
    ],
)
def test_the_checks_find_a_schedule_that_cannot_be_kept(settings, entry, says) -> None:
    settings.JOB_SCHEDULE = {"tea": entry}

    [error] = the_schedule_can_be_kept(None)

    assert says in error.msg


def test_the_checks_say_nothing_of_a_schedule_that_can_be_kept(settings) -> None:
    settings.JOB_SCHEDULE = {"tea": {"job": "store.sweep_carts", "at": "0 3 * * *"}}

    assert the_schedule_can_be_kept(None) == []
