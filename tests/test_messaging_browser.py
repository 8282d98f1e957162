"""Talking, in a real browser: by clicks and keys, with scripts and without them."""

import re
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Route, expect

from tests.test_browser import register, sign_in

pytestmark = pytest.mark.browser


def picture() -> bytes:
    content = BytesIO()
    Image.new("RGB", (60, 40), "#1f6650").save(content, "PNG")
    return content.getvalue()


def write_to(page, name: str, text: str) -> None:
    """Find somebody and write them the first message."""
    page.goto("/inbox/new/")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("main").get_by_role("listitem").get_by_role("link").first.click()
    page.get_by_label("Your message").fill(text)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url(re.compile("/inbox/[0-9a-f-]{36}/"))


def more_of(page, text: str):
    """Open what else can be done with a message; return its bubble."""
    bubble = page.locator(".bubble").filter(has_text=text)
    bubble.get_by_text("More", exact=True).click()
    return bubble


def test_a_message_is_edited_reacted_to_answered_deleted_and_restored(shop, page):
    register(page)
    write_to(page, "ines", "Good mornin")

    more_of(page, "Good mornin").get_by_role("link", name="Edit").click()
    page.get_by_label("Your message").fill("Good **morning**")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".bubble strong", has_text="morning")).to_be_visible()
    expect(page.locator(".bubble").get_by_role("link", name="edited")).to_be_visible()

    more_of(page, "morning").get_by_role("button", name="React with 🎉").click()
    expect(page.get_by_role("button", name="🎉 1")).to_have_attribute("aria-pressed", "true")

    page.get_by_role("link", name="Reply to You").click()
    page.get_by_label("Your message").fill("Are you there?")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bubble .quote")).to_contain_text("You:")
    page.get_by_role("link", name="1 reply").click()
    expect(page.locator(".tree .level-1")).to_contain_text("Are you there?")
    page.go_back()

    more_of(page, "Are you there?").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("This message was deleted.").first).to_be_visible()
    page.get_by_role("button", name="Restore").click()
    expect(page.locator(".bubble .rich", has_text="Are you there?")).to_be_visible()


def test_a_picture_comes_with_its_message_and_is_seen(shop, page):
    register(page)
    write_to(page, "ines", "Look")

    page.get_by_label("Files").set_input_files(
        [
            {"name": "green.png", "mimeType": "image/png", "buffer": picture()},
            {"name": "list.txt", "mimeType": "text/plain", "buffer": b"Tea"},
        ]
    )
    page.get_by_role("button", name="Send").click()

    shown = page.get_by_role("img", name="green.png")
    expect(shown).to_be_visible()
    page.wait_for_function("document.querySelector('.files img').naturalWidth > 0")
    with page.expect_download() as download:
        page.get_by_role("link", name="list.txt").click()
    assert download.value.suggested_filename == "list.txt"


def test_files_are_shown_before_they_are_sent_and_how_far_they_are(shop, traveller):
    register(traveller)
    write_to(traveller, "ines", "Look")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    traveller.route("**/send/", hold)
    file = {"name": "green.png", "mimeType": "image/png", "buffer": picture()}
    send = traveller.get_by_role("button", name="Send")

    traveller.get_by_label("Files").set_input_files([file])
    expect(traveller.locator(".chosen li")).to_have_text(re.compile(r"green\.png · \d+ k?B"))
    assert traveller.locator(".chosen img").evaluate("img => img.decode().then(() => img.width)")
    send.click()
    expect(traveller.get_by_role("progressbar", name="Sending")).to_be_visible()
    held.pop().abort()
    expect(traveller.get_by_text("The files were not sent. Please try again.")).to_be_visible()

    send.click()
    expect(traveller.get_by_role("progressbar")).to_be_visible()
    held.pop().continue_()
    expect(traveller.get_by_role("img", name="green.png")).to_be_visible()
    assert re.search(r"#m-\d+$", traveller.url)


def test_a_file_that_is_not_let_in_is_named_on_the_page(shop, page):
    register(page)
    write_to(page, "ines", "Look")

    file = {"name": "list.exe", "mimeType": "text/plain", "buffer": b"MZ"}
    page.get_by_label("Files").set_input_files([file])
    page.get_by_label("Your message").fill("With a program")
    page.get_by_role("button", name="Send").click()

    expect(page.locator(".errorlist, .errors").first).to_be_visible()
    expect(page.get_by_label("Your message")).to_have_value("With a program")


def test_a_form_that_is_submitted_twice_sends_once(shop, page):
    register(page)
    write_to(page, "ines", "First")

    page.get_by_label("Your message").fill("Only once")
    page.evaluate(
        "const f = document.querySelector('form.write'); f.submit(); f.submit()"
    )  # past the scripts
    page.wait_for_url(re.compile("#m-2$"))
    page.reload()

    assert page.locator(".bubble", has_text="Only once").count() == 1


def test_a_group_is_made_and_kept_with_scripts_turned_off(shop, browser):
    context = browser.new_context(base_url=shop.address, java_script_enabled=False)
    page = context.new_page()
    register(page)
    page.goto("/inbox/new/group/")
    for name in ("ines", "jonas"):
        page.get_by_label("Name").fill(name)
        page.get_by_role("button", name="Find").click()
        page.get_by_role("link", name="Choose").click()
    title = f"Plans {uuid4().hex[:6]}"
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Start").click()

    page.get_by_label("Your message").fill("Hello you two")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="People and settings").click()
    page.get_by_role("button", name="Remove Jonas Weir").click()
    page.get_by_label("Keep it at the top of the inbox").check()
    page.get_by_role("button", name="Save").click()

    page.goto("/inbox/")
    expect(page.get_by_role("main").get_by_role("listitem").first).to_contain_text("Pinned")
    page.get_by_role("link", name=title).click()
    expect(page.get_by_text("Fay Brook removed Jonas Weir.")).to_be_visible()
    context.close()


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_no_page_of_messaging_is_wider_than_the_screen(shop, browser, width):
    context = browser.new_context(base_url=shop.address, viewport={"width": width, "height": 800})
    page = context.new_page()
    sign_in(page, "ines", shop.password)
    page.goto("/inbox/")
    page.get_by_role("link", name="Tea on Sunday").click()
    talk = page.url.split("?")[0].split("#")[0]
    thread = page.get_by_role("link", name="2 replies").get_attribute("href")

    def width_of(address: str) -> int:
        page.goto(address)
        return page.evaluate("document.documentElement.scrollWidth")

    pages = ["/inbox/", talk, thread, f"{talk}about/?search=o", "/inbox/search/?q=tea"]
    widths = {address: width_of(address) for address in [*pages, "/inbox/new/group/?search=o"]}
    context.close()

    assert {address for address, seen in widths.items() if seen > width} == set()
