"""The shop's tables, one file per noun."""

from tradepost.store.models.carts import Cart, CartItem
from tradepost.store.models.catalogue import Collection, Product, Review
from tradepost.store.models.customers import Customer
from tradepost.store.models.orders import Order, OrderItem

__all__ = [
    "Cart",
    "CartItem",
    "Collection",
    "Customer",
    "Order",
    "OrderItem",
    "Product",
    "Review",
]
