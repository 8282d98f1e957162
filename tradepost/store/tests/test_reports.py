"""The figures of the sales report, and their API."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tradepost.kit.errors import Invalid
from tradepost.store.models import Order
from tradepost.store.reports import (
    Period,
    choose_period,
    list_best_sellers,
    list_collection_prices,
    list_days,
    list_short_stock,
    list_spenders,
    read_sales_report,
)
from tradepost.store.tests.factories import make_collection, make_order, make_product

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
THREE_DAYS = Period(date(2026, 3, 9), date(2026, 3, 11))
SALES = "/api/v1/store/reports/sales/"
THE_TENTH = f"{SALES}?from=2026-03-10&to=2026-03-10"


def make_sale(buyer, quantities=None, *, at=NOON, status="C", **fields) -> Order:
    """Make an order that was placed, and perhaps paid, at some time."""
    order = make_order(buyer, quantities)
    Order.objects.filter(pk=order.pk).update(placed_at=at, payment_status=status, **fields)
    return order


@pytest.fixture
def stella(charlie):
    """Staff who may view orders."""
    charlie.is_staff = True
    charlie.save()
    charlie.user_permissions.add(Permission.objects.get(codename="view_order"))
    return charlie


def test_the_revenue_of_a_day_is_that_of_its_paid_orders(ann):
    tea, mug = make_product(unit_price="4.35"), make_product(unit_price="10.01")
    make_sale(ann, {tea: 3, mug: 1})
    make_sale(ann, {mug: 2})
    make_sale(ann, {tea: 1}, status="P")
    make_sale(ann, {tea: 1}, status="F")

    [before, day, after] = list_days(THREE_DAYS)

    assert day.revenue == Decimal("43.08")
    assert (before.date, before.revenue) == (date(2026, 3, 9), Decimal("0.00"))
    assert (after.date, after.revenue) == (date(2026, 3, 11), Decimal("0.00"))


def test_a_day_counts_its_orders_by_what_became_of_them(ann):
    for status, count in (("C", 4), ("P", 3), ("F", 2)):
        for _ in range(count):
            make_sale(ann, status=status)
    make_sale(ann, status="P", canceled_at=NOON)
    make_sale(ann, status="F", canceled_at=NOON)

    day = list_days(THREE_DAYS)[1]

    assert (day.orders, day.paid, day.pending, day.failed, day.canceled) == (11, 4, 3, 2, 2)


def test_sums_of_money_are_exact(ann):
    cent = make_product(unit_price="1.10", inventory=100)
    for _ in range(3):
        make_sale(ann, {cent: 1})

    report = read_sales_report(THREE_DAYS)

    assert str(report.days[1].revenue) == "3.30"
    assert str(report.best_sellers.by_revenue[0].revenue) == "3.30"
    assert str(report.customers[0].spent) == "3.30"
    assert str(report.totals.revenue) == "3.30"


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/St_Johns"])
def test_a_day_is_one_of_the_sites_time_zone(ann, settings, zone):
    settings.TIME_ZONE = zone
    period = Period(date(2026, 3, 10), date(2026, 3, 10))
    make_sale(ann, {make_product(unit_price="1.00"): 1}, at=period.starts_at)
    last = period.ends_at.replace(microsecond=0).timestamp() - 1
    make_sale(ann, {make_product(unit_price="2.00"): 1}, at=datetime.fromtimestamp(last, UTC))
    make_sale(ann, {make_product(unit_price="4.00"): 1}, at=period.ends_at)

    [day] = list_days(period)

    assert (day.date, day.revenue) == (date(2026, 3, 10), Decimal("3.00"))
    assert list_spenders(period)[0].spent == Decimal("3.00")


def test_best_sellers_are_ranked_by_units_and_by_revenue(ann):
    cheap = make_product(title="Cheap", unit_price="1.00", inventory=50)
    dear = make_product(title="Dear", unit_price="90.00")
    make_product(title="Never sold")
    make_sale(ann, {cheap: 20, dear: 1})
    make_sale(ann, {dear: 1})
    make_sale(ann, {dear: 5}, status="P")

    best = list_best_sellers(THREE_DAYS)

    assert [(s.title, s.units) for s in best.by_units] == [("Cheap", 20), ("Dear", 2)]
    assert [(s.title, s.revenue) for s in best.by_revenue] == [
        ("Dear", Decimal("180.00")), ("Cheap", Decimal("20.00")),
    ]  # fmt: skip


def test_ten_best_sellers_are_enough(ann):
    for number in range(1, 13):  # the more units, the less revenue
        price = round(Decimal(9000) / number**2, 2)
        make_sale(ann, {make_product(title=f"P{number}", unit_price=price, inventory=20): number})

    best = list_best_sellers(THREE_DAYS)

    assert [seller.title for seller in best.by_units] == [f"P{n}" for n in range(12, 2, -1)]
    assert [seller.title for seller in best.by_revenue] == [f"P{n}" for n in range(1, 11)]


def test_the_price_that_was_agreed_counts_not_todays(ann):
    tea = make_product(unit_price="5.00")
    make_sale(ann, {tea: 2})
    type(tea).objects.filter(pk=tea.pk).update(unit_price="9.00")

    [seller] = list_best_sellers(THREE_DAYS).by_revenue

    assert seller.revenue == Decimal("10.00")


def test_customers_are_ranked_by_what_they_paid(ann, bob, charlie):
    make_sale(ann, {make_product(unit_price="30.00"): 1})
    make_sale(bob, {make_product(unit_price="20.00"): 1})
    newest = make_sale(bob, {make_product(unit_price="20.00"): 1})
    make_sale(bob, {make_product(unit_price="900.00"): 1}, status="F")
    make_sale(charlie, {make_product(unit_price="900.00"): 1}, status="P")

    first, second = list_spenders(THREE_DAYS)

    assert (first.name, first.orders, first.spent) == ("Bob Example", 2, Decimal("40.00"))
    assert (first.customer, first.last_order) == (bob.customer.pk, newest.pk)
    assert (second.name, second.orders, second.spent) == ("Ann Example", 1, Decimal("30.00"))


def test_products_below_the_limit_run_low(db):
    make_product(title="Plenty", inventory=4)
    make_product(title="Few", inventory=3)
    make_product(title="None", inventory=0)

    short = list_short_stock(below=4)

    assert (short.below, short.count) == (4, 2)
    assert [(p.title, p.inventory) for p in short.products] == [("None", 0), ("Few", 3)]


def test_of_many_products_that_run_low_only_some_are_listed(db):
    for _ in range(52):
        make_product(inventory=1)

    short = list_short_stock(below=10)

    assert (short.count, len(short.products)) == (52, 50)


def test_collections_know_their_lowest_average_and_highest_price(db):
    tea, wood = make_collection("Tea"), make_collection("Wood")
    for price in ("1.00", "1.01", "2.00", "2.01"):
        make_product(collection=tea, unit_price=price)

    [of_tea, of_wood] = list_collection_prices()

    assert (of_tea.lowest_price, of_tea.highest_price) == (Decimal("1.00"), Decimal("2.01"))
    assert str(of_tea.average_price) == "1.51"  # 1.505, half-up
    assert (of_wood.collection, of_wood.products_count) == (wood.pk, 0)
    assert (of_wood.lowest_price, of_wood.average_price, of_wood.highest_price) == (None,) * 3


def test_the_totals_are_those_of_the_paid_orders(ann):
    make_sale(ann, {make_product(unit_price="10.00"): 2})
    make_sale(ann, {make_product(unit_price="5.01"): 1})
    make_sale(ann, {make_product(unit_price="7.00"): 1}, status="P")

    totals = read_sales_report(THREE_DAYS).totals

    assert (totals.revenue, totals.orders, totals.units) == (Decimal("25.01"), 2, 3)
    assert str(totals.average_order_value) == "12.51"  # 12.505, half-up


def test_the_average_of_no_orders_is_nothing(db):
    totals = read_sales_report(THREE_DAYS).totals

    assert (totals.revenue, totals.orders, totals.units) == (Decimal("0.00"), 0, 0)
    assert totals.average_order_value is None


def test_nothing_said_means_the_last_thirty_days():
    period = choose_period(first=None, last=None, today=date(2026, 3, 31))

    assert period == Period(date(2026, 3, 2), date(2026, 3, 31))


def test_a_period_may_have_366_days():
    period = choose_period(first=date(2023, 3, 1), last=date(2024, 2, 29), today=date(2026, 1, 1))

    assert len(list(period.days())) == 366


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        pytest.param(date(2023, 2, 28), date(2024, 2, 29), "from", id="367 days"),
        pytest.param(date(2024, 2, 2), date(2024, 2, 1), "from", id="backwards"),
        pytest.param(date(2026, 4, 1), None, "from", id="after today"),
        pytest.param(date(1, 1, 1), date(1, 1, 2), "from", id="before time"),
        pytest.param(None, date(9999, 12, 31), "to", id="the end of time"),
    ],
)
def test_no_report_is_made_of_a_period(first, last, field):
    with pytest.raises(Invalid) as refused:
        choose_period(first=first, last=last, today=date(2026, 3, 31))

    assert refused.value.field == field


def test_the_report_costs_six_queries_however_much_was_sold(ann, bob):
    for buyer in (ann, bob) * 3:
        make_sale(buyer, {make_product(): 1, make_product(): 2})

    with CaptureQueriesContext(connection) as queries:
        read_sales_report(THREE_DAYS)

    assert len(queries) == 6  # days, units, sellers, spenders, stock, prices


def test_staff_who_may_view_orders_read_the_report(api, ann, stella):
    product = make_product(title="Tea", unit_price="4.50", inventory=12)
    order = make_sale(ann, {product: 2})

    answer = api(stella).get(THE_TENTH)

    assert answer.status_code == 200
    sold = {"product": product.pk, "title": "Tea", "units": 2, "revenue": 9.0}
    assert json.loads(answer.content) == {
        "from": "2026-03-10",
        "to": "2026-03-10",
        "totals": {"revenue": 9.0, "orders": 1, "units": 2, "average_order_value": 9.0},
        "days": [
            {
                "date": "2026-03-10", "revenue": 9.0, "orders": 1, "paid": 1, "pending": 0,
                "failed": 0, "canceled": 0,
            }
        ],
        "best_sellers": {"by_units": [sold], "by_revenue": [sold]},
        "customers": [
            {
                "customer": ann.customer.pk, "name": "Ann Example", "orders": 1, "spent": 9.0,
                "last_order": order.pk,
            }
        ],
        "low_stock": {
            "below": 10, "count": 0, "products": [],
        },
        "collections": [
            {
                "collection": product.collection_id, "title": "Tea", "products_count": 1,
                "lowest_price": 4.5, "average_price": 4.5, "highest_price": 4.5,
            }
        ],
    }  # fmt: skip


def test_a_report_of_no_sales_has_no_average(api, stella):
    answer = api(stella).get(THE_TENTH)

    assert json.loads(answer.content)["totals"]["average_order_value"] is None


def test_visitors_read_no_report(api, db):
    assert api().get(SALES).status_code == 401


def test_staff_who_may_not_view_orders_read_no_report(api, ann):
    ann.is_staff = True
    ann.save()

    assert api(ann).get(SALES).status_code == 403


def test_customer_service_that_is_no_staff_reads_no_report(api, dora):
    assert dora.has_perm("store.view_order")
    assert api(dora).get(SALES).status_code == 403


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=yesterday", "from"), ("to=2026-02-30", "to"),
        ("from=2026-03-02&to=2026-03-01", "from"), ("from=2024-01-01&to=2026-01-01", "from"),
        ("to=9999-12-31", "to"), ("from=0001-01-01&to=0001-01-02", "from"),
    ],
)  # fmt: skip
def test_a_period_that_makes_no_sense_is_refused(api, stella, query, field):
    answer = api(stella).get(f"{SALES}?{query}")

    assert answer.status_code == 400
    assert list(answer.json()) == [field]


def test_the_report_of_the_api_costs_eight_queries(api, ann, stella, django_assert_num_queries):
    make_sale(ann)
    client = api(stella)

    # permissions of the user, of their groups; days, units, sellers, spenders, stock, prices
    with django_assert_num_queries(8):
        client.get(THE_TENTH)
