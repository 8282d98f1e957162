"""Paying by Stripe on a page: our script, our orders to the browser and our server are real, what
comes from Stripe's hosts is a stand-in."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.conftest import Shop
from tests.servers import running_server
from tests.test_browser import order_the_first_tea, register
from tradepost.payments.tests.stripe_server import stripe_server

pytestmark = pytest.mark.browser

# What our script asks of Stripe's, answered by what is typed: a name of a test card.
SCRIPT = """
globalThis.Stripe = (key) => ({
  elements: () => ({
    create: (kind, options) => ({
      mount(place) {
        const box = document.createElement("input");
        box.setAttribute("aria-label", `${kind} for ${key}`);
        place.append(box);
      },
    }),
  }),
  async createPaymentMethod({ type }) {
    const id = document.querySelector(".card-field input").value;
    return id ? { paymentMethod: { id } } : { error: { message: `Your ${type} is incomplete.` } };
  },
  async handleNextAction({ clientSecret }) {
    const answer = await fetch(`/confirmed-at-stripe/${clientSecret}`);
    return answer.ok ? {} : { error: { message: "The bank said no." } };
  },
});
"""


@pytest.fixture(scope="module")
def stripe():
    with stripe_server() as (books, address):
        yield books, address


@pytest.fixture(scope="module")
def shop(tmp_path_factory, stripe) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("stripe-shop")
    settings = {
        "PAYMENT_PROVIDERS": "stripe",
        "STRIPE_SECRET_KEY": "sk_test_1",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_1",
        "STRIPE_WEBHOOK_SECRET": "whsec_1",
        "STRIPE_API_BASE": stripe[1],
    }
    with running_server(data_dir=folder, DATABASE_URL="", REDIS_URL="", **settings) as address:
        yield Shop(address, folder)


@pytest.fixture
def order(page: Page, stripe) -> Iterator[Page]:
    """The page of an order that somebody has placed, with the field for a card."""
    books, _ = stripe

    def confirm(route: Route) -> None:
        books.confirm(route.request.url.rpartition("/")[2])
        route.fulfill(status=204)

    def give_script(route: Route) -> None:
        route.fulfill(body=SCRIPT, content_type="text/javascript")

    page.route("https://js.stripe.com/v3/", give_script)
    page.route(re.compile("/confirmed-at-stripe/"), confirm)
    register(page)
    order_the_first_tea(page)
    expect(page.get_by_label("card for pk_test_1")).to_be_visible()
    return page


def pay(page: Page, card: str) -> None:
    page.get_by_label("card for pk_test_1").fill(card)
    page.get_by_role("button", name=re.compile("^Pay ")).click()


def test_an_order_is_paid_by_a_card_that_stripe_took(order):
    pay(order, "pm_card_visa")

    expect(order.get_by_text("•••• 4242")).to_be_visible(timeout=15_000)
    expect(order.locator("#order-byline")).to_contain_text("Paid")
    expect(order.locator("#pay-stripe")).to_have_count(0)


def test_what_is_wrong_with_a_card_is_said_and_another_one_pays(order):
    pay(order, "")
    expect(order.get_by_role("alert")).to_have_text("Your card is incomplete.")

    pay(order, "pm_card_chargeDeclined")
    expect(order.get_by_text("The card was declined.")).to_be_visible(timeout=15_000)

    pay(order, "pm_card_visa")
    expect(order.locator("#order-byline")).to_contain_text("Paid", timeout=15_000)


def test_the_banks_second_step_is_taken_on_the_page(order):
    pay(order, "pm_card_authenticationRequired")

    order.get_by_role("button", name="Go on with your bank").click(timeout=15_000)

    expect(order.locator("#order-byline")).to_contain_text("Paid", timeout=15_000)


def test_what_is_being_typed_survives_news_of_the_order(order, shop):
    order.get_by_label("card for pk_test_1").fill("pm_ca")

    number = order.url.rstrip("/").rpartition("/")[2]
    shop.signed_in("admin").patch(f"store/orders/{number}/", json={"payment_status": "F"})

    expect(order.locator("#order-story")).to_contain_text("failed", timeout=15_000)
    expect(order.get_by_label("card for pk_test_1")).to_have_value("pm_ca")


def test_only_pages_with_something_to_pay_let_stripe_in(order, shop):
    assert lets_stripe_in(order) == [True, False]

    pay(order, "pm_card_visa")
    expect(order.locator("#order-byline")).to_contain_text("Paid", timeout=15_000)

    assert lets_stripe_in(order) == [False, False]


def lets_stripe_in(page: Page) -> list[bool]:
    """Return whether the page that is open does, and whether home does."""
    policies = [
        page.request.get(path).headers["content-security-policy"] for path in (page.url, "/")
    ]
    assert all("img-src 'self' data:" in policy for policy in policies)
    return ["js.stripe.com" in policy for policy in policies]
