"""Stock."""

from collections.abc import Mapping

from django.db.models import Case, F, PositiveIntegerField, Value, When

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
    rows = Product.objects.select_for_update().filter(pk__in=quantities).order_by("pk")
    products = {product.pk: product for product in rows}
    left = {pk: products[pk].inventory if pk in products else 0 for pk in quantities}
    short = {str(pk): left[pk] for pk in sorted(quantities) if left[pk] < quantities[pk]}
    if short:
        raise OutOfStock(short=short)
    taken = Case(
        *(When(pk=pk, then=Value(quantity)) for pk, quantity in quantities.items()),
        output_field=PositiveIntegerField(),
    )
    Product.objects.filter(pk__in=quantities).update(inventory=F("inventory") - taken)
    raise_stamp(CATALOGUE)
    return products
