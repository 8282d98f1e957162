"""The page of the sales report, its charts, and its table of days as a file."""

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from tradepost.kit.charts import height_of, lay_rows, stand_columns
from tradepost.store.tests.factories import make_product
from tradepost.store.tests.test_reports import make_sale, stella  # noqa: F401 - a fixture

PAGE = "/reports/"
THREE_DAYS = "?from=2026-03-09&to=2026-03-11"
SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)


@pytest.fixture
def browser(client, stella):  # noqa: F811 - a fixture
    client.force_login(stella)
    return client


def test_the_page_shows_the_totals_of_a_period(browser, ann):
    make_sale(ann, {make_product(title="Green tea", unit_price="1234.50"): 2})

    page = browser.get(PAGE + THREE_DAYS).content.decode()

    assert "9 March 2026 to 11 March 2026" in page
    assert "2,469.00 <small>USD</small>" in page


def test_the_form_keeps_the_period(browser):
    page = browser.get(PAGE + THREE_DAYS).content.decode()

    assert 'name="from" value="2026-03-09"' in page
    assert 'name="to" value="2026-03-11"' in page


def test_each_day_has_a_bar_and_a_row_with_its_number(browser, ann):
    make_sale(ann, {make_product(unit_price="8.00"): 1})

    page = browser.get(PAGE + THREE_DAYS).content.decode()

    [days, *_] = charts(page)
    assert [bar.get("height") for bar in days.iter("rect")] == ["0.000%", "100.000%", "0.000%"]
    assert '<time datetime="2026-03-10">10 Mar 2026</time></th><td>8.00</td><td>1</td>' in page


def test_each_best_seller_has_a_bar_and_a_row(browser, ann):
    make_sale(ann, {make_product(title="A & B", unit_price="8.00"): 4})
    make_sale(ann, {make_product(title="C", unit_price="8.00"): 1})

    page = browser.get(PAGE + THREE_DAYS).content.decode()

    [_, by_revenue, by_units] = charts(page)
    assert [bar.get("width") for bar in by_revenue.iter("rect")] == ["100.000%", "25.000%"]
    assert [text.text for text in by_units.iter("text")] == ["A & B", "4", "C", "1"]
    assert page.count("A &amp; B</a></th><td>4</td><td>32.00</td>") == 2


def test_charts_say_what_they_show(browser, ann):
    make_sale(ann)

    page = browser.get(PAGE + THREE_DAYS).content.decode()

    for chart in charts(page):
        title, about = chart.find("title"), chart.find("desc")
        assert chart.get("role") == "img"
        assert chart.get("aria-labelledby") == f"{title.get('id')} {about.get('id')}"
        assert title.text and about.text


def test_the_page_has_no_scripts_of_its_own_and_no_inline_styles(browser, ann):
    make_sale(ann)

    page = browser.get(PAGE + THREE_DAYS).content.decode()

    assert (
        page.count("<script") == page.count('<script type="module" src="/static/') == 1
    )  # the frame's
    assert "style=" not in page
    assert "<style" not in page


def test_the_page_of_no_sales_says_so(browser):
    page = browser.get(PAGE + THREE_DAYS).content.decode()

    assert page.count("Nothing was sold.") == 2
    assert "Nobody paid for an order." in page
    assert "<dt>Average order</dt><dd>\N{EN DASH}</dd>" in page


@pytest.mark.parametrize("address", [PAGE, "/reports/days.csv"])
@pytest.mark.parametrize(
    "query", ["?from=yesterday", "?to=2026-02-30", "?from=2026-03-02&to=2026-03-01",
              "?from=2024-01-01&to=2026-01-01", "?to=9999-12-31"],
)  # fmt: skip
def test_a_period_that_makes_no_sense_is_answered_by_the_form(browser, address, query):
    answer = browser.get(address + query)

    assert answer.status_code == 400
    assert "Please check what you filled in" in answer.content.decode()
    assert "<svg" not in answer.content.decode()


def test_the_days_come_as_a_file(browser, ann):
    make_sale(ann, {make_product(unit_price="1234.50"): 2})
    make_sale(ann, status="P")

    answer = browser.get("/reports/days.csv" + THREE_DAYS)

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == (
        'attachment; filename="sales-2026-03-09-2026-03-11.csv"'
    )
    assert answer.content.decode().splitlines() == [
        "date,revenue,orders,paid,pending,failed,canceled",
        "2026-03-09,0.00,0,0,0,0,0",
        "2026-03-10,2469.00,2,1,1,0,0",
        "2026-03-11,0.00,0,0,0,0,0",
    ]


@pytest.mark.parametrize("address", [PAGE, "/reports/days.csv"])
def test_visitors_are_asked_to_sign_in(client, db, address):
    answer = client.get(address)

    assert (answer.status_code, answer["Location"]) == (302, f"/account/sign-in/?next={address}")


@pytest.mark.parametrize("address", [PAGE, "/reports/days.csv"])
def test_customer_service_that_is_no_staff_is_not_let_in(client, dora, address):
    client.force_login(dora)

    assert client.get(address).status_code == 403


@pytest.mark.parametrize("address", [PAGE, "/reports/days.csv"])
def test_staff_who_may_not_view_orders_are_not_let_in(client, ann, address):
    ann.is_staff = True
    ann.save()
    client.force_login(ann)

    assert client.get(address).status_code == 403


def test_those_who_may_find_the_page_in_the_navigation(browser):
    assert 'href="/reports/"' in browser.get("/").content.decode()


def test_others_do_not_find_the_page_in_the_navigation(client, dora):
    client.force_login(dora)

    assert "/reports/" not in client.get("/").content.decode()


def test_the_page_costs_six_queries_for_the_report(browser, ann, django_assert_max_num_queries):
    make_sale(ann)

    # session, user, place in the feed, permissions of the user, of their groups, badges of the
    # inbox and of notifications; days, units, sellers, spenders, stock, prices
    with django_assert_max_num_queries(13):
        browser.get(PAGE + THREE_DAYS)


def test_columns_fill_the_width_and_the_largest_the_height():
    half, whole, nothing, quarter = stand_columns([Decimal(n) for n in (2, 4, 0, 1)])

    assert (half.start, half.width, half.top, half.height) == (
        "0.000", "20.000", "50.000", "50.000",
    )  # fmt: skip
    assert (whole.start, whole.top, whole.height) == ("25.000", "0.000", "100.000")
    assert (nothing.top, nothing.height) == ("100.000", "0.000")
    assert (quarter.start, quarter.height) == ("75.000", "25.000")


def test_columns_of_nothing_have_no_height():
    assert [column.height for column in stand_columns([Decimal(0)] * 2)] == ["0.000"] * 2


def test_rows_lie_under_each_other():
    first, second = lay_rows([8, 2])

    assert (first.width, first.text_line, first.bar_top) == ("100.000", 16, 22)
    assert (second.width, second.text_line, second.bar_top) == ("25.000", 60, 66)
    assert height_of([first, second]) == 88


def charts(page: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(svg) for svg in SVG.findall(page)]
