"""Reads of the shop that need more than one table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.text import slugify

from tradepost.accounts.models import User
from tradepost.kit.errors import NotFound
from tradepost.kit.prepared import Prepared, as_uuid
from tradepost.store.models import (
    Cart,
    CartItem,
    Collection,
    Customer,
    Order,
    OrderItem,
    Product,
)

LONGEST_SLUG = 50
CUSTOMER_SERVICE = "Customer Service"


def list_shop_desk() -> list[User]:
    """Return who answers for the shop: Customer Service, or the superusers while it is empty.

    Only their ids are loaded.
    """
    rows = _desk.run() or _superusers.run()
    return [User.from_db(None, ["id"], [as_uuid(pk)]) for (pk,) in rows]


def _active_people() -> QuerySet[User, Any]:
    people: QuerySet[User, Any] = User.objects.filter(is_active=True).order_by("pk")
    return people.values_list("pk")


_desk = Prepared(lambda: _active_people().filter(groups__name=CUSTOMER_SERVICE))
_superusers = Prepared(lambda: _active_people().filter(is_superuser=True))


def list_stock_keepers() -> list[User]:
    """Return the active staff who may change products, by permissions of theirs or of a group."""
    keepers = User.objects.with_perm(
        "store.change_product", backend="django.contrib.auth.backends.ModelBackend"
    )
    return list(keepers.filter(is_staff=True).order_by("pk"))


def has_bought(*, user: User, product_id: int) -> bool:
    """Return whether an order of the user with this product is paid."""
    paid = OrderItem.objects.filter(
        product_id=product_id,
        order__customer__user=user,
        order__payment_status=Order.PaymentStatus.COMPLETE,
    )
    return paid.exists()


@dataclass(frozen=True, kw_only=True)
class CartProblem:
    """Why an order of the cart may not be what its owner expects.

    ``code`` is ``price_changed`` (with ``was`` and ``now``), ``short_of_stock`` (with
    ``available``) or ``product_gone``; only the latter has no ``item_id``.
    """

    code: str
    title: str
    item_id: int | None = None
    was: Decimal | None = None
    now: Decimal | None = None
    available: int | None = None


def list_problems(cart: Cart) -> list[CartProblem]:
    """Return what is wrong with a cart that was loaded ``with_items()``, line by line."""
    gone = [CartProblem(code="product_gone", title=line.title) for line in cart.dropped_lines.all()]
    return [*(problem for item in cart.items.all() for problem in _problems_of(item)), *gone]


def _problems_of(item: CartItem) -> Iterable[CartProblem]:
    product = item.product
    if item.seen_price is not None and item.seen_price != product.price:
        yield CartProblem(
            code="price_changed",
            title=product.title,
            item_id=item.pk,
            was=item.seen_price,
            now=product.price,
        )
    if product.inventory < item.quantity:
        yield CartProblem(
            code="short_of_stock",
            title=product.title,
            item_id=item.pk,
            available=product.inventory,
        )


@dataclass(frozen=True)
class OrderMoment:
    """Something that happened to an order; ``actor`` is None when the account is gone, or nobody
    did it in person. ``amount`` is what was refunded."""

    kind: str
    at: datetime
    actor: User | None
    amount: Decimal | None = None


def list_timeline(order: Order) -> list[OrderMoment]:
    """Return what happened to an order, oldest first; load it with ``customer__user``."""
    events = order.events.select_related("actor").order_by("id")
    placed = OrderMoment("placed", order.placed_at, order.customer.user)
    later = (OrderMoment(event.kind, event.at, event.actor, event.amount) for event in events)
    return [placed, *later]


def list_history(*, customer_id: int) -> QuerySet[Order]:
    """Return the orders of a customer with their lines. Raises NotFound."""
    if not Customer.objects.filter(pk=customer_id).exists():
        raise NotFound
    return Order.objects.filter(customer_id=customer_id).with_items()


def free_slug(title: str) -> str:
    """Return a slug made of the title that no product has, as far as one can see."""
    wanted = slugify(title)[:LONGEST_SLUG].strip("-") or "product"
    taken = set(Product.objects.filter(slug__startswith=wanted[:40]).values_list("slug", flat=True))
    number = 1
    slug = wanted
    while slug in taken:
        number += 1
        slug = f"{wanted[: LONGEST_SLUG - 1 - len(str(number))]}-{number}"
    return slug


@dataclass(frozen=True)
class CountedCollection:
    """A collection, and how many products are in it."""

    pk: int
    title: str
    products_count: int


def list_counted_collections() -> list[CountedCollection]:
    """Return all collections by title; one query."""
    return [CountedCollection(*row) for row in _collections.run()]


def list_collection_titles() -> dict[int, str]:
    """Return the titles of all collections, in order, by their ids; one query."""
    return dict(_titles.run())


def _counted() -> Any:
    collections = Collection.objects.public().with_products_count().order_by("title", "id")
    return collections.values_list("pk", "title", "products_count")  # type: ignore[misc]


_collections = Prepared(_counted)
_titles = Prepared(
    lambda: Collection.objects.public().order_by("title", "id").values_list("pk", "title")
)
