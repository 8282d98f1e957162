"""A trip from the search to its cancellation, in a real browser."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.stays import book_a_stay, offer_place
from tests.test_browser import register, sign_in

pytestmark = pytest.mark.browser

START = date.today() + timedelta(days=90)
END = START + timedelta(days=3)
NEAR_PORTO = "-9,41,-8,42"


def fill_in(page, name: str, value: object) -> None:
    page.locator(f"[name='{name}']").first.fill(f"{value}")


def look_for(page, place: dict) -> None:
    """Search on the page, by words and dates, and follow the pin of the map."""
    page.goto("/stays/")
    fill_in(page, "search", place["name"])
    fill_in(page, "from", START)
    fill_in(page, "to", END)
    expect(page.locator("#count")).to_have_text("1 place")
    expect(page.locator("#found .card")).to_contain_text("330.00")
    page.locator(".map a[aria-label^='Harbour loft']").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/stays/{place['id']}/"))


def pay_by_card(page) -> None:
    page.get_by_role("button", name="Pay 330.00 USD").click()
    expect(page.locator("#booking-next")).to_contain_text("All is settled.", timeout=20_000)


def book(page, place: dict) -> None:
    page.get_by_role("button", name="Book", exact=True).click()
    page.wait_for_url(re.compile(r"/bookings/\d+/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(place["name"])


@pytest.mark.parametrize("width", [1280, 390])
def test_a_guest_finds_books_pays_and_cancels(shop, page, width):
    page.set_viewport_size({"width": width, "height": 844})
    place = offer_place(shop)
    register(page)

    look_for(page, place)
    expect(page.locator("#quote")).to_contain_text("3 nights at 100.00 each")
    book(page, place)
    pay_by_card(page)
    expect(page.get_by_role("main")).to_contain_text("Confirmed")
    page.get_by_role("link", name="Cancel this booking").click()
    expect(page.get_by_role("main")).to_contain_text("330.00 USD")
    page.get_by_role("button", name="Cancel the stay").click()

    expect(page.locator("#booking-byline")).to_contain_text("Canceled")
    expect(page.locator("#booking-payments")).to_contain_text("330.00 USD refunded", timeout=20_000)


def test_what_a_stay_costs_follows_what_is_filled_in(shop, page):
    place = offer_place(shop)
    page.goto(f"/stays/{place['id']}/")
    page.evaluate("window.isSamePage = true")

    fill_in(page, "start_date", START)
    fill_in(page, "end_date", START + timedelta(days=1))
    expect(page.locator("#quote")).to_contain_text("1 night at 100.00")
    fill_in(page, "guests", 9)
    expect(page.locator("#quote")).to_contain_text("There is room for 4 at most.")

    assert page.evaluate("window.isSamePage")


def test_the_map_is_moved_without_a_new_page_and_back(shop, page):
    place = offer_place(shop)
    page.goto(f"/stays/?bounds={NEAR_PORTO}&search={place['name']}")
    page.evaluate("window.isSamePage = true")
    expect(page.locator(".map a .pin")).to_have_count(1)

    for _ in range(2):
        before = page.url
        page.get_by_role("link", name="East").click()
        expect(page).not_to_have_url(before)
        expect(page.locator("#found")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#count")).to_have_text("0 places")
    page.go_back()
    page.go_back()

    expect(page.locator(".map a .pin")).to_have_count(1)
    assert page.locator("[name=bounds]").input_value() == NEAR_PORTO
    assert page.evaluate("window.isSamePage")


def test_the_same_works_on_a_phone_without_scripts(shop, browser):
    place = offer_place(shop)
    context = browser.new_context(
        base_url=shop.address, java_script_enabled=False, viewport={"width": 360, "height": 740}
    )
    page = context.new_page()
    register(page)
    page.goto("/stays/")
    fill_in(page, "search", place["name"])
    page.get_by_role("button", name="Show").click()
    page.get_by_role("main").locator(".card a").click()
    fill_in(page, "start_date", START)
    fill_in(page, "end_date", END)
    page.get_by_role("button", name="What does it cost?").click()

    book(page, place)

    expect(page.get_by_role("button", name="Pay 330.00 USD")).to_be_visible()
    context.close()


def test_a_change_is_seen_before_it_is_asked_for(shop, page):
    booking = book_a_stay(shop)
    end = date.fromisoformat(booking["end_date"]) + timedelta(days=1)
    sign_in_as_guest(shop, page)
    page.goto(f"/bookings/{booking['id']}/change/")

    fill_in(page, "end_date", end)
    expect(page.locator("#change")).to_contain_text("100.00 USD more than now")
    page.get_by_role("button", name="Change the stay").click()

    expect(page.get_by_role("button", name="Pay 100.00 USD")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_of_stays_is_wider_than_the_window(shop, page, width):
    booking = book_a_stay(shop)
    sign_in_as_guest(shop, page)
    page.set_viewport_size({"width": width, "height": 800})
    place, own = f"/stays/{booking['property']['id']}/", f"/bookings/{booking['id']}/"

    wide = []
    for address in ("/stays/", place, "/bookings/", own, f"{own}change/", f"{own}cancel/"):
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(address)

    assert wide == []


def sign_in_as_guest(shop, page) -> None:
    sign_in(page, "guest", shop.password)
    page.get_by_role("button", name="Sign out").wait_for()
