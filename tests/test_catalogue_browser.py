"""The catalogue while somebody fills its form in, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def search(page):
    return page.get_by_role("search").get_by_label("Search")


def count(page):
    return page.locator("#count")


def test_what_is_typed_is_found_without_a_new_page(shop, page):
    page.goto("/products/")
    page.evaluate("window.isSamePage = true")

    search(page).press_sequentially("kettle", delay=20)

    expect(page).to_have_url(re.compile("search=kettle"))
    expect(count(page)).not_to_have_text("30 products")
    assert page.evaluate("window.isSamePage")


def test_filters_apply_at_once_and_the_way_back_shows_what_was_there(shop, page):
    page.goto("/products/")
    before = count(page).inner_text()
    search(page).press_sequentially("tea", delay=20)
    expect(page).to_have_url(re.compile("search=tea"))
    page.get_by_label("In stock only").check()
    expect(page).to_have_url(re.compile("search=tea.*in_stock=on"))

    page.go_back()
    expect(page.get_by_label("In stock only")).not_to_be_checked()
    expect(search(page)).to_have_value("tea")
    page.go_back()

    expect(search(page)).to_have_value("")
    expect(count(page)).to_have_text(before)


def test_an_old_answer_does_not_take_the_place_of_a_newer_one(shop, page):
    held = []
    page.route(re.compile("search=tea"), lambda route: held.append(route))  # noqa: PLW0108 - Playwright takes no builtins
    page.goto("/products/")
    search(page).fill("tea")
    expect(page.locator("#found")).to_have_attribute("aria-busy", "true")

    search(page).fill("zzzz")
    expect(count(page)).to_have_text("0 products")
    held[0].fulfill(body="<p id=count>old</p><div id=found>old</div>", content_type="text/html")
    page.wait_for_timeout(200)

    assert count(page).inner_text() == "0 products"
    assert "Nothing fits that" in page.locator("#found").inner_text()


def test_a_mistake_is_named(shop, page):
    page.goto("/products/")

    page.get_by_label("Price from").fill("-1")

    expect(page.get_by_role("alert")).to_contain_text("Price from")


def test_without_scripts_the_form_asks_for_a_page(shop, browser):
    context = browser.new_context(base_url=shop.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/products/")

    search(page).fill("zzzz")
    page.get_by_role("button", name="Show").click()

    expect(page).to_have_url(re.compile("search=zzzz"))
    expect(count(page)).to_have_text("0 products")
    context.close()
