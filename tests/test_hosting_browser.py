"""Renting out a place, in a real browser: from the first draft to the first guest."""

import re
from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.test_browser import PASSWORD, sign_in

pytestmark = pytest.mark.browser

MONTH = (date.today().replace(day=1) + timedelta(days=70)).replace(day=1)
DAY = timedelta(days=1)
PLACE = {
    "Name": "Kite Loft", "Description": "A loft for people who fly kites.",
    "Street and number": "Windy Quay 4", "Town": "Porto", "Country": "PT", "Latitude": "41.1466",
    "Longitude": "-8.6109", "Time zone": "Europe/Lisbon", "Price of a night": "84.50",
}  # fmt: skip


def become_a_host(page) -> None:
    name = f"hal-{uuid4().hex[:8]}"
    page.goto("/account/register/")
    page.get_by_label("First name").fill("Hal")
    page.get_by_label("Last name").fill("Reis")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Email address").fill(f"{name}@example.com")
    page.get_by_label("a host, to offer places to stay").check()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Register").click()


def describe_a_place(page) -> str:
    """Fill in a draft, wrongly at first; return its number."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Hosting").click()
    page.get_by_role("link", name="Describe your place").click()
    for label, text in PLACE.items():
        page.get_by_label(label).first.fill(text)
    page.get_by_label("on request, when I have agreed").check()
    page.get_by_label("Wifi").check()
    page.get_by_label("Nights at least").fill("3")
    page.get_by_label("Nights at most").fill("2")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be shorter than the shortest")
    expect(page.get_by_label("Wifi")).to_be_checked()
    page.get_by_label("Nights at least").fill("2")
    page.get_by_label("Nights at most").fill("20")
    page.get_by_role("button", name="Save the draft").click()
    page.wait_for_url(re.compile(r"/hosting/places/\d+/photos/$"))
    return page.url.split("/")[-3]


def add_a_photo(page) -> None:
    content = BytesIO()
    Image.new("RGB", (60, 40), "#1f6650").save(content, "PNG")
    file = {"name": "loft.png", "mimeType": "image/png", "buffer": content.getvalue()}
    page.get_by_label("Photo", exact=True).set_input_files(file)
    page.get_by_label("What it shows").fill("From the quay")
    page.get_by_role("button", name="Add the photo").click()
    expect(page.get_by_role("img", name="From the quay")).to_be_visible()


def block(page, first: date, days: int) -> None:
    blocks = page.get_by_role("region", name="Blocked nights")
    blocks.get_by_label("First night").fill(first.isoformat())
    blocks.get_by_label("Open again on").fill((first + days * DAY).isoformat())
    blocks.get_by_label("Note").fill("Painters")
    blocks.get_by_role("button", name="Block these nights").click()


def night(page, day: date):
    return page.locator(f"td:has(time[datetime='{day.isoformat()}'])")


def test_somebody_rents_out_a_place_and_accepts_the_first_guest(shop, page):
    become_a_host(page)
    place = describe_a_place(page)
    add_a_photo(page)

    page.get_by_role("link", name="Description").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("status")).to_contain_text("everybody can find and book it")

    page.get_by_role("link", name="Calendar").click()
    block(page, MONTH + 4 * DAY, 2)
    expect(night(page, MONTH + 4 * DAY)).to_contain_text("Blocked")
    expect(night(page, MONTH + 5 * DAY)).to_contain_text("Blocked")
    expect(night(page, MONTH + 6 * DAY)).to_contain_text("84.50")

    guest = shop.signed_in("guest")
    stay = {
        "property": int(place), "guests": 2,
        "start_date": (MONTH + 9 * DAY).isoformat(), "end_date": (MONTH + 12 * DAY).isoformat(),
    }  # fmt: skip
    assert guest.post("bookings/", json=stay).status_code == 201
    page.goto("/hosting/")
    requests = page.get_by_role("region", name="Requests to answer")
    expect(requests).to_contain_text("Mira Solberg")
    requests.get_by_role("button", name="Accept Mira Solberg, Kite Loft").click()

    expect(page.get_by_role("status")).to_contain_text("You accepted. Mira Solberg is told.")
    expect(requests).to_contain_text("Nobody waits for your answer.")
    page.goto(f"/hosting/places/{place}/calendar/?month={MONTH:%Y-%m}")
    expect(night(page, MONTH + 9 * DAY)).to_contain_text("Booked")

    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "guest", shop.password)
    page.get_by_role("button", name="Sign out").wait_for()
    assert page.request.get(f"/hosting/places/{place}/").status == 404


def test_it_works_on_a_phone_without_scripts(shop, browser):
    context = browser.new_context(
        base_url=shop.address, java_script_enabled=False, viewport={"width": 360, "height": 740}
    )
    page = context.new_page()

    become_a_host(page)
    place = describe_a_place(page)
    add_a_photo(page)
    page.get_by_role("link", name="Calendar").click()
    block(page, MONTH, 1)
    page.get_by_role("button", name="Open the nights from").click()
    page.goto(f"/hosting/places/{place}/delete/")
    page.get_by_role("button", name="Remove the place").click()

    expect(page.get_by_role("heading", name="Rent out your place")).to_be_visible()
    context.close()


def test_the_navigation_has_two_rows_on_a_phone_and_shows_where_one_is(shop, page):
    page.set_viewport_size({"width": 390, "height": 800})
    sign_in(page, "host", shop.password)

    page.goto("/hosting/")

    here = page.get_by_role("navigation", name="Main").get_by_role("link", name="Hosting")
    expect(here).to_be_in_viewport(ratio=1)
    top = page.get_by_role("banner").bounding_box()
    assert top["height"] < 2.5 * here.bounding_box()["height"]
    assert page.evaluate("document.documentElement.scrollWidth") == 390
