"""Pages that are light and stand still, in a real browser."""

import pytest

from tests.test_browser import sign_in

pytestmark = pytest.mark.browser

MOST_BYTES = 100_000  # of home, without pictures, as they are before anybody compresses them
SHIFT = """() => new Promise(resolve => {
    let sum = 0;
    new PerformanceObserver(list => list.getEntries().forEach(one => (sum += one.value)))
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => resolve(sum), 300);
})"""
PUSH = "document.querySelector('h1').style.marginTop = '200px'"


def weigh(page) -> dict[str, int]:
    """Open home; return how many bytes came for what is no picture."""
    came = []
    page.on("response", lambda answer: came.append(answer))  # noqa: PLW0108 - Playwright takes no builtins
    page.goto("/", wait_until="networkidle")
    kinds = ("document", "stylesheet", "script", "fetch")
    return {one.url: len(one.body()) for one in came if one.request.resource_type in kinds}


def test_home_is_light(shop, page):
    weights = weigh(page)

    assert any(url.endswith(".css") for url in weights)
    assert sum(weights.values()) < MOST_BYTES


def test_home_is_light_for_people_who_are_signed_in(shop, page):
    sign_in(page, "guest", shop.password)
    page.wait_for_load_state("networkidle")

    weights = weigh(page)

    assert any(url.endswith("feed.js") for url in weights)
    assert sum(weights.values()) < MOST_BYTES


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    "address", ["/", "/products/", "/products/1/", "/stays/", "/account/sign-in/"]
)
def test_nothing_moves_while_a_page_comes(shop, page, width, address):
    page.set_viewport_size({"width": width, "height": 800})

    page.goto(address, wait_until="networkidle")

    assert page.evaluate(SHIFT) < 0.01


def test_what_moves_is_noticed(shop, page):
    page.goto("/", wait_until="networkidle")
    page.evaluate(PUSH)

    assert page.evaluate(SHIFT) > 0.01


@pytest.mark.parametrize("address", ["/", "/products/", "/products/1/"])
def test_every_picture_says_how_much_room_it_takes(shop, page, address):
    page.goto(address)

    rooms = "all => all.map(one => [one.getAttribute('width'), one.getAttribute('height')])"
    sizes = page.locator("img").evaluate_all(rooms)

    assert sizes != []
    assert [size for size in sizes if not all(size)] == []
