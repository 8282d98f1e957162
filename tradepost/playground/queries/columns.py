"""Sorting, slices and columns"""

from collections.abc import Iterable

from tradepost.store.models import OrderItem, Product


def dearest_of_the_cheap() -> Iterable[object]:
    """Sorted by price upwards, and titles downwards where prices are the same; then reversed."""
    return Product.objects.order_by("unit_price", "-title", "pk").reverse()[:5]


def the_second_page_of_five() -> Iterable[object]:
    """A slice is LIMIT and OFFSET."""
    return Product.objects.order_by("title", "pk")[5:10]


def first_and_last() -> dict[str, object]:
    """The cheapest product and the one that changed last; None in an empty shop."""
    return {
        "cheapest": Product.objects.order_by("unit_price", "pk").first(),
        "changed last": Product.objects.order_by("-last_update", "-pk").first(),
    }


def rows_as_dicts() -> Iterable[object]:
    """Some columns only, one of them of another table."""
    return Product.objects.order_by("pk").values("id", "title", "collection__title")[:3]


def rows_as_tuples() -> Iterable[object]:
    """The same without names."""
    return Product.objects.order_by("pk").values_list("id", "title", "collection__title")[:3]


def products_ever_ordered() -> Iterable[object]:
    """Products in any order, each once: their ids are a subquery."""
    ordered = OrderItem.objects.values("product_id").distinct()
    return Product.objects.filter(pk__in=ordered).order_by("title", "pk")[:5]


def only_some_columns() -> Iterable[object]:
    """only() loads what is named: one query."""
    return [product.title for product in Product.objects.only("title").order_by("pk")[:5]]


def the_trap_of_only() -> Iterable[object]:
    """A column that was left out costs one more query for each row."""
    products = Product.objects.only("title").order_by("pk")[:5]
    return [f"{product.title}: {product.unit_price}" for product in products]


def all_but_one_column() -> Iterable[object]:
    """defer() leaves out what is named, such as long texts."""
    return [product.title for product in Product.objects.defer("description").order_by("pk")[:5]]


def a_query_set_that_was_read() -> Iterable[object]:
    """Read whole first, a query set answers the rest from memory: one query."""
    products = Product.objects.order_by("pk")
    found = list(products)
    return [*found[:1], *products[:2]]


def a_query_set_that_was_not_read() -> Iterable[object]:
    """An index asked first is a query of its own: two queries."""
    products = Product.objects.order_by("pk")
    first = products[:1]
    return [*first, *list(products)[:2]]
