"""The shop in the admin, one file per noun."""

from tradepost.store.admin import (
    carts,
    collections,
    customers,
    orders,
    products,
    promotions,
    reviews,
)

__all__ = ["carts", "collections", "customers", "orders", "products", "promotions", "reviews"]
