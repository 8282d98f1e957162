"""Stock."""

from collections.abc import Mapping

from django.conf import settings
from django.db.models import Case, F, PositiveIntegerField, Value, When

from tradepost.kit.jobs import enqueue
from tradepost.kit.locks import weak
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.store.errors import OutOfStock
from tradepost.store.models import Product
from tradepost.store.stamps import CATALOGUE


@atomic
def take_stock(*, quantities: Mapping[int, int]) -> dict[int, Product]:
    """Lower the stock of each product id by its quantity and return the products by id.

    The rows are locked in id order, so that orders that share products queue instead of
    deadlocking. Raises OutOfStock, with what is short and what is left of it, and takes nothing.
    """
    rows = Product.objects.select_for_update(no_key=weak()).filter(pk__in=quantities)
    products = {product.pk: product for product in rows.order_by("pk")}
    left = {pk: products[pk].inventory if pk in products else 0 for pk in quantities}
    short = {str(pk): left[pk] for pk in sorted(quantities) if left[pk] < quantities[pk]}
    if short:
        raise OutOfStock(short=short)
    Product.objects.filter(pk__in=quantities).update(
        inventory=F("inventory") - _quantity_of_each(quantities)
    )
    _warn_of_low_stock(left, quantities)
    raise_stamp(CATALOGUE)
    return products


@atomic
def return_stock(*, quantities: Mapping[int, int]) -> None:
    """Put back what an order had taken of each product id."""
    rows = Product.objects.select_for_update(no_key=weak()).filter(pk__in=quantities)
    list(rows.order_by("pk").values_list("pk"))
    Product.objects.filter(pk__in=quantities).update(
        inventory=F("inventory") + _quantity_of_each(quantities)
    )
    raise_stamp(CATALOGUE)


def _quantity_of_each(quantities: Mapping[int, int]) -> Case:
    return Case(
        *(When(pk=pk, then=Value(quantity)) for pk, quantity in quantities.items()),
        output_field=PositiveIntegerField(),
    )


def _warn_of_low_stock(left: Mapping[int, int], taken: Mapping[int, int]) -> None:
    """Tell the staff of products that have just come below ``settings.LOW_STOCK``."""
    low = settings.LOW_STOCK
    crossed = [pk for pk in sorted(taken) if left[pk] >= low > left[pk] - taken[pk]]
    if crossed:
        enqueue("store.warn_of_low_stock", product_ids=crossed)
