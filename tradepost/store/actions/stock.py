"""Stock."""

from collections.abc import Collection as Some
from collections.abc import Mapping
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from tradepost.kit.jobs import enqueue
from tradepost.kit.locks import weak
from tradepost.kit.money import from_minor
from tradepost.kit.prepared import PreparedIn, hundredths
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.store.errors import OutOfStock
from tradepost.store.models import Product
from tradepost.store.stamps import CATALOGUE

TABLE = Product._meta.db_table
MOST_IN_STOCK = 2**31 - 1  # of one product, what the column holds
COLUMNS = ["id", "title", "unit_price", "inventory", "price"]  # in the order of the table


@atomic
def take_stock(*, quantities: Mapping[int, int]) -> dict[int, Product]:
    """Lower the stock of each product id by its quantity and return the products by id.

    The rows are locked in id order, so that orders that share products queue instead of
    deadlocking. Raises OutOfStock, with what is short and what is left of it, and takes nothing.
    """
    products = _lock(quantities)
    left = {pk: products[pk].inventory if pk in products else 0 for pk in quantities}
    short = {str(pk): left[pk] for pk in sorted(quantities) if left[pk] < quantities[pk]}
    if short:
        raise OutOfStock(short=short)
    _move(quantities, "-")
    _warn_of_low_stock(left, quantities)
    raise_stamp(CATALOGUE)
    return products


@atomic
def return_stock(*, quantities: Mapping[int, int]) -> None:
    """Put back what an order had taken of each product id, as far as the column has room."""
    room = {pk: MOST_IN_STOCK - product.inventory for pk, product in _lock(quantities).items()}
    _move({pk: min(quantity, room[pk]) for pk, quantity in quantities.items()}, "+")
    raise_stamp(CATALOGUE)


@atomic
def clear_inventory(*, product_ids: Some[int], now: datetime) -> int:
    """Note that nothing is left of these products, and return how many they are."""
    rows = Product.objects.filter(pk__in=product_ids)
    list(rows.select_for_update(no_key=weak()).order_by("pk").values_list("pk"))
    count = rows.update(inventory=0, last_update=now)
    raise_stamp(CATALOGUE)
    return count


def _locked_rows(product_ids: list[int]) -> QuerySet[Product, Any]:
    rows = Product.objects.select_for_update(no_key=weak()).filter(pk__in=product_ids)
    return rows.order_by("pk").values_list(
        "id", "title", hundredths("unit_price"), "inventory", hundredths("price")
    )


_locked = PreparedIn(_locked_rows)


def _lock(quantities: Mapping[int, int]) -> dict[int, Product]:
    """Return the products, locked in id order, with what an order needs to know of them."""
    return {
        pk: Product.from_db(
            None, COLUMNS, [pk, title, from_minor(unit_price), inventory, from_minor(price)]
        )
        for pk, title, unit_price, inventory, price in _locked.run(sorted(quantities))
    }


def _move(quantities: Mapping[int, int], sign: str) -> None:
    """Add to each product's stock (``+``) or take from it (``-``)."""
    cases = " ".join(["WHEN %s THEN %s"] * len(quantities))
    places = ", ".join(["%s"] * len(quantities))
    sql = (
        f"UPDATE {TABLE} SET inventory = inventory {sign} CASE id {cases} END"  # noqa: S608
        f" WHERE id IN ({places})"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*chain.from_iterable(quantities.items()), *quantities])


def _warn_of_low_stock(left: Mapping[int, int], taken: Mapping[int, int]) -> None:
    """Tell the staff of products that have just come below ``settings.LOW_STOCK``."""
    low = settings.LOW_STOCK
    crossed = [pk for pk in sorted(taken) if left[pk] >= low > left[pk] - taken[pk]]
    if crossed:
        enqueue("store.warn_of_low_stock", product_ids=crossed, notice=uuid4().hex)
