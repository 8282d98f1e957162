"""Carts. Every write of a cart's lines locks the cart first, and so does checkout: a line is
either in the order or refused, never lost between the two."""

from uuid import UUID

from django.db.models import F

from tradepost.kit.errors import NotFound
from tradepost.kit.transactions import atomic
from tradepost.store.errors import CartFull, NoSuchCart, NoSuchProduct, TooManyOfOneProduct
from tradepost.store.models import Cart, CartItem, Product
from tradepost.store.models.carts import MOST_LINES, MOST_OF_ONE_PRODUCT


@atomic
def create_cart() -> Cart:
    """Make an empty cart."""
    return Cart.objects.create()


@atomic
def delete_cart(*, cart_id: UUID) -> None:
    """Remove a cart and what is in it. Raises NoSuchCart."""
    lock_cart(cart_id)
    Cart.objects.filter(pk=cart_id).delete()


@atomic
def add_to_cart(*, cart_id: UUID, product_id: int, quantity: int) -> CartItem:
    """Add ``quantity`` of a product: a new line, or so many more on the line there is.

    Raises NoSuchCart, NoSuchProduct, TooManyOfOneProduct or CartFull.
    """
    lock_cart(cart_id)
    line = CartItem.objects.filter(cart_id=cart_id, product_id=product_id)
    room = MOST_OF_ONE_PRODUCT - quantity
    if line.filter(quantity__lte=room).update(quantity=F("quantity") + quantity):
        return line.get()
    if room < 0 or line.exists():
        raise TooManyOfOneProduct(field="quantity")
    if not Product.objects.filter(pk=product_id).exists():
        raise NoSuchProduct(field="product_id")
    if CartItem.objects.filter(cart_id=cart_id).count() >= MOST_LINES:
        raise CartFull(field="product_id")
    return CartItem.objects.create(cart_id=cart_id, product_id=product_id, quantity=quantity)


@atomic
def add_to_new_cart(*, product_id: int, quantity: int) -> CartItem:
    """Make a cart that holds ``quantity`` of a product.

    Raises NoSuchProduct or TooManyOfOneProduct, and makes none.
    """
    return add_to_cart(cart_id=create_cart().pk, product_id=product_id, quantity=quantity)


@atomic
def set_quantity(*, cart_id: UUID, item_id: int, quantity: int) -> CartItem:
    """Replace the quantity of a line. Raises NoSuchCart, or NotFound for another cart's line."""
    lock_cart(cart_id)
    if quantity > MOST_OF_ONE_PRODUCT:
        raise TooManyOfOneProduct(field="quantity")
    line = CartItem.objects.filter(cart_id=cart_id, pk=item_id)
    if not line.update(quantity=quantity):
        raise NotFound
    return line.get()


@atomic
def remove_from_cart(*, cart_id: UUID, item_id: int) -> None:
    """Take a line out. Raises NoSuchCart, or NotFound for another cart's line."""
    lock_cart(cart_id)
    removed, _ = CartItem.objects.filter(cart_id=cart_id, pk=item_id).delete()
    if not removed:
        raise NotFound


def lock_cart(cart_id: UUID) -> Cart:
    """Return the cart, locked until the transaction ends. Raises NoSuchCart."""
    cart = Cart.objects.select_for_update().filter(pk=cart_id).first()
    if cart is None:
        raise NoSuchCart
    return cart
