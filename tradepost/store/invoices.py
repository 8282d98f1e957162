"""Invoices as PDF files.

Orders are charged without tax, so the total of an invoice is the order's; what the tax would be is
said below it, and said to be no part of it.
"""

import unicodedata
from collections.abc import Collection
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from importlib.util import find_spec
from io import BytesIO

from django.conf import settings
from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace, TTFFont
from fpdf.table import Row

from tradepost.kit.money import with_tax
from tradepost.store.models import Order

# Every viewer has the first, whose letters are those of cp1252; the others go into the file.
WESTERN_FONT, FONT, CJK_FONT = "helvetica", "invoice", "cjk"
WESTERN = "cp1252"
# A sign that something is missing, for fonts that have it: not left out, and no other letter.
SUBSTITUTE = {WESTERN_FONT: "?", FONT: "\ufffd", CJK_FONT: "\u3013"}
# Of 256 letters each: what is printed on every invoice, the rest of Latin, points, and the sign.
USUAL_BLOCKS = frozenset({0x00, 0x01, 0x20, 0xFF})
CJK_PACKAGE = files("noto_cjk_sans_jp_regular") if find_spec("noto_cjk_sans_jp_regular") else None
VARIATION_SELECTORS = "\ufe0e\ufe0f"
LAYOUT_TABLES = ("GDEF", "GPOS", "GSUB")  # of a font: half of it, and none of it is used here
NOBODYS = "\uffff"  # stands for letters of private use: a code that no font has
PAGES = "\x01\x02"  # the library puts their number here; letters that no text keeps
MARGIN_MM, LINE_MM = 18, 5.5
COLUMN_SHARES = (52, 10, 19, 19)
INK, SOFT, RULE = (38, 48, 44), (92, 101, 95), (226, 221, 210)
LEFT, RIGHT = "LEFT", "RIGHT"


def make_invoice(order: Order) -> bytes:
    """Return the invoice of an order as a PDF; the same bytes as long as nothing on it changes.

    Load the order ``with_items()`` and ``customer__user``. Letters that no font has become a
    visible substitute; those of Chinese, Japanese and Korean need the extra ``cjk``.
    """
    paper = _Paper(f"Invoice {order.pk}", order)
    paper.write_head()
    paper.write_people()
    paper.write_lines()
    paper.write_total()
    return bytes(paper.output())


class _Paper(FPDF):
    """A4 sheets with the number of the invoice and of the page on each."""

    def __init__(self, title: str, order: Order) -> None:
        super().__init__()
        self.invoice_title, self.order = title, order
        self.core_fonts_encoding = WESTERN
        self.set_title(title)
        self.set_author(settings.SITE_NAME)
        self.set_creation_date(order.placed_at)
        self.alias_nb_pages(PAGES)
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(True, margin=MARGIN_MM + 6)
        self._letters: dict[str, Collection[int]] = {WESTERN_FONT: _western_letters()}  # by font
        self._family = self._choose_font(_plain("\n".join(_texts_of(order))))
        self.add_page()

    def footer(self) -> None:
        """Write below each page which it is; called by the library."""
        self.set_y(-MARGIN_MM)
        self._use(8, color=SOFT)
        self.cell(0, text=f"{self.invoice_title}, page {self.page_no()} of {PAGES}")

    def write_head(self) -> None:
        order = self.order
        self._write(settings.SITE_NAME, size=11, color=SOFT)
        self._write(self.invoice_title, size=22, style="B")
        facts = [f"Order {order.pk} of {_day(order)}", f"Payment: {_payment(order)}"]
        self._write("\n".join(facts), color=SOFT)

    def write_people(self) -> None:
        buyer = self.order.customer.user
        seller = [settings.SITE_NAME, *(part.strip() for part in _seller_lines())]
        columns = [
            ("Seller", [*seller, settings.SITE_URL]),
            ("Buyer", [str(buyer), buyer.email]),
            ("Delivery to", [self.order.delivery_address or "no address was given"]),
        ]
        self.ln(6)
        self._use(9)
        with self.table(
            borders_layout="NONE", line_height=LINE_MM, text_align=LEFT, padding=(0, 4, 0, 0),
            headings_style=FontFace(emphasis="BOLD", color=SOFT),
        ) as table:  # fmt: skip
            table.row([heading for heading, _ in columns])
            self._fill(table.row(v_align="TOP"), *("\n".join(lines) for _, lines in columns))

    def write_lines(self) -> None:
        self.ln(6)
        self._use(9)
        self.set_draw_color(*RULE)
        with self.table(
            borders_layout="HORIZONTAL_LINES", col_widths=COLUMN_SHARES, line_height=LINE_MM,
            text_align=(LEFT, RIGHT, RIGHT, RIGHT), padding=(1.2, 1.5),
            headings_style=FontFace(emphasis="BOLD", color=SOFT),
        ) as table:  # fmt: skip
            currency = settings.CURRENCY
            table.row(["Product", "Quantity", f"Unit price, {currency}", f"Price, {currency}"])
            for line in self.order.items.all():
                money = _amount(line.unit_price), _amount(line.total_price())
                self._fill(table.row(), line.title, str(line.quantity), *money)

    def write_total(self) -> None:
        order, currency = self.order, settings.CURRENCY
        self.ln(3)
        if self.will_page_break(30):  # the total and what is said of it stay together
            self.add_page()
        self._write(f"Total: {_amount(order.total)} {currency}", size=13, style="B", align="R")
        if order.canceled_at is not None:
            self._write("The order was canceled: nothing is owed.", style="B", align="R")
        if settings.TAX_RATE:
            self._write(_tax_note(order.total), size=8, color=SOFT, align="R")

    def _fill(self, row: Row, *texts: str) -> None:
        """Write the cells of a row, each in one font that has its letters.

        One font and no mixture: the library's fallback fonts garble the lines after a mixed one.
        """
        for text in texts:
            family = self._family_for(text)
            row.cell(self._printable(text, family), style=FontFace(family=family))

    def _write(
        self, text: str, *, size: float = 9, style: str = "", align: str = "L",
        color: tuple[int, int, int] = INK,
    ) -> None:  # fmt: skip
        family = self._family if style else self._family_for(text)  # the large one is never bold
        self._use(size, style, color, family)
        height, shown = size * 0.55, self._printable(text, family)
        self.multi_cell(0, height, shown, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _use(
        self, size: float, style: str = "", color: tuple[int, int, int] = INK, family: str = ""
    ) -> None:
        self.set_font(family or self._family, style, size)
        self.set_text_color(*color)

    def _printable(self, text: str, family: str) -> str:
        """Return the text with a substitute for each letter that the font does not have."""
        known, substitute = self._letters[family], SUBSTITUTE[family]
        return "".join(
            letter if letter == "\n" or ord(letter) in known else substitute
            for letter in _plain(text)
        )

    def _choose_font(self, text: str) -> str:
        """Return the font for all that is not East Asian, and load it if it has to be."""
        letters = {ord(letter) for letter in text}
        if letters <= _western_letters():
            return WESTERN_FONT
        blocks = USUAL_BLOCKS.union(letter >> 8 for letter in letters) & _blocks_of_font()
        for style, name in (("", "Regular"), ("B", "Bold")):
            lean = BytesIO(_lean_font(name, blocks))
            # Not by add_font(), which wants a file with a name.
            font = TTFFont(self, lean, FONT + style, style)  # type: ignore[arg-type]
            self.fonts[FONT + style] = font
            self._letters[FONT] = font.cmap
        return FONT

    def _family_for(self, text: str) -> str:
        """Return the font that a text is set in: the large one only where it is of use."""
        known = self._letters[self._family]
        foreign = {ord(letter) for letter in text if letter.isalpha()}.difference(known)
        if foreign and self._load_cjk_font() and foreign.intersection(self._letters[CJK_FONT]):
            return CJK_FONT
        return self._family

    def _load_cjk_font(self) -> bool:
        if CJK_FONT not in self._letters and CJK_PACKAGE is not None:
            self.add_font(CJK_FONT, "", str(CJK_PACKAGE / "NotoSansCJKjp-Regular.otf"))
            font = self.fonts[CJK_FONT]
            self._letters[CJK_FONT] = font.cmap if isinstance(font, TTFFont) else ()
        return CJK_FONT in self._letters


def _texts_of(order: Order) -> list[str]:
    """Return all that somebody wrote which an invoice shows."""
    buyer = order.customer.user
    return [
        *(settings.SITE_NAME, settings.SITE_URL, settings.SELLER_ADDRESS, settings.CURRENCY),
        *(str(buyer), buyer.email, order.delivery_address),
        *(line.title for line in order.items.all()),
    ]


def _plain(text: str) -> str:
    """Return the text as it is set: accents with their letters, and nothing without a shape."""
    return "".join(map(_shape, unicodedata.normalize("NFC", text)))


def _shape(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind == "Cf" or letter in VARIATION_SELECTORS:
        return ""  # says how to draw its neighbours, and has no shape of its own
    if kind == "Cc":
        return "\n" if letter == "\n" else " "
    return NOBODYS if kind == "Co" else letter


@cache
def _western_letters() -> frozenset[int]:
    return frozenset(map(ord, bytes(range(256)).decode(WESTERN, "ignore")))


@cache
def _blocks_of_font() -> frozenset[int]:
    """Return in which blocks, of 256 letters each, our font has any."""
    with TTFont(_font_file("Regular")) as font:
        return frozenset(code >> 8 for code in font.getBestCmap())


@lru_cache(maxsize=32)
def _lean_font(name: str, blocks: frozenset[int]) -> bytes:
    """Return a font of ours with nothing but the letters of these blocks.

    The library reads a font anew for each file and takes out of it what is not used; with the
    whole font that costs several times as much as all the rest.
    """
    lean = BytesIO()
    with TTFont(_font_file(name), recalcTimestamp=False, lazy=True) as font:
        for table in LAYOUT_TABLES:
            del font[table]
        subsetter = Subsetter(Options(notdef_outline=True))
        subsetter.populate(unicodes=[code for code in font.getBestCmap() if code >> 8 in blocks])
        subsetter.subset(font)
        font.save(lean)  # house: allow W1 because it is written to memory
    return lean.getvalue()


def _font_file(name: str) -> str:
    return str(files("font_roboto") / "files" / f"Roboto-{name}.ttf")


def _seller_lines() -> list[str]:
    address: str = settings.SELLER_ADDRESS
    return [line for line in address.split(";") if line.strip()]


def _day(order: Order) -> str:
    return f"{order.placed_at.day} {order.placed_at:%B %Y}"


def _payment(order: Order) -> str:
    return "canceled" if order.canceled_at else order.get_payment_status_display().lower()


def _amount(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _tax_note(total: Decimal) -> str:
    rate, currency = settings.TAX_RATE, settings.CURRENCY
    gross = with_tax(total, rate=rate)
    return (
        "The prices are without tax, and the total holds none. For information: "
        f"{(rate * 100).normalize():f} % tax on it would be {_amount(gross - total)} {currency}, "
        f"{_amount(gross)} {currency} with it."
    )
