"""The main story once more, in a real browser: the pages do what the API does."""

import re
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image

pytestmark = pytest.mark.browser

PASSWORD = "seven-lamps-in-the-hall"


def sign_in(page, username: str, password: str) -> None:
    page.goto("/account/sign-in/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def register(page) -> str:
    name = f"fay-{uuid4().hex[:8]}"
    page.goto("/account/register/")
    page.get_by_label("First name").fill("Fay")
    page.get_by_label("Last name").fill("Brook")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Email address").fill(f"{name}@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Register").click()
    return name


def order_the_first_tea(page) -> str:
    """Search, add to the cart, check out; return the order's number."""
    page.goto("/products/")
    page.get_by_label("Search").fill("tea")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("main").get_by_role("listitem").get_by_role("link").first.click()
    page.get_by_label("Quantity").fill("2")
    page.get_by_role("button", name="Add to the cart").click()
    page.goto("/checkout/")
    page.get_by_role("button", name="Place the order").click()
    page.wait_for_url(re.compile(r"/orders/\d+/$"))
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def test_a_visitor_becomes_a_buyer_and_talks_with_the_shop(shop, page):
    register(page)
    order = order_the_first_tea(page)

    page.get_by_role("button", name="Write to the shop about this order").click()
    page.get_by_label("Your message").fill("When will it come?")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("When will it come?").wait_for()
    talk = page.url.split("#")[0]

    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "host", shop.password)
    page.goto("/notifications/")
    assert f"Fay Brook placed order {order}." in page.get_by_role("main").inner_text()
    page.goto(talk)
    page.get_by_label("Your message").fill("On Tuesday.")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("On Tuesday.").wait_for()

    messages = page.get_by_role("main").inner_text()
    assert messages.index("When will it come?") < messages.index("On Tuesday.")


def test_the_receipt_is_in_the_mail_inbox(shop, page):
    register(page)
    order = order_the_first_tea(page)

    def the_mail_came() -> bool:
        page.goto("/mail/")
        return page.get_by_role("main").get_by_text(order).count() > 0

    for _ in range(50):
        if the_mail_came():
            break
        page.wait_for_timeout(200)
    page.get_by_role("main").get_by_role("link").first.click()

    assert "2" in page.get_by_role("main").inner_text()
    frame = page.frame_locator("iframe")
    frame.get_by_text("Fay").first.wait_for()


def test_the_same_works_on_a_phone_without_scripts(shop, browser):
    context = browser.new_context(
        base_url=shop.address, java_script_enabled=False, viewport={"width": 360, "height": 740}
    )
    page = context.new_page()

    register(page)
    order = order_the_first_tea(page)

    assert order.isdigit()
    context.close()


def test_what_a_visitor_put_into_the_cart_is_there_after_registering(shop, page):
    page.goto("/products/")
    card = page.get_by_role("main").get_by_role("listitem").get_by_role("link").first
    title = card.inner_text()
    card.click()
    page.get_by_role("button", name="Add to the cart").click()

    register(page)
    page.goto("/cart/")
    kept = page.get_by_role("main").inner_text()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/cart/")

    assert title in kept
    assert title not in page.get_by_role("main").inner_text()


def test_an_order_goes_to_a_new_address_and_is_canceled(shop, page):
    register(page)
    page.goto("/products/?in_stock=on")
    page.get_by_role("main").get_by_role("listitem").get_by_role("link").first.click()
    page.get_by_role("button", name="Add to the cart").click()
    page.get_by_role("link", name="Go to checkout").click()
    page.get_by_text("Where shall it go?").click()
    page.get_by_label("Street and number").fill("Long Lane 3")
    page.get_by_label("City").fill("York")
    page.get_by_role("button", name="Use this address").click()
    page.get_by_role("button", name="Place the order").click()
    page.wait_for_url(re.compile(r"/orders/\d+/$"))
    placed = page.get_by_role("main").inner_text()

    page.get_by_role("link", name="Cancel this order").click()
    page.get_by_role("button", name="Cancel the order").click()

    assert "Long Lane 3, York" in placed
    assert "Canceled" in page.get_by_role("main").inner_text()


def test_the_api_documentation_opens_without_any_other_host(shop, browser):
    context = browser.new_context(base_url=shop.address)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto("/api/v1/docs/")
    # Only what is in sight is drawn.
    page.get_by_text("/api/v1/accounts/export/", exact=True).first.wait_for()

    assert [url for url in asked if not url.startswith((shop.address, "data:"))] == []
    context.close()


def test_an_uploaded_picture_is_seen_on_the_product(shop, page):
    content = BytesIO()
    Image.new("RGB", (640, 480), "#1f6650").save(content, "JPEG")
    staff = shop.signed_in("admin")
    product = staff.get("store/products/").json()["results"][0]["id"]
    file = {"image": ("kettle.jpg", content.getvalue(), "image/jpeg")}
    staff.post(f"store/products/{product}/images/", files=file).raise_for_status()
    newest = staff.get(f"store/products/{product}/").json()["images"][-1]["id"]

    page.goto(f"/products/{product}/?picture={newest}")
    page.wait_for_function("document.querySelector('.pictures .picture').naturalWidth > 0")

    assert page.locator(".pictures .picture").first.evaluate("one => one.naturalWidth") == 640


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("address", ["/", "/products/", "/products/1/", "/cart/"])
def test_no_page_of_the_shop_is_wider_than_the_window(shop, page, width, address):
    page.set_viewport_size({"width": width, "height": 800})

    page.goto(address)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
