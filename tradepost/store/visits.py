"""What the session of a visitor remembers of the shop: the id of the cart, until they sign in."""

from collections.abc import MutableMapping
from typing import Any
from uuid import UUID

CART = "cart_id"


def read_cart_id(session: MutableMapping[str, Any]) -> UUID | None:
    """Return the id of the visitor's cart, which may be gone; None before the first one."""
    kept = session.get(CART)
    return UUID(kept) if kept else None


def keep_cart_id(session: MutableMapping[str, Any], cart_id: UUID) -> None:
    """Remember a cart for the visits to come."""
    session[CART] = str(cart_id)


def take_cart_id(session: MutableMapping[str, Any]) -> UUID | None:
    """Return the id of the visitor's cart and forget it."""
    kept = session.pop(CART, None)
    return UUID(kept) if kept else None
