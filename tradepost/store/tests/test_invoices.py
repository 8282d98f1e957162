"""Invoices, read back from their PDF."""

import re
import struct
import zlib
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tradepost.store import invoices
from tradepost.store.actions.order_changes import cancel_order, set_payment_status
from tradepost.store.invoices import make_invoice
from tradepost.store.models import Order, OrderItem
from tradepost.store.tests.factories import make_order, make_product

ORDERS = "/api/v1/store/orders/"
needs_cjk = pytest.mark.skipif(invoices.CJK_PACKAGE is None, reason="needs the extra cjk")

pytestmark = pytest.mark.django_db


# How the library writes text: in fonts of every viewer as bytes of cp1252; in fonts of the file as
# strings of two-byte codes, and per font a table of their letters.
TABLE = re.compile(rb"begincodespacerange.*?beginbfchar(.*?)endbfchar", re.DOTALL)
STREAM = re.compile(rb"/Filter /FlateDecode\n/Length \d+\n>>\nstream\n(.*?)\nendstream", re.DOTALL)
FONT_OR_TEXT = re.compile(rb"/F(\d+) [\d.]+ Tf|\(((?:[^()\\]|\\.)*)\) Tj", re.DOTALL)
ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


def pages_of(pdf: bytes) -> list[str]:
    """Return the text of each page, a space between the pieces that are placed by themselves."""
    fonts = [_letters(table) for table in TABLE.findall(pdf)]
    contents = [zlib.decompress(stream) for stream in STREAM.findall(pdf)]
    return [_text(content, fonts) for content in contents if b" Tf ET" in content]


def _letters(table: bytes) -> dict[int, str]:
    pairs = re.findall(r"<([0-9A-F]{4})> <([0-9A-F]+)>", table.decode())
    return {int(code, 16): bytes.fromhex(to).decode("utf-16-be") for code, to in pairs}


def _text(content: bytes, fonts: list[dict[int, str]]) -> str:
    pieces, letters = [], {}
    for number, shown in FONT_OR_TEXT.findall(content):
        if number:
            letters = fonts[int(number) - 1] if fonts else {}
        else:
            raw = ESCAPED.sub(lambda found: {b"r": b"\r"}.get(found[1], found[1]), shown)
            pieces.append(_read_codes(raw, letters) if fonts else raw.decode("cp1252"))
    return " ".join(pieces)


def _read_codes(raw: bytes, letters: dict[int, str]) -> str:
    return "".join(letters[code] for code in struct.unpack(f">{len(raw) // 2}H", raw))


@pytest.fixture
def invoice(ann):
    """Order products with these titles and return the text of the invoice."""

    def text(*titles: str) -> str:
        order = make_order(ann, {make_product(title=title): 1 for title in titles})
        return " ".join(pages_of(make_invoice(loaded(order))))

    return text


def loaded(order: Order) -> Order:
    return Order.objects.with_items().select_related("customer__user").get(pk=order.pk)


# --- What it says ------------------------------------------------------------------------------


def test_an_invoice_names_all_that_matters(ann, settings):
    settings.SELLER_ADDRESS = "Harbour Street 1; 20457 Hamburg"
    cheap = make_product(title="Cup", unit_price="8.99")
    dear = make_product(title="Samovar", unit_price="1234.50")
    order = make_order(ann, {cheap: 2, dear: 1})
    Order.objects.update(
        delivery_address="Main Street 5, Springfield", placed_at="2026-03-01T12:00:00Z"
    )

    [text] = pages_of(make_invoice(loaded(order)))

    assert f"Invoice {order.pk} Order {order.pk} of 1 March 2026 Payment: pending" in text
    assert "Harbour Street 1 20457 Hamburg" in text
    assert "Ann Example ann@example.com" in text
    assert "Main Street 5, Springfield" in text
    assert "Product Quantity Unit price, USD Price, USD" in text
    assert "Cup 2 8.99 17.98" in text
    assert "Samovar 1 1,234.50 1,234.50" in text
    assert "Total: 1,252.48 USD" in text
    assert text.endswith("page 1 of  1")


def test_tax_is_information_and_no_part_of_the_total(ann, settings):
    settings.TAX_RATE = Decimal("0.075")
    order = make_order(ann, {make_product(unit_price="10.00"): 1})

    text = " ".join(pages_of(make_invoice(loaded(order))))

    assert "Total: 10.00 USD" in text
    assert "The prices are without tax, and the total holds none." in text
    assert "7.5 % tax on it would be 0.75 USD, 10.75 USD with it." in text


def test_no_tax_is_not_spoken_of(ann, settings):
    settings.TAX_RATE = Decimal(0)
    order = make_order(ann)

    assert "tax" not in " ".join(pages_of(make_invoice(loaded(order))))


def test_a_paid_order_is_marked_as_such(ann, dora):
    order = make_order(ann)
    set_payment_status(order_id=order.pk, status="C", actor=dora)

    assert "Payment: complete" in pages_of(make_invoice(loaded(order)))[0]


def test_a_canceled_order_says_that_nothing_is_owed(ann):
    order = make_order(ann)
    cancel_order(order_id=order.pk, actor=ann, now=timezone.now())

    text = pages_of(make_invoice(loaded(order)))[0]

    assert "Payment: canceled" in text
    assert "The order was canceled: nothing is owed." in text


def test_an_invoice_has_the_same_bytes_whenever_it_is_made(ann, time_machine):
    order = loaded(make_order(ann))
    now = make_invoice(order)

    time_machine.move_to(timezone.now() + timedelta(days=400))

    assert make_invoice(order) == now


# --- Long ones ---------------------------------------------------------------------------------


def test_two_hundred_lines_repeat_the_heading_on_each_page(ann):
    order = make_order(ann)
    products = [make_product(title=f"Item {n:03}") for n in range(199)]
    OrderItem.objects.bulk_create(
        OrderItem(order=order, product=one, title=one.title, quantity=1, unit_price="1.00")
        for one in products
    )

    pages = pages_of(make_invoice(loaded(order)))

    assert [page.count("Product Quantity Unit price") for page in pages] == [1] * len(pages)
    assert re.findall(r"Item \d{3}", " ".join(pages)) == [f"Item {n:03}" for n in range(199)]
    assert pages[-1].endswith("page 7 of  7")
    assert len(pages) == 7


@pytest.mark.parametrize("title", ["x" * 255, "word " * 50 + "end"])
def test_a_long_title_is_wrapped_and_whole(invoice, title):
    text = invoice(title.strip())

    assert "".join(title.split()) in "".join(text.split())


# --- Letters -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    ["Ωραίο τσάι", "Чай чёрный, Київ", "Łąka żółta", "Phở Việt", "10 € … “fine” ½", "<b>**x**</b>"],
)
def test_european_letters_are_readable(invoice, title):
    assert title in invoice(title)


@pytest.mark.parametrize("letter", ["é", "Є"])
def test_a_title_cannot_stand_for_the_number_of_pages(invoice, letter):
    assert f"{{nb}} {letter}" in invoice(f"{{nb}} {letter}")
    assert f"of   {letter}" in invoice(f"of {invoices.PAGES}{letter}")


@pytest.mark.parametrize("place", ["title", "buyer", "address", "seller"])
def test_letters_beyond_western_europe_are_readable_wherever_they_are(ann, settings, place):
    settings.SELLER_ADDRESS = "Львів" if place == "seller" else "Lviv"
    ann.last_name = "Львів" if place == "buyer" else "Lviv"
    ann.save()
    order = make_order(ann, {make_product(title="Львів" if place == "title" else "Lviv"): 1})
    Order.objects.update(delivery_address="Львів" if place == "address" else "Lviv")

    [text] = pages_of(make_invoice(loaded(order)))

    assert (text.count("Львів"), text.count("Lviv")) == (1, 3)


def test_an_invoice_in_western_letters_needs_no_fonts_of_its_own(ann):
    order = make_order(ann, {make_product(title="Café “Zoë”, 5 €"): 1})

    pdf = make_invoice(loaded(order))

    assert "Café “Zoë”, 5 €" in pages_of(pdf)[0]
    assert b"/FontFile" not in pdf


@needs_cjk
@pytest.mark.parametrize("title", ["日本語の急須 No. 5", "한국 찻잔", "中国茶壶"])
def test_east_asian_letters_are_readable(invoice, title):
    assert title in invoice(title, "Łąka żółta")


def test_east_asian_letters_are_substituted_without_the_font(invoice, monkeypatch):
    monkeypatch.setattr(invoices, "CJK_PACKAGE", None)

    assert "\ufffd\ufffd No. 5" in invoice("急須 No. 5")


def test_letters_that_no_font_has_are_substituted_where_they_were(invoice):
    assert "Smile \ufffd and \ufffd end" in invoice("Smile 😀 and ❤️ end")


def test_what_is_no_letter_does_no_harm(invoice):
    assert "a b c\ufffd" in invoice("a\tb\u200b\x07c\ue123")


# --- The door ----------------------------------------------------------------------------------


def test_the_buyer_downloads_the_invoice(api, ann):
    order = make_order(ann)

    answer = api(ann).get(f"{ORDERS}{order.pk}/invoice/", headers={"accept": "application/pdf"})

    assert answer.status_code == 200
    assert answer.content == make_invoice(loaded(order))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="invoice-{order.pk}.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"


def test_a_stranger_gets_the_404_of_an_order_that_is_not_there(api, ann, charlie):
    order = make_order(ann)

    foreign = api(charlie).get(f"{ORDERS}{order.pk}/invoice/")
    missing = api(charlie).get(f"{ORDERS}{order.pk + 1}/invoice/")

    assert (foreign.status_code, foreign.json()) == (404, missing.json())
    assert missing.status_code == 404


def test_a_visitor_gets_no_invoice(api, ann):
    order = make_order(ann)

    assert api().get(f"{ORDERS}{order.pk}/invoice/").status_code == 401


def test_an_invoice_takes_four_queries(api, ann, django_assert_num_queries):
    order = make_order(ann, {make_product(): 1, make_product(): 1})
    client = api(ann)

    with django_assert_num_queries(4):  # permissions, groups', order with buyer, lines
        client.get(f"{ORDERS}{order.pk}/invoice/")
