"""The catalogue's hot answers as bytes, from prepared rows: what ``api/products.py`` would say.

Only what is asked for in the usual way is answered here; a search, a value that does not look right
or a page that is not there is left to the view, which knows what to say about it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from rest_framework.utils.urls import remove_query_param, replace_query_param

from tradepost.kit.http.json import encode
from tradepost.kit.http.pagination import NumberedPages
from tradepost.kit.money import to_minor
from tradepost.kit.prepared import Prepared, PreparedIn
from tradepost.store.filters import ORDERED_BY, ProductFilter
from tradepost.store.models import Product
from tradepost.store.rows import product_as_json, product_rows, products_as_json

PARAMS = frozenset([*ProductFilter.base_filters, "search", "ordering", "page", "cursor"])
PLACES: Mapping[str, type[int] | type[Decimal]] = {
    "collection_id": int,
    "unit_price__gt": Decimal,
    "unit_price__lt": Decimal,
    "price__gte": Decimal,
    "price__lte": Decimal,
}
LOOKS_RIGHT = {int: re.compile(r"\d{1,18}"), Decimal: re.compile(r"\d{1,10}(\.\d{1,2})?")}
ORDERINGS = {f"{sign}{name}" for sign in ("", "-") for name in ORDERED_BY}
IN_STOCK = ("", "true", "false")
LATEST_PAGE = re.compile(r"[1-9]\d{0,8}")
PAGE_SIZE = NumberedPages.page_size


@dataclass(frozen=True)
class Shape:
    """What kind of list is asked for: lists of one shape differ in values only."""

    filters: frozenset[str]
    ordering: str
    in_stock: str

    def keys(self) -> tuple[str, str]:
        """What the rows are ordered by; the id rises or falls with what is before it."""
        return self.ordering, "-id" if self.ordering.startswith("-") else "id"


def product_bytes(caught: Mapping[str, str], params: Mapping[str, str], root: str) -> bytes | None:
    """Return one product; None when there is none."""
    shown = product_as_json(int(caught["pk"]), root=root)
    return None if shown is None else encode(shown)


def product_list_bytes(
    caught: Mapping[str, str], params: Mapping[str, str], root: str
) -> bytes | None:
    """Return a numbered page of the list; None where the view should answer."""
    if "cursor" in params:  # also an empty one: pages without a count
        return None
    given = {name: value for name, value in params.items() if value != ""}
    page, ordering = given.pop("page", "1"), given.pop("ordering", "title")
    in_stock, values = given.pop("in_stock", ""), _read_values(given)
    usual = ordering in ORDERINGS and in_stock in IN_STOCK and LATEST_PAGE.fullmatch(page)
    if values is None or not usual:
        return None
    shape = Shape(frozenset(values), ordering, in_stock)
    number, [count] = int(page), _count(shape).run(**values)[0]
    offset = (number - 1) * PAGE_SIZE
    if offset and offset >= count:
        return None
    ids = _ids(shape).run(**values, limit=PAGE_SIZE, offset=offset)
    rows = _rows(shape).run([pk for (pk,) in ids])
    url = f"{root}/api/v1/store/products/?{urlencode(sorted(params.items()))}"
    return encode(
        {
            "count": count,
            "next": _address(url, number + 1) if offset + PAGE_SIZE < count else None,
            "previous": _address(url, number - 1) if number > 1 else None,
            "results": products_as_json(rows, root=root),
        }
    )


def _address(url: str, number: int) -> str:
    """Return the address of a page; the first one has no number."""
    if number == 1:
        return str(remove_query_param(url, "page"))
    return str(replace_query_param(url, "page", number))


def _read_values(given: Mapping[str, str]) -> dict[str, int] | None:
    """Return what fills the places, None when anything is not a plain filter of this list."""
    values = {}
    for name, text in given.items():
        kind = PLACES.get(name)
        if kind is None or not LOOKS_RIGHT[kind].fullmatch(text):
            return None
        values[name] = to_minor(text) if kind is Decimal else int(text)
    return values


@lru_cache(maxsize=256)
def _count(shape: Shape) -> Prepared:
    return _prepare(shape, around="SELECT COUNT(*) FROM ({query}) AS counted", ordered=False)


@lru_cache(maxsize=256)
def _ids(shape: Shape) -> Prepared:
    """Find the ids of a page first: what is passed over on the way to it is then read from an
    index, and not whole rows."""
    return _prepare(shape, around="{query} LIMIT %(limit)s OFFSET %(offset)s", ordered=True)


@lru_cache(maxsize=256)
def _rows(shape: Shape) -> PreparedIn:
    def build(ids: list[int]) -> QuerySet[Any, Any]:
        products = Product.objects.public().filter(pk__in=ids).order_by(*shape.keys())
        rows: QuerySet[Any, Any] = product_rows(products)
        return rows

    return PreparedIn(build)


def _prepare(shape: Shape, *, around: str, ordered: bool) -> Prepared:
    """Build the query of ids that the view would build, with the filter set of the view."""

    def build(**marks: int | Decimal) -> QuerySet[Any, Any]:
        products: QuerySet[Product] = ProductFilter(
            {**marks, "in_stock": shape.in_stock, "ordering": shape.ordering},
            queryset=Product.objects.public(),
        ).qs
        return products.order_by(*(shape.keys() if ordered else ())).values_list("pk")

    places = {name: PLACES[name] for name in sorted(shape.filters)}
    return Prepared(build, places=places, around=around)
