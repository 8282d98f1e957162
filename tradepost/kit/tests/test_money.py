from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from tradepost.kit.money import (
    MoneyField,
    from_minor,
    half_up,
    minor_with_tax,
    tax_factor,
    to_minor,
    with_tax,
)

BIGGEST_CENTS = 2**63 - 1
cents = st.integers(min_value=0, max_value=BIGGEST_CENTS)
rates = st.decimals(min_value=0, max_value=3, places=4)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("0.005", "0.01"),
        ("0.004999", "0.00"),
        ("2.675", "2.68"),
        ("-0.005", "-0.01"),
        ("10", "10.00"),
    ],
)
def test_halves_are_rounded_away_from_zero(amount: str, rounded: str) -> None:
    assert str(half_up(Decimal(amount))) == rounded


def test_ten_per_cent_on_999_99_is_1099_99() -> None:
    assert str(with_tax(Decimal("999.99"), rate=Decimal("0.1"))) == "1099.99"


@given(cents, rates)
def test_both_ways_of_adding_tax_agree(cents: int, rate: Decimal) -> None:
    precise = with_tax(from_minor(cents), rate=rate)

    fast = minor_with_tax(cents, factor=tax_factor(rate))

    assert from_minor(fast) == precise


@given(st.integers(min_value=-BIGGEST_CENTS, max_value=BIGGEST_CENTS))
def test_cents_survive_the_way_to_decimal_and_back(cents: int) -> None:
    assert to_minor(from_minor(cents)) == cents


@given(cents)
def test_an_amount_always_has_two_places(cents: int) -> None:
    assert from_minor(cents).as_tuple().exponent == -2


@pytest.mark.parametrize(
    "value",
    [
        "0.001", Decimal("1.999"), "1e-3", "", "ten", None,
        "NaN", "sNaN", "Infinity", "-Infinity",
        "92233720368547758.08", "-92233720368547758.09", "1e30", "1e999999",
        "12345678901234567890123456789.01", "-1e999999",
    ],
)  # fmt: skip
def test_what_is_no_whole_number_of_cents_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        to_minor(value)


def test_the_model_field_refuses_a_third_decimal_as_bad_input() -> None:
    with pytest.raises(ValidationError):
        MoneyField().clean("1.005", None)


def test_the_form_field_reads_what_people_type() -> None:
    assert MoneyField().formfield().clean("8.99") == Decimal("8.99")


@pytest.mark.parametrize("typed", ["8.999", "NaN", "1e99", "eight"])
def test_the_form_field_refuses_what_is_no_amount(typed: str) -> None:
    with pytest.raises(ValidationError):
        MoneyField().formfield().clean(typed)


def test_an_amount_is_stored_as_cents_and_read_as_decimal(make_product, products, scalar) -> None:
    product = make_product(unit_price=Decimal("8.99"))

    read = products.get(pk=product.pk).unit_price

    assert str(read) == "8.99"
    assert scalar("SELECT unit_price FROM store_product") == 899


def test_sums_over_amounts_do_not_drift(make_product, products) -> None:
    for _ in range(100):
        make_product(unit_price="1.10")

    total = products.aggregate(total=Sum("unit_price"))["total"]

    assert str(total) == "110.00"


def test_filters_by_amount_are_exact_to_the_cent(make_product, products) -> None:
    for price in ("8.98", "8.99", "9.00"):
        make_product(unit_price=price)

    def prices(**conditions: object) -> list[str]:
        rows = products.filter(**conditions).order_by("unit_price")
        return [str(price) for price in rows.values_list("unit_price", flat=True)]

    assert prices(unit_price__gt=Decimal("8.99")) == ["9.00"]
    assert prices(unit_price__gte=Decimal("8.99")) == ["8.99", "9.00"]
    assert prices(unit_price__lt=Decimal("8.99")) == ["8.98"]
    assert prices(unit_price=Decimal("8.99")) == ["8.99"]
    assert prices(unit_price__in=[Decimal("8.98"), 9]) == ["8.98", "9.00"]
