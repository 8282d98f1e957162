"""What stays cost: every cent has a line, and a promise is kept."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradepost.kit.money import half_up
from tradepost.stays.errors import BadQuote, QuoteExpired
from tradepost.stays.models import PriceLine, Season
from tradepost.stays.quotes import (
    Quote,
    Tariff,
    lines_as_json,
    lines_from_json,
    nights_between,
    price_stay,
    read_quote,
    sign_quote,
)

MONDAY = date(2027, 3, 1)
NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
Kind = PriceLine.Kind
PRICES = st.decimals("1.00", "9999.99", places=2)
PERCENTS = st.decimals("0.00", "100.00", places=2)


def money(text: str) -> Decimal:
    return Decimal(text)


def kinds_and_amounts(tariff: Tariff, nights: int, start: date = MONDAY):
    lines, _ = price_stay(tariff, start, start + timedelta(days=nights))
    return [(line.kind, line.quantity, line.amount) for line in lines]


def test_equal_nights_are_one_line():
    assert kinds_and_amounts(Tariff(price=money("80.00")), 3) == [("nights", 3, money("240.00"))]


def test_fridays_and_saturdays_have_their_own_price():
    tariff = Tariff(price=money("80.00"), weekend_price=money("100.00"))
    assert kinds_and_amounts(tariff, 7) == [
        ("nights", 5, money("400.00")),
        ("nights", 2, money("200.00")),
    ]


def test_a_season_counts_before_the_usual_price_on_its_nights_alone():
    season = Season(start_date=date(2027, 3, 2), end_date=date(2027, 3, 4), price=money("50.00"))
    tariff = Tariff(price=money("80.00"), seasons=[season])
    prices = [tariff.price_of(night) for night in nights_between(MONDAY, date(2027, 3, 5))]
    assert prices == [money("80.00"), money("50.00"), money("50.00"), money("80.00")]


def test_a_season_without_a_weekend_price_has_one_price():
    season = Season(start_date=MONDAY, end_date=date(2027, 3, 8), price=money("50.00"))
    tariff = Tariff(price=money("80.00"), weekend_price=money("100.00"), seasons=[season])
    assert kinds_and_amounts(tariff, 7) == [("nights", 7, money("350.00"))]


@pytest.mark.parametrize(("nights", "rate"), [(6, None), (7, "10"), (27, "10"), (28, "25")])
def test_a_longer_stay_is_cheaper(nights, rate):
    tariff = Tariff(
        price=money("100.00"), weekly_discount=money("10.00"), monthly_discount=money("25.00")
    )
    discounts = [line for line in kinds_and_amounts(tariff, nights) if line[0] == "discount"]
    expected = [] if rate is None else [("discount", 1, -nights * Decimal(rate))]
    assert discounts == expected


def test_the_tax_is_on_nights_and_fees_less_the_discount():
    tariff = Tariff(
        price=money("33.33"),
        cleaning_fee=money("20.00"),
        weekly_discount=money("7.50"),
        tax=money("8.75"),
    )
    # 7 x 33.33 = 233.31; less 17.49825; plus 20; times 0.0875 = 20.6347
    lines, rounding = price_stay(tariff, MONDAY, MONDAY + timedelta(days=7))
    assert [(line.kind, line.amount) for line in lines] == [
        ("nights", money("233.31")),
        ("discount", money("-17.50")),
        ("cleaning", money("20.00")),
        ("tax", money("20.63")),
    ]
    exact = (money("233.31") * money("0.925") + 20) * money("1.0875")
    assert rounding == money("256.44") - exact


TARIFFS = st.builds(
    Tariff,
    price=PRICES,
    weekend_price=st.none() | PRICES,
    cleaning_fee=st.decimals("0.00", "500.00", places=2),
    weekly_discount=PERCENTS,
    monthly_discount=PERCENTS,
    tax=PERCENTS,
)


@given(TARIFFS, st.integers(1, 60))
def test_the_lines_are_the_total_and_each_is_whole_cents(tariff, nights):
    lines, rounding = price_stay(tariff, MONDAY, MONDAY + timedelta(days=nights))
    quote = Quote(
        property_id=1,
        start_date=MONDAY,
        end_date=MONDAY + timedelta(days=nights),
        guests=1,
        lines=lines,
        terms={},
    )
    assert quote.total == sum(line.amount for line in lines) >= 0
    assert all(line.amount == half_up(line.amount) for line in lines)
    assert sum(line.quantity for line in lines if line.kind == Kind.NIGHTS) == nights
    assert abs(rounding) <= Decimal("0.015")  # half a cent of the discount, taxed, and of the tax
    assert lines_from_json(lines_as_json(lines)) == lines


def a_quote() -> Quote:
    lines, rounding = price_stay(Tariff(price=money("80.00")), MONDAY, date(2027, 3, 4))
    terms = {"name": "strict", "steps": [[336, 100], [168, 50]]}
    return Quote(
        property_id=7, start_date=MONDAY, end_date=date(2027, 3, 4), guests=2, lines=lines,
        terms=terms, rounding=rounding,
    )  # fmt: skip


def test_a_signed_quote_says_what_was_signed():
    token = sign_quote(a_quote(), until=NOW)
    assert read_quote(token, now=NOW) == a_quote()


def test_a_quote_holds_until_its_last_second_and_no_longer():
    token = sign_quote(a_quote(), until=NOW)
    with pytest.raises(QuoteExpired):
        read_quote(token, now=NOW + timedelta(seconds=1))


@pytest.mark.parametrize("spoil", [str.upper, lambda t: t[:-1], lambda t: "x" + t, lambda t: ""])
def test_nobody_else_can_write_one(spoil):
    with pytest.raises(BadQuote):
        read_quote(spoil(sign_quote(a_quote(), until=NOW)), now=NOW)
