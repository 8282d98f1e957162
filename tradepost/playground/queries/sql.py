"""SQL by hand, where the rest does not reach"""

from collections.abc import Iterable

from django.db import connection

from tradepost.store.models import Product


def rows_of_raw_sql_as_models() -> Iterable[object]:
    """Columns that were not asked for are read when they are needed, row by row; no word of query
    sets can narrow the result."""
    sql = "SELECT id, title FROM store_product ORDER BY id LIMIT %s"
    return [product.title for product in Product.objects.raw(sql, [3])]


def a_number_by_a_cursor() -> dict[str, object]:
    """Any SQL, without models."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM store_product")
        [count] = cursor.fetchone()
    return {"products": count}


def a_function_of_the_database() -> Iterable[object]:
    """A function that lives in the database, where it can have some: how the search takes a text
    apart."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.callproc("store_product_search_tokens", ["Crème Brûlée No. 7"])
        return [words for (words,) in cursor.fetchall()]
