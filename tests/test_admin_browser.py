"""The admin in a real browser: its own files only, and what plain requests cannot show."""

import re
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image

pytestmark = pytest.mark.browser

PRODUCTS = "/admin/store/product/"


@pytest.fixture
def admin(shop, page):
    """The admin's front page, signed in as a superuser."""
    page.goto("/admin/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(shop.password)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Admin Dashboard").wait_for()
    return page


def choose(page, box, text: str) -> str:
    """Type into a box of suggestions, take the first one and return it."""
    box.locator(".select2-selection").click()
    field = page.locator(".select2-container--open .select2-search__field")
    with page.expect_response(lambda answer: "term=" in answer.url):
        field.fill(text)  # by name: it gets the focus a moment after it is shown
    page.locator(
        ".select2-results__option--highlighted", has_text=re.compile(text, re.I)
    ).wait_for()
    field.press("Enter")
    return box.locator(".select2-selection__rendered").inner_text().removeprefix("\u00d7").strip()


def open_first_product(page) -> None:
    page.goto(PRODUCTS)
    page.locator("#result_list th.field-title a").first.click()
    page.locator("#product_form").wait_for()


def leaf() -> dict[str, object]:
    content = BytesIO()
    Image.new("RGB", (320, 180), "green").save(content, "PNG")
    return {"name": "leaf.png", "mimeType": "image/png", "buffer": content.getvalue()}


def test_the_slug_follows_the_title_until_somebody_changes_it(admin):
    admin.goto(f"{PRODUCTS}add/")
    title, slug = admin.get_by_label("Title"), admin.get_by_label("Slug")

    title.press_sequentially("Smoky tea")
    followed = slug.input_value()
    slug.fill("mine")
    slug.blur()
    title.press_sequentially(", first flush")

    assert (followed, slug.input_value()) == ("smoky-tea", "mine")


def test_a_picture_is_uploaded_and_shown_as_a_square(admin):
    open_first_product(admin)
    rows = admin.locator("#images-group img.thumbnail")
    before = rows.count()

    admin.locator("#images-group input[type=file]:visible").last.set_input_files(leaf())
    admin.get_by_role("button", name="Save and continue editing").click()
    admin.locator("ul.messagelist li.success").wait_for()

    shown = rows.last
    assert rows.count() == before + 1
    assert shown.evaluate("image => image.complete && image.naturalWidth > 0")
    assert shown.bounding_box() | {"x": 0, "y": 0} == {"x": 0, "y": 0, "width": 100, "height": 100}
    assert shown.evaluate("image => getComputedStyle(image).objectFit") == "cover"


def test_a_tag_is_found_by_typing_and_tied(admin):
    label = f"zesty-{uuid4().hex[:6]}"
    admin.goto("/admin/tags/tag/add/")
    admin.get_by_label("Label").fill(label)
    admin.get_by_role("button", name="Save", exact=True).click()
    open_first_product(admin)
    tags = admin.locator("#tags-taggeditem-content_type-object_id-group")

    tags.locator(".add-row a").click()
    choose(admin, tags.locator("tr.dynamic-tags-taggeditem-content_type-object_id").last, label)
    admin.get_by_role("button", name="Save and continue editing").click()
    admin.locator("ul.messagelist li.success").wait_for()

    assert label in tags.inner_text()


def test_an_order_is_taken_down_by_telephone(admin):
    admin.set_viewport_size({"width": 390, "height": 844})
    admin.goto("/admin/store/order/add/")

    customer = choose(admin, admin.locator(".field-customer"), "mir")
    product = choose(admin, admin.locator("#items-0"), "darj")
    admin.locator("input[name=items-0-quantity]").fill("2")
    admin.get_by_role("button", name="Save and continue editing").click()
    admin.locator("ul.messagelist li.success").wait_for()

    page = admin.locator("#content").inner_text()
    assert customer == "Mira Solberg"
    assert customer in page and product in page


def test_the_stock_of_chosen_products_is_cleared(admin):
    admin.goto(f"{PRODUCTS}?o=-3")  # the fullest first: other tests buy from others
    title = admin.locator("#result_list th.field-title a").first.inner_text()

    admin.locator("#result_list input.action-select").first.check()
    admin.get_by_label("Action:").select_option(label="Clear inventory")
    admin.get_by_role("button", name="Go").click()

    note = admin.locator("ul.messagelist li.success")
    assert note.inner_text() == "1 products were successfully updated."
    admin.goto(f"{PRODUCTS}?inventory=<10")
    assert title in admin.locator("#result_list").inner_text()


def test_no_page_of_the_shop_is_wider_than_a_telephone(admin):
    admin.set_viewport_size({"width": 390, "height": 844})
    too_wide = []

    for name in ("product", "collection", "customer", "order", "promotion", "review", "cart"):
        for path in (f"/admin/store/{name}/", f"/admin/store/{name}/add/"):
            if name in ("review", "cart") and path.endswith("add/"):
                continue  # nobody adds these here
            admin.goto(path)
            if admin.evaluate("document.documentElement.scrollWidth > innerWidth"):
                too_wide.append(path)

    assert too_wide == []
