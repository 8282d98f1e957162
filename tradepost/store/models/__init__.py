"""The shop's tables, one file per noun."""

from tradepost.store.models.carts import Cart, CartItem, DroppedLine
from tradepost.store.models.catalogue import Collection, Product
from tradepost.store.models.customers import Address, Customer
from tradepost.store.models.images import ProductImage
from tradepost.store.models.orders import Order, OrderEvent, OrderItem
from tradepost.store.models.promotions import Promotion
from tradepost.store.models.reviews import Review

__all__ = [
    "Address",
    "Cart",
    "CartItem",
    "Collection",
    "Customer",
    "DroppedLine",
    "Order",
    "OrderEvent",
    "OrderItem",
    "Product",
    "ProductImage",
    "Promotion",
    "Review",
]
