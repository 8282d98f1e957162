"""Carts. Every write of a cart's lines locks the cart first, and so does checkout: a line is
either in the order or refused, never lost between the two.

``user`` is who asks, None for visitors: a cart that somebody has claimed is theirs alone.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from tradepost.accounts.actions.users import lock_account
from tradepost.accounts.models import User
from tradepost.kit.errors import NotFound
from tradepost.kit.locks import hold
from tradepost.kit.prepared import Prepared
from tradepost.kit.transactions import atomic
from tradepost.store.errors import CartFull, NoSuchCart, NoSuchProduct, TooManyOfOneProduct
from tradepost.store.models import Cart, CartItem, DroppedLine, Product
from tradepost.store.models.carts import MOST_LINES, MOST_OF_ONE_PRODUCT


@atomic
def create_cart() -> Cart:
    """Make an empty cart that belongs to whoever knows its id."""
    return Cart.objects.create()


@atomic
def delete_cart(*, cart_id: UUID, user: User | None = None) -> None:
    """Remove a cart and what is in it. Raises NoSuchCart."""
    lock_cart(cart_id, user)
    Cart.objects.filter(pk=cart_id).delete()


@atomic
def add_to_cart(
    *, cart_id: UUID, product_id: int, quantity: int, user: User | None = None
) -> CartItem:
    """Add ``quantity`` of a product: a new line, or so many more on the line there is.

    Raises NoSuchCart, NoSuchProduct, TooManyOfOneProduct or CartFull.
    """
    _touch_cart(cart_id, user)
    line = CartItem.objects.filter(cart_id=cart_id, product_id=product_id)
    room = MOST_OF_ONE_PRODUCT - quantity
    if line.filter(quantity__lte=room).update(quantity=F("quantity") + quantity):
        return _seen(line.select_related("product").get())
    if room < 0 or line.exists():
        raise TooManyOfOneProduct(field="quantity")
    if not hold(Product.objects.filter(pk=product_id)):
        raise NoSuchProduct(field="product_id")
    if CartItem.objects.filter(cart_id=cart_id).count() >= MOST_LINES:
        raise CartFull(field="product_id")
    price = Product.objects.values_list("price", flat=True).get(pk=product_id)
    return CartItem.objects.create(
        cart_id=cart_id, product_id=product_id, quantity=quantity, seen_price=price
    )


@atomic
def add_to_new_cart(*, product_id: int, quantity: int, user: User | None = None) -> CartItem:
    """Make a cart, the user's own if there is one, that holds ``quantity`` of a product.

    Raises NoSuchProduct or TooManyOfOneProduct, and makes none.
    """
    cart = create_cart() if user is None else ensure_own_cart(user=user)
    return add_to_cart(cart_id=cart.pk, product_id=product_id, quantity=quantity, user=user)


@atomic
def ensure_own_cart(*, user: User) -> Cart:
    """Return the cart that the user has claimed, or a new one. Raises AccountClosed."""
    lock_account(user)
    cart, _ = Cart.objects.get_or_create(owner=user)
    return cart


@atomic
def claim_cart(*, cart_id: UUID, user: User) -> Cart:
    """Make a cart the user's own. If there is one already, the lines are put into that, as far as
    it can hold them, and the other cart is gone.

    Raises NoSuchCart or AccountClosed.
    """
    # One at a time for each user: two carts must not both become the only one.
    lock_account(user)
    both = Cart.objects.visible_to(user).filter(Q(pk=cart_id) | Q(owner=user))
    locked = {cart.pk: cart for cart in both.select_for_update().order_by("pk")}
    if cart_id not in locked:
        raise NoSuchCart
    own = next((cart for cart in locked.values() if cart.owner_id == user.pk), locked[cart_id])
    if own.pk != cart_id:
        _move_lines(cart_id, own.pk)
        locked[cart_id].delete()
    own.owner = user
    own.changed_at = timezone.now()
    own.save(update_fields=["owner", "changed_at"])
    return own


@atomic
def set_quantity(
    *, cart_id: UUID, item_id: int, quantity: int, user: User | None = None
) -> CartItem:
    """Replace the quantity of a line. Raises NoSuchCart, or NotFound for another cart's line."""
    _touch_cart(cart_id, user)
    if quantity > MOST_OF_ONE_PRODUCT:
        raise TooManyOfOneProduct(field="quantity")
    line = CartItem.objects.filter(cart_id=cart_id, pk=item_id)
    if not line.update(quantity=quantity):
        raise NotFound
    return _seen(line.select_related("product").get())


@atomic
def remove_from_cart(*, cart_id: UUID, item_id: int, user: User | None = None) -> None:
    """Take a line out. Raises NoSuchCart, or NotFound for another cart's line."""
    _touch_cart(cart_id, user)
    removed, _ = CartItem.objects.filter(cart_id=cart_id, pk=item_id).delete()
    if not removed:
        raise NotFound


@atomic
def accept_changes(*, cart_id: UUID, user: User | None = None) -> None:
    """Note that whoever uses the cart has seen which prices changed and what is no longer sold.

    Raises NoSuchCart.
    """
    _touch_cart(cart_id, user)
    price = Product.objects.filter(pk=OuterRef("product_id")).values("price")
    CartItem.objects.filter(cart_id=cart_id).update(seen_price=Subquery(price))
    DroppedLine.objects.filter(cart_id=cart_id).delete()


@atomic
def sweep_carts(*, unchanged_since: datetime, limit: int = 1000) -> int:
    """Remove up to ``limit`` carts that nobody has changed since then, and return how many.

    One that is being changed or ordered at this moment is passed over.
    """
    skip = connection.features.has_select_for_update_skip_locked
    old = Cart.objects.filter(changed_at__lt=unchanged_since).order_by("pk")
    ids = [cart.pk for cart in old.select_for_update(skip_locked=skip).only("pk")[:limit]]
    Cart.objects.filter(pk__in=ids).delete()
    return len(ids)


def lock_cart(cart_id: UUID, user: User | None) -> Cart:
    """Return the cart, of which only the id is loaded, locked until the transaction ends.

    Raises NoSuchCart.
    """
    asked = {"cart": cart_id} if user is None else {"cart": cart_id, "user": user.pk}
    if not (_locked_for_visitor if user is None else _locked_for_user).run(**asked):
        raise NoSuchCart
    return Cart(pk=cart_id)


def _locked_rows(cart: UUID, user: UUID | None = None) -> QuerySet[Cart, Any]:
    visible = Cart.objects.visible_to(None if user is None else User(pk=user))
    return visible.select_for_update().filter(pk=cart).values_list("pk")


_locked_for_visitor = Prepared(_locked_rows, places={"cart": UUID})
_locked_for_user = Prepared(_locked_rows, places={"cart": UUID, "user": UUID})


def _touch_cart(cart_id: UUID, user: User | None) -> None:
    """Lock the cart by noting that it changes now. Raises NoSuchCart."""
    if not Cart.objects.visible_to(user).filter(pk=cart_id).update(changed_at=timezone.now()):
        raise NoSuchCart


def _seen(line: CartItem) -> CartItem:
    """Note that whoever changed the line knows what one costs now."""
    if line.seen_price != line.product.price:
        line.seen_price = line.product.price
        line.save(update_fields=["seen_price"])
    return line


def _move_lines(source_id: UUID, target_id: UUID) -> None:
    own = {line.product_id: line for line in CartItem.objects.filter(cart_id=target_id)}
    room = MOST_LINES - len(own)
    for line in CartItem.objects.filter(cart_id=source_id).order_by("id"):
        if (known := own.get(line.product_id)) is not None:
            known.quantity = min(known.quantity + line.quantity, MOST_OF_ONE_PRODUCT)
            known.save(update_fields=["quantity"])
        elif room > 0:
            room -= 1
            line.cart_id = target_id
            line.save(update_fields=["cart"])
    DroppedLine.objects.filter(cart_id=source_id).update(cart_id=target_id)
