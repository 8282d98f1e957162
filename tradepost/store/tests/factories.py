"""Things in the shop, with defaults; a test names only what matters to it."""

from itertools import count

from django.utils import timezone

from tradepost.accounts.models import User
from tradepost.store.actions.orders import place_order
from tradepost.store.actions.promotions import create_promotion
from tradepost.store.models import (
    Cart,
    CartItem,
    Collection,
    Order,
    Product,
    ProductImage,
    Promotion,
    Review,
)

_numbers = count(1)


def make_collection(title: str = "Tea") -> Collection:
    return Collection.objects.get_or_create(title=title)[0]


def make_product(**fields: object) -> Product:
    number = next(_numbers)
    defaults = {
        "title": f"Product {number}",
        "slug": f"product-{number}",
        "unit_price": "8.99",
        "inventory": 10,
    }
    collection = fields.pop("collection", None) or make_collection()
    product = Product.objects.create(collection=collection, **{**defaults, **fields})
    product.refresh_from_db()
    return product


def make_promotion(**fields: object) -> Promotion:
    """Make a promotion that counts already, and always."""
    defaults = {"description": f"Promotion {next(_numbers)}", "discount": "25.00"}
    return create_promotion(fields={**defaults, **fields}, now=timezone.now())


def make_image(product: Product, **fields: object) -> ProductImage:
    """Make the row of a picture, without a file."""
    defaults = {"image": f"store/images/{next(_numbers)}.png", "width": 40, "height": 30}
    return ProductImage.objects.create(product=product, **{**defaults, **fields})


def make_review(product: Product, **fields: object) -> Review:
    """Make the row of a review; the sums of the product do not know it."""
    return Review.objects.create(
        product=product, **{"name": "Ann", "description": "Good", **fields}
    )


def make_cart(quantities: dict[Product, int] | None = None) -> Cart:
    """Make a cart that holds so many of each product."""
    cart = Cart.objects.create()
    for product, quantity in (quantities or {}).items():
        CartItem.objects.create(cart=cart, product=product, quantity=quantity)
    return cart


def make_order(buyer: User, quantities: dict[Product, int] | None = None) -> Order:
    """Place an order the way the product does."""
    cart = make_cart(quantities or {make_product(): 1})
    return place_order(buyer=buyer, cart_id=cart.pk)
