"""Whether everybody can use the pages: what axe finds, and what the keyboard reaches.

A page is looked at in both colour schemes and at both widths. A new one takes one line in PAGES.
"""

from importlib.resources import files

import pytest
from django.template.loader import render_to_string

from tests.stays import book_a_stay
from tests.test_browser import register, sign_in

pytestmark = pytest.mark.browser

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
GRAVE = ("serious", "critical")
ASK = """only => axe.run({resultTypes: ["violations"], ...(only && {runOnly: only})})
    .then(found => found.violations)"""
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
LOOKS = [  # colours are all that a scheme changes, and room all that a width does
    ("light", DESKTOP, None),
    ("dark", DESKTOP, ["color-contrast"]),
    ("dark", PHONE, None),
    ("light", PHONE, ["color-contrast"]),
]

HOSTED = "main a:has-text('Boathouse over the Fjord')"
# Who looks (nobody: a visitor; fay: somebody new, with a full cart), where they begin, and the
# links that they follow from there.
PAGES = [
    ("nobody", "/"),
    ("nobody", "/products/"),
    ("nobody", "/products/?search=zzzz"),
    ("nobody", "/products/?price_from=x"),
    ("nobody", "/products/1/"),
    ("nobody", "/stays/"),
    ("nobody", "/stays/?min_price=x&bounds=-10,38,-9,39"),
    ("nobody", "/stays/", "main .card a"),
    ("nobody", "/stays/", "main .card a", "a[rel=next]"),
    ("nobody", "/cart/"),
    ("nobody", "/account/sign-in/"),
    ("nobody", "/account/register/"),
    ("nobody", "/account/reset/"),
    ("nobody", "/nowhere/"),
    ("nobody", "/fault/"),
    ("fay", "/"),
    ("fay", "/cart/"),
    ("fay", "/checkout/"),
    ("fay", "/inbox/"),
    ("fay", "/orders/"),
    ("fay", "/reports/"),
    ("guest", "/products/1/"),
    ("guest", "/account/"),
    ("guest", "/account/sessions/"),
    ("guest", "/account/delete/"),
    ("guest", "/account/addresses/"),
    ("guest", "/orders/"),
    ("guest", "/orders/", "main a[href^='/orders/']"),
    ("guest", "/stays/", "main .card a"),
    ("guest", "/bookings/"),
    ("guest", "/bookings/", "main .lines a"),
    ("guest", "/bookings/", "main .lines a", "a[href$='/change/']"),
    ("guest", "/bookings/", "main .lines a", "a[href$='/cancel/']"),
    ("guest", "/inbox/"),
    ("guest", "/inbox/new/?search=i"),
    ("guest", "/inbox/new/group/"),
    ("guest", "/inbox/search/?q=tea"),
    ("guest", "/inbox/", "main a:has-text('Tea on Sunday')"),
    ("guest", "/inbox/", "main a:has-text('Tea on Sunday')", "a:has-text('2 replies')"),
    ("guest", "/inbox/", "main a:has-text('Tea on Sunday')", "a[href$='/about/']"),
    ("guest", "/notifications/"),
    ("guest", "/notifications/preferences/"),
    ("guest", "/mail/"),
    ("guest", "/mail/", "main a[href^='/mail/']"),
    ("guest", "/hosting/"),
    ("host", "/hosting/"),
    ("host", "/hosting/places/new/"),
    ("host", "/hosting/", HOSTED),
    ("host", "/hosting/", HOSTED, "main a[href$='/photos/']"),
    ("host", "/hosting/", HOSTED, "main a[href$='/calendar/']"),
    ("host", "/hosting/", HOSTED, "main a[href$='/delete/']"),
    ("admin", "/reports/"),
    ("admin", "/dashboard/"),
]


@pytest.fixture(scope="module")
def people(shop, browser):
    """A page for each of the people, signed in once."""
    pages = {name: _open(shop, browser) for name in ("nobody", "guest", "host", "admin", "fay")}
    book_a_stay(shop)
    for name in ("guest", "host", "admin"):
        sign_in(pages[name], name, shop.password)
    register(pages["fay"])
    pages["fay"].goto("/products/2/")
    pages["fay"].get_by_role("button", name="Add to the cart").click()
    yield pages
    for page in pages.values():
        page.context.close()


def _open(shop, browser):
    context = browser.new_context(base_url=shop.address, reduced_motion="reduce")
    context.route("**/fault/", lambda route: route.fulfill(body=FAULT, content_type="text/html"))
    return context.new_page()


FAULT = render_to_string("500.html")


def go(page, address, *links):
    """Open an address, and follow links from there."""
    page.goto(address)
    for link in links:
        page.goto(page.locator(link).first.get_attribute("href"))


def find_grave(page, only=None) -> list[str]:
    """Return what keeps people from using the page, in axe's words, and where it is."""
    return [
        f"{found['id']}: {node['target']} {node['failureSummary']}"
        for found in page.evaluate(ASK, only)
        if found["impact"] in GRAVE
        for node in found["nodes"]
    ]


@pytest.mark.parametrize("look", PAGES, ids=" ".join)
def test_nothing_on_a_page_keeps_anybody_out(people, look):
    who, *way = look
    page = people[who]
    go(page, *way)
    page.evaluate(AXE)

    found = {}
    for scheme, size, only in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        found[f"{scheme} {size['width']}"] = find_grave(page, only)

    assert {where: graves for where, graves in found.items() if graves} == {}
    assert (page.locator("#sign-out").count() > 0) == (who != "nobody")


def test_axe_finds_what_keeps_people_out(people):
    page = people["nobody"]
    page.goto("/")
    page.evaluate(AXE)
    page.evaluate("document.querySelector('main').innerHTML = '<img src=/favicon.svg>'")

    assert [text.split(":")[0] for text in find_grave(page)] == ["image-alt"]


# --- The keyboard, and motion --------------------------------------------------------------------

STOPS = 40
OUTLINE = """() => {
    const here = document.activeElement;  // a card has its outline around all of it
    const isSeen = [null, "::after"].some(part => {
        const {outlineStyle, outlineWidth} = getComputedStyle(here, part);
        return outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
    });
    return isSeen || here === document.body ? null : here.outerHTML;
}"""
MOVING = """() => Array.from(document.querySelectorAll("*"), one => getComputedStyle(one))
    .filter(style => (style.transitionDuration + "," + style.animationDuration)
        .split(",").some(length => parseFloat(length) > 0)).length"""


def test_the_first_stop_of_the_keyboard_leads_past_the_menu(people):
    page = people["nobody"]
    page.goto("/products/")

    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.textContent")
    box = page.evaluate("document.activeElement.getBoundingClientRect().toJSON()")
    page.keyboard.press("Enter")

    assert first == "Skip to the content"
    assert box["top"] >= 0 and box["left"] >= 0
    assert page.evaluate("document.activeElement.id") == "content"


@pytest.mark.parametrize("address", ["/", "/products/", "/products/1/", "/account/"])
def test_one_sees_where_the_keyboard_is(people, address):
    page = people["guest"]
    page.goto(address)
    page.wait_for_load_state("networkidle")

    unseen = []
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        unseen.append(page.evaluate(OUTLINE))

    assert [one for one in unseen if one] == []


def test_nothing_moves_for_people_who_want_that(people):
    page = people["nobody"]
    page.goto("/products/")

    page.emulate_media(reduced_motion="no-preference")
    moving = page.evaluate(MOVING)
    page.emulate_media(reduced_motion="reduce")

    assert moving > 0
    assert page.evaluate(MOVING) == 0
