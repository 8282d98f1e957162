"""What the shop may refuse."""

from tradepost.kit.errors import Conflict, Invalid, NotFound


class NoSuchCart(NotFound):
    code = "no_such_cart"


class NoSuchProduct(Invalid):
    code = "no_such_product"
    message = "No product with the given ID was found."


class TooManyOfOneProduct(Invalid):
    code = "too_many_of_one_product"
    message = "A cart cannot hold that many of one product."


class CartFull(Invalid):
    code = "cart_full"
    message = "A cart cannot hold that many different products."


class CartUnknown(Invalid):
    code = "cart_unknown"
    message = "No cart with the given ID was found."


class CartEmpty(Invalid):
    code = "cart_empty"
    message = "The cart is empty."


class CartAlreadyOrdered(Conflict):
    code = "cart_already_ordered"
    message = "This cart has been ordered already."


class OutOfStock(Conflict):
    code = "out_of_stock"
    message = "There is not enough in stock of some of the products."


class TotalChanged(Conflict):
    code = "total_changed"
    message = "Prices have changed since the total was shown. Please check the new total."
