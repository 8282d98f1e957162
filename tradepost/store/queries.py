"""Reads of the shop that need more than one table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.text import slugify

from tradepost.accounts.models import User
from tradepost.store.models import Cart, CartItem, Order, OrderItem, Product

LONGEST_SLUG = 50
CUSTOMER_SERVICE = "Customer Service"


def list_shop_desk() -> list[User]:
    """Return who answers for the shop: Customer Service, or the superusers while it is empty.

    Only their ids are loaded.
    """
    people = User.objects.filter(is_active=True).only("pk").order_by("pk")
    staffed = list(people.filter(groups__name=CUSTOMER_SERVICE))
    return staffed or list(people.filter(is_superuser=True))


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
    """Something that happened to an order; ``actor`` is None when the account is gone."""

    kind: str
    at: datetime
    actor: User | None


def list_timeline(order: Order) -> list[OrderMoment]:
    """Return what happened to an order, oldest first; load it with ``customer__user``."""
    events = order.events.select_related("actor").order_by("id")
    placed = OrderMoment("placed", order.placed_at, order.customer.user)
    return [placed, *(OrderMoment(event.kind, event.at, event.actor) for event in events)]


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
