"""What comes back when a guest cancels."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradepost.stays.models import PriceLine
from tradepost.stays.policies import percent_back, refund_of, terms_of
from tradepost.stays.quotes import Line

CHECK_IN = datetime(2027, 6, 10, 15, tzinfo=UTC)
Kind = PriceLine.Kind
LINES = [
    Line(Kind.NIGHTS, Decimal("400.00"), 4, Decimal("100.00")),
    Line(Kind.DISCOUNT, Decimal("-40.00")),
    Line(Kind.CLEANING, Decimal("30.00")),
    Line(Kind.TAX, Decimal("39.00")),  # ten per cent
]


@pytest.mark.parametrize(
    ("policy", "ahead", "percent"),
    [
        ("flexible", timedelta(hours=24), 100),
        ("flexible", timedelta(hours=24) - timedelta(seconds=1), 50),
        ("flexible", timedelta(seconds=1), 50),
        ("flexible", timedelta(0), 0),
        ("moderate", timedelta(days=5), 100),
        ("moderate", timedelta(days=4, hours=23), 50),
        ("moderate", -timedelta(hours=1), 0),
        ("strict", timedelta(days=14), 100),
        ("strict", timedelta(days=13), 50),
        ("strict", timedelta(days=7), 50),
        ("strict", timedelta(days=6), 0),
    ],
)
def test_the_policy_says_how_much(policy, ahead, percent):
    terms = terms_of(policy)
    assert percent_back(terms, starts_at=CHECK_IN, now=CHECK_IN - ahead) == percent


def refund(ahead: timedelta, policy: str = "moderate", lines=LINES) -> Decimal:
    return refund_of(lines, terms_of(policy), starts_at=CHECK_IN, now=CHECK_IN - ahead)


def test_early_enough_everything_comes_back():
    assert refund(timedelta(days=6)) == Decimal("429.00")


def test_later_the_cleaning_and_half_of_the_nights_come_back_with_their_tax():
    # half of 360, and 30: 210, with ten per cent of it
    assert refund(timedelta(days=1)) == Decimal("231.00")


def test_the_cleaning_comes_back_when_the_nights_do_not():
    assert refund(timedelta(days=1), "strict") == Decimal("33.00")


def test_nothing_comes_back_after_check_in():
    assert refund(timedelta(0)) == Decimal("0.00")


def test_what_was_kept_of_an_earlier_change_never_comes_back():
    lines = [*LINES, Line(Kind.KEPT, Decimal("50.00"))]
    assert refund(timedelta(days=6), lines=lines) == Decimal("429.00")
    assert refund(timedelta(days=1), lines=lines) == Decimal("231.00")


@given(
    st.integers(0, 10**7),
    st.integers(0, 100),
    st.integers(0, 10**5),
    st.integers(0, 10**6),
    st.integers(-100, 2000),
    st.sampled_from(["flexible", "moderate", "strict"]),
)
def test_no_more_comes_back_than_was_paid(nights, discount, cleaning, tax, hours, policy):
    lines = [
        Line(Kind.NIGHTS, Decimal(nights).scaleb(-2)),
        Line(Kind.DISCOUNT, -Decimal(nights * discount // 100).scaleb(-2)),
        Line(Kind.CLEANING, Decimal(cleaning).scaleb(-2)),
        Line(Kind.TAX, Decimal(tax).scaleb(-2)),
    ]
    back = refund(timedelta(hours=hours), policy, lines)
    assert 0 <= back <= sum(line.amount for line in lines)
