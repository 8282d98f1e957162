"""Days as months of weeks, and months as they are asked for."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from tradepost.stays.months import last_day_of, months_later, months_of, read_month

TODAY, LATEST = date(2027, 3, 29), date(2029, 3, 28)


@dataclass(frozen=True)
class Day:
    date: date


def days(start: date, end: date) -> list[Day]:
    return [Day(start + timedelta(days=number)) for number in range((end - start).days)]


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("2027-05", date(2027, 5, 1)),
        ("2027-03", date(2027, 3, 1)),
        ("2027-01", date(2027, 3, 1)),
        ("2050-01", date(2029, 3, 1)),
        ("", date(2027, 3, 1)),
        ("soon", date(2027, 3, 1)),
        ("2027-05-01", date(2027, 3, 1)),
    ],
)
def test_a_month_begins_on_its_first_day_and_is_one_that_may_be_shown(written, first):
    assert read_month(written, earliest=TODAY, latest=LATEST) == first


def test_months_have_weeks_of_seven_that_begin_on_mondays():
    march, april = months_of(days(date(2027, 3, 1), date(2027, 5, 1)))

    assert (march.first, april.first) == (date(2027, 3, 1), date(2027, 4, 1))
    assert {len(week) for month in (march, april) for week in month.weeks} == {7}
    assert [day and day.date.day for day in april.weeks[0]] == [None, None, None, 1, 2, 3, 4]
    assert all(day.date.weekday() == place for place, day in enumerate(april.weeks[1]))


def test_months_go_over_the_end_of_a_year():
    assert months_later(date(2027, 12, 1), 1) == date(2028, 1, 1)
    assert months_later(date(2027, 1, 1), -1) == date(2026, 12, 1)
    assert last_day_of(date(2028, 2, 1)) == date(2028, 2, 29)
