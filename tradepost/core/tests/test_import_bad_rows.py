import json
from decimal import Decimal

import pytest

from tradepost.core.actions import imports as importing
from tradepost.core.tests.catalogues import a_review, a_row
from tradepost.store.models import Product


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": ""}, "title is empty"),
        ({"title": None}, "title is missing"),
        ({"title": 5}, "title must be a text, not 5"),
        ({"title": "x" * 256}, "title must have at most 255 characters, not 256"),
        ({"title": "a\0b"}, "title has characters that no text may have: 'a\\x00b'"),
        ({"title": "a\ud800b"}, "title has characters that no text may have: 'a\\ud800b'"),
        ({"category": None}, "category is missing"),
        ({"price": "8.99"}, "price must be a number, not '8.99'"),
        ({"price": True}, "price must be a number, not True"),
        ({"price": None}, "price must be a number, not None"),
        ({"price": float("nan")}, "price must be a number, not nan"),
        ({"price": 0.99}, "price must be from 1.00 to 9999.99, not 0.99"),
        ({"price": 10000}, "price must be from 1.00 to 9999.99, not 10000"),
        ({"price": 8.999}, "price must have at most two decimals, not 8.999"),
        ({"stock": -1}, "stock must be from 0 to 2147483647, not -1"),
        ({"stock": 2147483648}, "stock must be from 0 to 2147483647, not 2147483648"),
        ({"stock": 1.5}, "stock must be a whole number, not 1.5"),
        ({"stock": True}, "stock must be a whole number, not True"),
        ({"brand": ["Quay"]}, "brand must be a text, not ['Quay']"),
        ({"brand": "x" * 101}, "brand must have at most 100 characters, not 101"),
        ({"sku": 12}, "sku must be a text, not 12"),
        ({"tags": "black"}, "tags must be a list, not 'black'"),
        ({"tags": [1]}, "tag must be a text, not 1"),
        ({"tags": [""]}, "tag is empty"),
        ({"reviews": {}}, "reviews must be a list, not {}"),
        ({"reviews": [5]}, "review 1: must be an object, not 5"),
        ({"reviews": [a_review(rating=6)]}, "review 1: rating must be from 1 to 5, not 6"),
        ({"reviews": [a_review(rating=4.5)]}, "review 1: rating must be a whole number, not 4.5"),
        ({"reviews": [a_review(comment=None)]}, "review 1: comment is missing"),
        (
            {"reviews": [a_review(), a_review(date="March")]},
            "review 2: date must be in ISO 8601, not 'March'",
        ),
    ],
)
def test_a_bad_row_is_reported_with_its_reason_and_left_out(run, fields, reason):
    out, err = run([a_row(sku="GOOD", title="Good"), a_row(**fields)])

    assert err.endswith(f": {reason}\n")
    assert err.startswith("row 2 (id 7, ")
    assert out == "1 created, 0 updated, 0 unchanged, 1 bad rows left out.\n"
    assert Product.objects.get().sku == "GOOD"


@pytest.mark.parametrize("price", ["1" * 5000, "1e99999999999999999999", "1e999999", "9" * 40])
def test_a_number_beyond_all_measure_is_only_a_bad_row(run, price):
    text = json.dumps([a_row(sku="GOOD"), a_row(price="PRICE")]).replace('"PRICE"', price)

    out, err = run(text)

    assert "price must be from 1.00 to 9999.99" in err
    assert out == "1 created, 0 updated, 0 unchanged, 1 bad rows left out.\n"


@pytest.mark.parametrize("price", ["1", "1.00", "9999.99", "10.10", "5e1"])
def test_a_price_within_the_limits_is_taken_exactly(run, price):
    run(json.dumps([a_row(price="PRICE")]).replace('"PRICE"', price))

    assert Product.objects.get().unit_price == Decimal(price)


def test_a_bad_row_is_named_by_what_is_known_of_it(run):
    _, err = run([a_row(), {"title": "Nameless"}, 5])

    assert err.splitlines() == [
        "row 2 (title 'Nameless'): category is missing",
        "row 3: must be an object, not 5",
    ]


def test_the_second_row_with_a_sku_is_a_bad_row(run):
    _, err = run([a_row(), a_row(title="Other")])

    assert err == "row 2 (id 7, sku 'TEA-1', title 'Other'): is in the file already\n"
    assert Product.objects.get().title == "Harbour Tea"


def test_a_repetition_is_found_in_a_later_batch_too(run, monkeypatch):
    monkeypatch.setattr(importing, "ROWS_PER_TRANSACTION", 1)

    out, _ = run([a_row(), a_row(sku="B"), a_row(stock=3)])

    assert out == "2 created, 0 updated, 0 unchanged, 1 bad rows left out.\n"
    assert Product.objects.get(sku="TEA-1").inventory == 12


def test_a_good_row_after_a_bad_one_of_the_same_sku_goes_in(run):
    out, _ = run([a_row(price=0), a_row()])

    assert out == "1 created, 0 updated, 0 unchanged, 1 bad rows left out.\n"


def test_a_byte_that_is_not_utf_8_costs_one_row(run):
    text = json.dumps([a_row(), a_row(sku="B", title="Caf?")]).replace("?", "\xe9")

    out, err = run(text.encode("latin-1"))

    assert err.startswith("row 2 (id 7, sku 'B', title 'Caf\\udce9')")
    assert out == "1 created, 0 updated, 0 unchanged, 1 bad rows left out.\n"
