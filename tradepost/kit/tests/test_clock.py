"""The clock of a sandbox, which may run ahead."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tradepost.kit import clock

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def is_about(moment, expected) -> bool:
    return abs(moment - expected) < 30 * SECOND


def test_it_is_the_clock_of_the_world(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert is_about(clock.now(), timezone.now())


@pytest.mark.parametrize(
    ("said", "ahead"),
    [
        ("30m", timedelta(minutes=30)),
        ("12h", timedelta(hours=12)),
        ("14d", timedelta(days=14)),
        ("P1DT2H", timedelta(days=1, hours=2)),
    ],
)
def test_a_sandbox_runs_ahead(settings, said, ahead):
    settings.SANDBOX = True
    call_command("advance_clock", said)
    assert is_about(clock.now(), timezone.now() + ahead)


def test_it_runs_further_each_time(settings):
    settings.SANDBOX = True
    call_command("advance_clock", "1d")
    call_command("advance_clock", "2d")
    assert is_about(clock.now(), timezone.now() + timedelta(days=3))


def test_what_was_advanced_does_not_count_outside_a_sandbox(settings):
    settings.SANDBOX = True
    clock.advance(by=timedelta(days=1))
    settings.SANDBOX = False
    assert is_about(clock.now(), timezone.now())


def test_the_clock_of_real_trade_is_left_alone():
    with pytest.raises(CommandError, match="SANDBOX"):
        call_command("advance_clock", "1d")


@pytest.mark.parametrize("said", ["", "d", "0d", "soon", "P0D", "99999999999d"])
def test_nonsense_is_refused(settings, said):
    settings.SANDBOX = True
    with pytest.raises(CommandError, match="Not a time"):
        call_command("advance_clock", said)
