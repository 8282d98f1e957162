"""Understanding one row: what it says becomes a product that the shop can take, or a reason why
it cannot. Nothing is rounded, cut or guessed: a value that does not fit makes a bad row.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from django.utils.text import slugify

from tradepost.core.catalogue.stream import RawRow
from tradepost.kit.money import half_up
from tradepost.kit.row_values import BadRow, Wrong, read_text, require_text, show
from tradepost.kit.tables import UnreadableRow
from tradepost.store.actions.upserts import ProductEntry, ReviewEntry
from tradepost.store.models.catalogue import HIGHEST_PRICE, LOWEST_PRICE

MOST_STOCK = 2_147_483_647  # what the column holds everywhere
_LONGEST_LABEL = _LONGEST_TITLE = _LONGEST_NAME = 255
_QUOTED = re.compile(r'"(\s*\S.*)"', re.DOTALL)
_SLUG_LIKE = re.compile(r"[a-z0-9]+([-_ ][a-z0-9]+)*")


@dataclass(frozen=True)
class GoodRow:
    """A row that can go in; ``labels`` is None when the row says nothing about tags."""

    place: str
    names: Mapping[str, object]
    product: ProductEntry
    labels: frozenset[str] | None

    def refuse(self, reason: str) -> BadRow:
        return BadRow(self.place, self.names, reason)


def understand(row: RawRow | UnreadableRow) -> GoodRow | BadRow:
    """Return what a row says, or what is wrong with it."""
    if isinstance(row, UnreadableRow):
        return BadRow(row.place, {}, row.reason)
    if not isinstance(row.value, dict):
        return BadRow(row.place, {}, f"must be an object, not {show(row.value)}")
    names = _names(row.value)
    try:
        return GoodRow(row.place, names, _product(row.value), _labels(row.value))
    except Wrong as wrong:
        return BadRow(row.place, names, str(wrong))


def _names(said: Mapping[str, object]) -> dict[str, object]:
    """Return by what a row can be found in its file."""
    return {key: said[key] for key in ("id", "sku", "title") if said.get(key) is not None}


def _product(said: Mapping[str, object]) -> ProductEntry:
    title = require_text(said, "title", longest=_LONGEST_TITLE)
    return ProductEntry(
        title=title,
        slug=slugify(title)[:50].strip("-") or "product",
        sku=read_text(said, "sku", longest=64) or None,
        collection=_collection(said),
        unit_price=_price(said),
        inventory=_whole(said, "stock", lowest=0, highest=MOST_STOCK),
        description=read_text(said, "description"),
        brand=read_text(said, "brand", longest=100),
        reviews=_reviews(said),
    )


def _collection(said: Mapping[str, object]) -> str:
    title = _title_of(require_text(said, "category"))
    if len(title) > _LONGEST_TITLE:
        raise Wrong(f"category must have at most {_LONGEST_TITLE} characters, not {len(title)}")
    return title


def _title_of(category: str) -> str:
    """``mens-shirts`` becomes "Mens Shirts"; a title that somebody wrote with care stays, and what
    is in quotation marks is taken as it is."""
    if quoted := _QUOTED.fullmatch(category):
        return quoted[1]
    if _SLUG_LIKE.fullmatch(category):
        return " ".join(word.capitalize() for word in re.split("[-_ ]", category))
    return " ".join(category.split())


def category_of(title: str) -> str:
    """Return the category from which a row gets a collection with exactly this title."""
    return title if _title_of(title) == title else f'"{title}"'


def _price(said: Mapping[str, object]) -> Decimal:
    price = said.get("price")
    if isinstance(price, bool) or not isinstance(price, int | Decimal):
        raise Wrong(f"price must be a number, not {show(price)}")
    if not LOWEST_PRICE <= price <= HIGHEST_PRICE:
        raise Wrong(f"price must be from {LOWEST_PRICE} to {HIGHEST_PRICE}, not {show(price)}")
    exact = half_up(Decimal(price))
    if exact != price:
        raise Wrong(f"price must have at most two decimals, not {show(price)}")
    return exact


def _whole(said: Mapping[str, object], key: str, *, lowest: int, highest: int) -> int:
    number = said.get(key)
    if isinstance(number, bool) or not isinstance(number, int):
        raise Wrong(f"{key} must be a whole number, not {show(number)}")
    if not lowest <= number <= highest:
        raise Wrong(f"{key} must be from {lowest} to {highest}, not {number}")
    return number


def _labels(said: Mapping[str, object]) -> frozenset[str] | None:
    if said.get("tags") is None:
        return None
    labels = _list(said, "tags")
    return frozenset(require_text({"tag": text}, "tag", longest=_LONGEST_LABEL) for text in labels)


def _reviews(said: Mapping[str, object]) -> tuple[ReviewEntry, ...]:
    if said.get("reviews") is None:
        return ()
    return tuple(
        _review(number, review) for number, review in enumerate(_list(said, "reviews"), start=1)
    )


def _review(number: int, said: object) -> ReviewEntry:
    try:
        if not isinstance(said, dict):
            raise Wrong(f"must be an object, not {show(said)}")
        return ReviewEntry(
            name=require_text(said, "reviewerName", longest=_LONGEST_NAME),
            email=read_text(said, "reviewerEmail") or "",
            description=require_text(said, "comment"),
            rating=_whole(said, "rating", lowest=1, highest=5),
            date=_date(said),
        )
    except Wrong as wrong:
        raise Wrong(f"review {number}: {wrong}") from wrong


def _date(said: Mapping[str, object]) -> date:
    """A moment counts as the day it was in UTC."""
    text = require_text(said, "date")
    try:
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError) as error:
        raise Wrong(f"date must be in ISO 8601, not {show(text)}") from error


def _list(said: Mapping[str, object], key: str) -> Iterable[object]:
    values = said[key]
    if not isinstance(values, list):
        raise Wrong(f"{key} must be a list, not {show(values)}")
    return values
