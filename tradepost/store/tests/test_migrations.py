"""The shop's tables change step by step, there and back, with rows in them."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection

from tradepost.store.actions.reviews import write_review
from tradepost.store.models import (
    Address,
    Cart,
    CartItem,
    Collection,
    Customer,
    DroppedLine,
    Order,
    OrderItem,
    Product,
    Promotion,
    Review,
)
from tradepost.store.queries import CUSTOMER_SERVICE
from tradepost.store.tests.factories import (
    make_cart,
    make_image,
    make_order,
    make_product,
    make_promotion,
)

STEPS = ["0008", "0007", "0006", "0005", "0004", "0003", "0002", "0001"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def newest():
    """Whatever a test did to the tables, the next one finds the newest."""
    yield
    call_command("migrate", verbosity=0)


@pytest.fixture
def full_shop(newest, ann, bob, settings):
    """A row in every table."""
    settings.OPEN_REVIEWS = True
    product = make_product(title="Green tea", unit_price="10.00", inventory=5)
    Collection.objects.update(featured_product=product)
    make_promotion().products.add(product)
    make_image(product)
    order = make_order(ann, {product: 2})
    cart = make_cart({product: 1})
    DroppedLine.objects.create(cart=cart, title="Black tea")
    Address.objects.create(customer=order.customer, street="Quay 1", city="Port")
    write_review(author=ann, product_id=product.pk, name="Ann", description="Good", rating=4)
    write_review(author=bob, product_id=product.pk, name="Bob", description="Only words")
    return product


def test_every_step_can_be_taken_back_and_made_again(full_shop):
    for step in STEPS:
        call_command("migrate", "store", step, verbosity=0)
    taken_back = set(connection.introspection.table_names())
    for step in [*reversed(STEPS[:-1]), "0009"]:
        call_command("migrate", "store", step, verbosity=0)

    assert not taken_back & {"store_promotion", "store_productimage", "store_address"}
    kept = [Collection, Product, Customer, Order, OrderItem, Cart, CartItem]
    assert [model.objects.count() for model in kept] == [1, 1, 2, 1, 1, 1, 1]
    assert [model.objects.count() for model in (Promotion, Address, DroppedLine)] == [0, 0, 0]


def test_what_is_kept_has_its_values_and_is_counted_anew(full_shop):
    call_command("migrate", "store", "0001", verbosity=0)
    call_command("migrate", verbosity=0)

    [product] = Product.objects.matching("green")
    assert (product.price, product.inventory) == (product.unit_price, 3)
    assert [review.description for review in Review.objects.all()] == ["Good"]
    assert (product.rating, product.ratings_count, product.reviews_count) == (4, 1, 1)
    assert Collection.objects.get().featured_product == product
    assert [item.title for item in Order.objects.get().items.all()] == ["Green tea"]


def test_a_slug_that_several_products_share_stays_with_the_oldest(full_shop):
    call_command("migrate", "store", "0002", verbosity=0)
    columns = "title, slug, description, brand, unit_price, inventory, last_update, collection_id"
    copy = f"INSERT INTO store_product ({columns}) SELECT {columns} FROM store_product"
    with connection.cursor() as cursor:
        cursor.execute(copy)
    call_command("migrate", verbosity=0)

    [oldest, copied] = Product.objects.order_by("pk")
    assert oldest.slug == full_shop.slug
    assert copied.slug == f"{full_shop.slug}-{copied.pk}"


def test_customer_service_comes_and_goes_with_its_step(newest):
    Group.objects.get_or_create(name=CUSTOMER_SERVICE)

    call_command("migrate", "store", "0001", verbosity=0)
    gone = not Group.objects.filter(name=CUSTOMER_SERVICE).exists()
    call_command("migrate", verbosity=0)

    assert gone
    assert Group.objects.get(name=CUSTOMER_SERVICE).permissions.count() == 10
