"""What the shop may refuse."""

from tradepost.kit.errors import Conflict, InUse, Invalid, NotFound, Refused


class NoSuchCart(NotFound):
    code = "no_such_cart"


class NoSuchProduct(Invalid):
    code = "no_such_product"
    message = "No product with the given ID was found."


class NoSuchCollection(Invalid):
    code = "no_such_collection"
    message = "No collection with the given ID was found."


class NoSuchPromotion(Invalid):
    code = "no_such_promotion"
    message = "No promotion with one of the given IDs was found."


class NoSuchAddress(Invalid):
    code = "no_such_address"
    message = "You have no address with the given ID."


class SlugTaken(Invalid):
    code = "slug_taken"
    message = "A product with this slug already exists."


class SkuTaken(Invalid):
    code = "sku_taken"
    message = "A product with this SKU already exists."


class TitleTaken(Invalid):
    code = "title_taken"
    message = "A collection with this title already exists."


class FeaturedElsewhere(Invalid):
    code = "featured_elsewhere"
    message = "The featured product must be one of the collection."


class EndsBeforeStart(Invalid):
    code = "ends_before_start"
    message = "A promotion must end after it starts."


class ChangedMeanwhile(Conflict):
    code = "changed_meanwhile"
    message = "Somebody else has changed this at the same moment. Please try again."


class ProductOrdered(InUse):
    code = "product_ordered"
    message = "Product cannot be deleted because it is associated with an order item."


class CollectionNotEmpty(InUse):
    code = "collection_not_empty"
    message = "Collection cannot be deleted because it includes one or more products."


class TooManyImages(Conflict):
    code = "too_many_images"
    message = "A product cannot have that many pictures."


class NotBought(Refused):
    code = "not_bought"
    message = "Reviews are written by customers who have bought and paid for the product."


class AlreadyReviewed(Conflict):
    code = "already_reviewed"
    message = "You have reviewed this product already. You can change your review."


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


class CartChanged(Conflict):
    code = "cart_changed"
    message = "Something in the cart is no longer sold. Please check the cart and its total."


class OutOfStock(Conflict):
    code = "out_of_stock"
    message = "There is not enough in stock of some of the products."


class TotalChanged(Conflict):
    code = "total_changed"
    message = "Prices have changed since the total was shown. Please check the new total."


class OrderNotOpen(Conflict):
    code = "order_not_open"
    message = "Only orders that are neither paid nor canceled can be canceled."


class OrderPaid(Conflict):
    code = "order_paid"
    message = "A paid order cannot be deleted."


class OrderCanceled(Conflict):
    code = "order_canceled"
    message = "The order was canceled."


class TransitionRefused(Conflict):
    code = "transition_refused"
    message = "The payment status cannot change in this way."


class CustomerExists(Invalid):
    code = "customer_exists"
    message = "No user without a customer profile has the given ID."


class TooManyAddresses(Conflict):
    code = "too_many_addresses"
    message = "You cannot keep that many addresses."


class CustomerInUse(Conflict):
    code = "customer_in_use"
    message = "Customers with orders or with an open account cannot be deleted."
