import json
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy

from tradepost.kit.http.json import encode, money


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (Decimal("10.00"), b"10.00"),
        (Decimal("-0.50"), b"-0.50"),
        (UUID(int=7), b'"00000000-0000-0000-0000-000000000007"'),
        (datetime(2026, 11, 21, 12, tzinfo=UTC), b'"2026-11-21T12:00:00Z"'),
        (gettext_lazy("Not found."), b'"Not found."'),
        ({1: "one"}, b'{"1":"one"}'),
        ((1, 2), b"[1,2]"),
        ({1}, b"[1]"),
        ("\u00e9", '"\u00e9"'.encode()),
    ],
)
def test_what_our_answers_hold_becomes_json(value: object, encoded: bytes) -> None:
    assert encode(value) == encoded


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(TypeError):
        encode(object())


@pytest.mark.parametrize(
    ("cents", "encoded"),
    [
        (0, b"0.00"),
        (5, b"0.05"),
        (1000, b"10.00"),
        (99999, b"999.99"),
        (2**63 - 1, b"92233720368547758.07"),
        (-5, b"-0.05"),
        (-1005, b"-10.05"),
    ],
)
def test_money_has_exactly_two_decimals(cents: int, encoded: bytes) -> None:
    assert encode(money(cents)) == encoded


def test_money_is_a_json_number() -> None:
    assert json.loads(encode({"price": money(1000)})) == {"price": 10.0}
