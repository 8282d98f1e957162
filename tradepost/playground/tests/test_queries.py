"""The examples give what they say, in as many queries as they say."""

from decimal import Decimal

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from tradepost.playground.queries import columns, filtering, list_chapters, related, sql, totals
from tradepost.playground.queries.example import read_answer
from tradepost.store.tests.factories import make_collection, make_order, make_product
from tradepost.tags.models import Tag, TaggedItem


@pytest.fixture
def shop(ann, bob):
    """Six products, six orders of ann and one of bob."""
    products = [
        make_product(title=f"P{n}", unit_price=f"{n}.99", inventory=100) for n in range(1, 7)
    ]
    for _ in range(6):
        make_order(ann, {products[0]: 2, products[1]: 1})
    make_order(bob, {products[5]: 10})
    return products


@pytest.mark.parametrize(
    ("example", "queries"),
    [
        (filtering.nothing_is_asked_before_it_is_needed, 1),
        (filtering.a_product_that_is_not_there, 3),  # get, first, exists
        (filtering.one_condition_or_the_other, 1),
        (filtering.across_two_relations, 1),
        (columns.the_second_page_of_five, 1),
        (columns.products_ever_ordered, 1),
        (columns.only_some_columns, 1),
        (columns.the_trap_of_only, 6),  # the products, and the price of each
        (columns.all_but_one_column, 1),
        (columns.a_query_set_that_was_read, 1),
        (columns.a_query_set_that_was_not_read, 2),
        (related.products_with_their_collection, 1),
        (related.products_with_their_promotions, 2),  # products, promotions
        (related.the_last_five_orders, 3),  # orders with customers, lines, products
        (totals.several_numbers_at_once, 1),
        (totals.customers_with_more_than_five_orders, 1),
        (totals.five_best_sellers, 1),
        (sql.rows_of_raw_sql_as_models, 1),
        (sql.a_number_by_a_cursor, 1),
    ],
)
def test_an_example_takes_so_many_queries(shop, example, queries):
    assert read_answer(example).queries == queries


def test_what_is_missing_is_met_in_three_ways(db):
    found = filtering.a_product_that_is_not_there()

    assert found == {"caught": None, "first": None, "exists": False}


def test_one_condition_or_the_other_leaves_out_both_and_neither(db):
    make_product(title="Both", inventory=1, unit_price="2.00")
    low = make_product(title="Low", inventory=1, unit_price="20.00")
    cheap = make_product(title="Cheap", inventory=50, unit_price="2.00")
    make_product(title="Neither", inventory=50, unit_price="20.00")

    assert list(filtering.one_condition_or_the_other()) == [cheap, low]


def test_products_ever_ordered_are_each_named_once_by_title(shop):
    assert [product.title for product in columns.products_ever_ordered()] == ["P1", "P2", "P6"]


def test_the_last_five_orders_name_customer_and_lines(shop):
    lines = related.the_last_five_orders()

    assert len(lines) == 5
    assert lines[0].endswith("of Bob Example: 10 x P6")
    assert lines[1].endswith("of Ann Example: 2 x P1, 1 x P2")


def test_tags_are_found_by_the_kind_of_their_object(db):
    product, collection = make_product(), make_collection()
    gift, other = Tag.objects.create(label="gift"), Tag.objects.create(label="other")
    tie(other, collection)
    tie(gift, product)

    assert related.the_tags_of_a_product() == [f"gift on product {product.pk}"]


def test_without_tags_there_are_none(db):
    assert related.the_tags_of_a_product() == []


def test_full_names_are_made_by_the_database(ann, bob):
    assert list(totals.full_names()) == ["Ann Example", "Bob Example"]


def test_discounted_prices_are_exact_decimals_rounded_half_up(db):
    for price in ("9.99", "1.03", "1.02"):  # four fifths: 7.992, 0.824, 0.816
        make_product(unit_price=price)

    lowered = [row["lowered"] for row in totals.discounted_prices()]

    assert [str(price) for price in lowered] == ["7.99", "0.82", "0.82"]


def test_only_customers_with_more_than_five_orders_are_named(shop, ann):
    assert list(totals.customers_with_more_than_five_orders()) == [
        {"pk": ann.customer.pk, "orders_count": 6}
    ]


def test_customers_have_spent_something_or_nothing(shop, ann, bob, charlie):
    assert list(totals.spent_by_each_customer()) == [
        {"pk": bob.customer.pk, "spent": Decimal("69.90")},
        {"pk": ann.customer.pk, "spent": Decimal("41.82")},
        {"pk": charlie.customer.pk, "spent": Decimal("0.00")},
    ]


def test_best_sellers_come_first_and_unsold_products_last(shop):
    sold = [(row["title"], row["sales"]) for row in totals.five_best_sellers()]

    assert sold == [
        ("P6", Decimal("69.90")), ("P1", Decimal("23.88")), ("P2", Decimal("17.94")),
        ("P3", Decimal("0.00")), ("P4", Decimal("0.00")),
    ]  # fmt: skip


def test_small_questions_have_numbers_for_answers(shop):
    assert totals.four_small_questions() == {
        "orders": 7,
        "units": 12,
        "of the customer": 6,
        "prices": {"lowest": Decimal("1.99"), "highest": Decimal("6.99")},
    }


def test_raw_rows_are_models_and_a_cursor_counts(shop):
    assert sql.rows_of_raw_sql_as_models() == ["P1", "P2", "P3"]
    assert sql.a_number_by_a_cursor() == {"products": 6}


def test_a_function_of_the_database_is_called_where_it_can_have_some(db):
    words = [["creme", "brulee", "no", "7"]] if connection.vendor == "postgresql" else []

    assert sql.a_function_of_the_database() == words


def test_every_example_answers_in_an_empty_shop(db):
    chapters = list_chapters()

    assert [chapter.title for chapter in chapters] == [
        "Filtering", "Sorting, slices and columns", "Related rows", "Aggregates and annotations",
        "SQL by hand, where the rest does not reach",
    ]  # fmt: skip
    assert all(answer.question and answer.code for c in chapters for answer in c.answers)


def tie(tag: Tag, to: object) -> None:
    kind = ContentType.objects.get_for_model(to)
    TaggedItem.objects.create(tag=tag, content_type=kind, object_id=to.pk)
