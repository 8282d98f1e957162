"""Pages that keep themselves up to date, in real browsers that see each other."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.test_browser import register, sign_in
from tests.test_messaging_browser import write_to

pytestmark = pytest.mark.browser


@pytest.fixture
def other(shop, browser) -> Iterator[Page]:
    """The browser of somebody else."""
    context = browser.new_context(base_url=shop.address)
    yield context.new_page()
    context.close()


class Line:
    """The connection of a page, which can be cut."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.is_cut = False
        self.sockets: list[WebSocketRoute] = []
        page.route_web_socket(re.compile("/ws/v1/feed/"), self._open)

    def _open(self, socket: WebSocketRoute) -> None:
        if self.is_cut:
            return socket.close(code=1001)
        socket.connect_to_server()
        self.sockets.append(socket)

    def cut(self) -> None:
        self.is_cut = True
        self.page.context.set_offline(True)
        for socket in self.sockets:
            socket.close(code=1001)

    def mend(self) -> None:
        self.is_cut = False
        self.page.context.set_offline(False)


def live(page: Page) -> None:
    expect(page.locator("body[data-feed=live]")).to_be_attached(timeout=15_000)


def talk_of_two(shop, page: Page, other: Page) -> None:
    """Have a new person write to ines; both look at their conversation."""
    register(page)
    write_to(page, "ines", "Are you there?")
    page.goto(page.url.split("?")[0])
    sign_in(other, "ines", shop.password)
    other.wait_for_url(re.compile("/$"))
    other.goto(page.url.removeprefix(shop.address))
    live(page)
    live(other)


def write(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_role("button", name="Send").click()


def bubble(page: Page, text: str):
    return page.locator("#talk .bubble").filter(has_text=text)


def test_two_people_talk_without_loading_anything(shop, page, other):
    talk_of_two(shop, page, other)

    write(other, "Yes, all day.")
    expect(bubble(page, "Yes, all day.")).to_be_visible()
    write(page, "Good.")
    expect(bubble(other, "Good.")).to_be_visible()

    expect(bubble(page, "Good.")).to_contain_text("Seen")
    expect(page.locator("#pending li")).to_have_count(0)


def test_what_one_has_sent_stays_on_the_page_while_that_is_fetched(shop, page, other):
    talk_of_two(shop, page, other)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/inbox/[\w-]+/$"), hold)
    writing = page.locator("#pending li")

    write(page, "Good.")
    expect(bubble(other, "Good.")).to_be_visible()  # the server has it
    for _ in range(10):
        page.wait_for_timeout(50)
        expect(writing).to_have_text(["Good."])
    assert held

    for route in held:
        route.continue_()
    page.unroute_all()
    expect(bubble(page, "Good.")).to_be_visible()
    expect(writing).to_have_count(0)


def test_what_somebody_changes_is_seen_by_the_other(shop, page, other):
    talk_of_two(shop, page, other)
    mine = bubble(page, "Are you there?")

    bubble(other, "Are you there?").get_by_text("More", exact=True).click()
    bubble(other, "Are you there?").get_by_role("button", name="React with 🎉").click()
    expect(mine.get_by_role("button", name="🎉 1")).to_be_visible()

    mine.get_by_text("More", exact=True).click()
    mine.get_by_role("link", name="Edit").click()
    page.get_by_label("Your message").fill("Are you at home?")
    page.get_by_role("button", name="Save").click()
    expect(bubble(other, "Are you at home?")).to_contain_text("edited")


def test_one_sees_who_is_there_and_writes(shop, page, other):
    talk_of_two(shop, page, other)

    expect(page.locator(".presence")).to_be_visible()
    other.get_by_label("Your message").press_sequentially("Wel")
    expect(page.locator("#typing")).to_contain_text("is writing")


def test_what_is_written_without_a_line_is_sent_once_when_it_is_back(shop, traveller, other):
    page = traveller
    line = Line(page)
    talk_of_two(shop, page, other)

    line.cut()
    write(page, "From the tunnel")
    write(page, "Still there")
    expect(page.locator("#pending li")).to_have_text(["From the tunnel", "Still there"])
    expect(page.locator("#line")).to_contain_text("No connection")
    write(other, "Hello?")
    expect(bubble(other, "Hello?")).to_be_visible()
    line.mend()

    expect(bubble(other, "Still there")).to_be_visible(timeout=30_000)
    expect(bubble(page, "Still there")).to_be_visible(timeout=30_000)
    texts = [other.locator("#talk .bubble .rich").all_inner_texts()[-3:]]
    assert texts == [["Hello?", "From the tunnel", "Still there"]]
    expect(bubble(page, "Hello?")).to_have_count(1)
    expect(page.locator("#pending li")).to_have_count(0)


def test_what_waits_survives_the_page(shop, traveller, other):
    page = traveller
    line = Line(page)
    talk_of_two(shop, page, other)

    line.cut()
    write(page, "Before the reload")
    expect(page.locator("#pending li")).to_have_count(1)
    line.page.context.set_offline(False)
    page.reload()
    expect(page.locator("#pending li")).to_have_text(["Before the reload"])
    line.mend()

    expect(bubble(other, "Before the reload")).to_have_count(1, timeout=30_000)


def test_the_inbox_and_its_badge_follow(shop, page, other):
    talk_of_two(shop, page, other)
    other.goto("/inbox/")
    live(other)

    write(page, "One more thing")

    expect(other.locator("#conversations li").first).to_contain_text("One more thing")
    expect(other.locator("#unread-conversations")).to_be_visible()


def test_a_refused_message_comes_back_with_the_reason(shop, page, other):
    talk_of_two(shop, page, other)
    other.goto(other.url.rstrip("/") + "/about/")
    other.get_by_role("button", name=re.compile("^Block")).first.click()

    write(page, "Can you hear me?")

    expect(page.get_by_label("Your message")).to_have_value("Can you hear me?")
    expect(page.locator("#line")).not_to_be_empty()
    expect(page.locator("#pending li")).to_have_count(0)
