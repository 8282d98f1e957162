"""The books after the orders of a run: what must add up, asked of the database itself."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from typing import Any

import psycopg

from benchmarks import data

SOLD = """
    SELECT p.id, p.inventory, COALESCE(SUM(i.quantity), 0)
    FROM store_product p LEFT JOIN store_orderitem i ON i.product_id = p.id
    GROUP BY p.id, p.inventory
"""
ORDERS = "SELECT COUNT(*) FROM store_order"
WITHOUT_LINES = """
    SELECT COUNT(*) FROM store_order o
    WHERE NOT EXISTS (SELECT 1 FROM store_orderitem i WHERE i.order_id = o.id)
"""
OTHER_TOTAL = """
    SELECT COUNT(*) FROM store_order o
    WHERE o.total <> (SELECT COALESCE(SUM(i.unit_price * i.quantity), 0)
                      FROM store_orderitem i WHERE i.order_id = o.id)
"""


def wrong_sums(database: str, *, answered: int) -> list[str]:
    """Return what does not add up in a database with Tradepost's tables, [] when all is well.

    ``answered`` is how many orders the load saw confirmed; more may be there, but not fewer.
    """
    orders = _query(database, ORDERS)[0][0]
    without_lines = _query(database, WITHOUT_LINES)[0][0]
    other_total = _query(database, OTHER_TOTAL)[0][0]
    wrong = list(_wrong_stock(_query(database, SOLD)))
    if orders < max(answered, 1):
        wrong.append(f"{answered} orders were confirmed, {orders} are there")
    if without_lines:
        wrong.append(f"{without_lines} orders without a line")
    if other_total:
        wrong.append(f"{other_total} orders whose total is not the sum of their lines")
    return wrong


def _wrong_stock(sold: Iterable[tuple[int, int, int]]) -> Iterable[str]:
    before = {row.id: row.inventory for row in data.products()}
    rows = list(sold)
    if missing := before.keys() - {pk for pk, _, _ in rows}:
        yield f"{len(missing)} products are gone"
    for pk, left, quantity in rows:
        if before[pk] - left != quantity:
            yield f"product {pk}: {before[pk] - left} taken from stock, {quantity} in orders"
        if left < 0:
            yield f"product {pk}: a stock of {left}"


def _query(database: str, statement: str) -> list[tuple[Any, ...]]:
    if database.startswith("sqlite:///"):
        with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as connection:
            return connection.execute(statement).fetchall()
    with psycopg.connect(database) as connection:
        return connection.execute(statement).fetchall()
