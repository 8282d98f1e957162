"""Related rows"""

from collections.abc import Iterable

from tradepost.store.models import Order, Product
from tradepost.tags.models import TaggedItem


def products_with_their_collection() -> Iterable[object]:
    """One row leads to one other: a join."""
    products = Product.objects.select_related("collection").order_by("title", "pk")[:5]
    return [f"{product.title} ({product.collection.title})" for product in products]


def products_with_their_promotions() -> Iterable[object]:
    """One row leads to many others: a second query for all of them."""
    products = Product.objects.prefetch_related("promotions").order_by("title", "pk")[:5]
    return [f"{product}: {[str(p) for p in product.promotions.all()]}" for product in products]


def the_last_five_orders() -> Iterable[object]:
    """Orders with customer, lines and the product of each line: three queries."""
    orders = Order.objects.select_related("customer__user").prefetch_related("items__product")
    return [
        f"{order.pk} of {order.customer}: "
        + ", ".join(f"{item.quantity} x {item.product.title}" for item in order.items.all())
        for order in orders.order_by("-placed_at", "-pk")[:5]
    ]


def the_tags_of_a_product() -> Iterable[object]:
    """Tags are tied to anything, by its kind and id; the product is found by a tag that it has."""
    kind_known = TaggedItem.objects.on(Product).order_by("pk").first()
    if kind_known is None:
        return []
    found = TaggedItem.objects.get_tags_for(Product, kind_known.object_id)
    return [f"{item.tag.label} on product {item.object_id}" for item in found]
