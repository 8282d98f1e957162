"""Writing a catalogue as the import reads it.

What was exported and imported into an empty shop is exported again byte for byte. Products without
an SKU that share title and collection are the exception: only the first of them can be known again.
Reviews and pictures stay: the shop does not keep by what imported reviews are known.
"""

import csv
from collections.abc import Iterator, Mapping
from decimal import Decimal
from io import StringIO

import orjson
from django.db.models import QuerySet

from tradepost.core.catalogue.formats import Format
from tradepost.core.catalogue.rows import category_of
from tradepost.core.catalogue.table import COLUMNS, join_labels, protect
from tradepost.store.models import Product
from tradepost.tags.queries import read_labels

AT_ONCE = 500
READ = (
    "pk", "sku", "title", "collection__title", "brand", "unit_price", "inventory", "description",
)  # fmt: skip
Row = Mapping[str, object]


def export_catalogue(*, products: QuerySet[Product], format: Format) -> Iterator[str]:
    """Yield the text of a file with these products, oldest first, some at a time."""
    return _as_csv(products) if format is Format.CSV else _as_json(products)


def _as_json(products: QuerySet[Product]) -> Iterator[str]:
    opening = "["
    for rows in _read(products):
        lines = []
        for row in rows:
            price = orjson.Fragment(str(row["price"]))
            lines.append(f"{opening}\n{orjson.dumps({**row, 'price': price}).decode()}")
            opening = ","
        yield "".join(lines)
    yield "[]\n" if opening == "[" else "\n]\n"


def _as_csv(products: QuerySet[Product]) -> Iterator[str]:
    yield _as_lines([list(COLUMNS)])
    for rows in _read(products):
        yield _as_lines([_cells(row) for row in rows])


def _as_lines(rows: list[list[str]]) -> str:
    text = StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cells(row: Row) -> list[str]:
    return [_cell(row[column]) for column in COLUMNS]


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case int() | Decimal():
            return str(value)
        case list():
            return protect(join_labels(value))
        case _:
            return protect(str(value))


def _read(products: QuerySet[Product]) -> Iterator[list[Row]]:
    """Yield the products by key, in two queries for each portion: memory does not grow."""
    last = 0
    while found := list(products.filter(pk__gt=last).order_by("pk").values(*READ)[:AT_ONCE]):
        labels = read_labels(model=Product, ids=[product["pk"] for product in found])
        yield [_row(product, labels.get(product["pk"], [])) for product in found]
        last = found[-1]["pk"]


def _row(product: Mapping[str, object], labels: list[str]) -> Row:
    """Return the product as a row; texts without space around them, as the import takes them."""
    return {
        "sku": str(product["sku"] or "").strip() or None,
        "title": str(product["title"]).strip(),
        "category": category_of(str(product["collection__title"])),
        "brand": str(product["brand"]).strip(),
        "price": product["unit_price"],
        "stock": product["inventory"],
        "tags": sorted({label.strip() for label in labels}),  # databases sort in their own ways
        "description": str(product["description"]).strip(),
    }
