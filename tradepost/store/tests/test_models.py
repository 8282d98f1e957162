"""What the tables themselves say and refuse, whoever writes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from time_machine import travel

from tradepost.store.models import (
    Address,
    Cart,
    CartItem,
    Collection,
    Customer,
    Order,
    OrderItem,
    Product,
    Review,
)
from tradepost.store.tests.factories import (
    make_cart,
    make_collection,
    make_image,
    make_order,
    make_product,
    make_promotion,
    make_review,
)

pytestmark = pytest.mark.django_db


# --- Names -----------------------------------------------------------------------------------


def test_every_row_has_a_name(ann):
    tea = make_product(title="Green tea")
    order = make_order(ann, {tea: 2})
    address = Address(street="Quay 1", zip="123", city="Port", customer=order.customer)

    assert str(tea) == "Green tea"
    assert str(tea.collection) == "Tea"
    assert str(order.customer) == "Ann Example"
    assert str(order) == f"order {order.pk}"
    assert str(order.items.get()) == "2 x Green tea"
    assert str(make_promotion(description="Spring", discount="25.00")) == "Spring (-25.00 %)"
    assert str(make_review(tea, rating=4)) == "4/5 by Ann"
    assert str(make_image(tea, image="store/images/a.png")) == "store/images/a.png"
    assert str(make_cart({tea: 3}).items.get()) == f"3 x {tea.pk}"
    assert str(address) == "Quay 1, 123 Port"


def test_rows_come_in_the_order_of_their_names(ann, bob):
    for title in ("Wood", "Tea"):
        make_product(title=f"Of {title}", collection=make_collection(title))

    assert [str(collection) for collection in Collection.objects.all()] == ["Tea", "Wood"]
    assert [str(product) for product in Product.objects.all()] == ["Of Tea", "Of Wood"]
    assert [str(customer) for customer in Customer.objects.all()] == ["Ann Example", "Bob Example"]


def test_memberships_and_payments_have_letters_and_labels(ann):
    assert Customer.Membership.choices == [("B", "Bronze"), ("S", "Silver"), ("G", "Gold")]
    assert Customer.objects.get(user=ann).get_membership_display() == "Bronze"
    assert Order.PaymentStatus.choices == [("P", "Pending"), ("C", "Complete"), ("F", "Failed")]
    assert make_order(ann).get_payment_status_display() == "Pending"


# --- Values ----------------------------------------------------------------------------------


@pytest.mark.parametrize("price", ["1.00", "9999.99"])
def test_a_price_may_be(price):
    make_product(unit_price=price).full_clean()

    assert Product.objects.get().unit_price == Decimal(price)


@pytest.mark.parametrize("price", ["0.99", "0.00", "-1.00", "10000.00"])
def test_a_price_out_of_range_is_refused_by_form_and_database(price):
    product = make_product()
    product.unit_price = Decimal(price)

    with pytest.raises(ValidationError, match="Ensure this value is"):
        product.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        product.save()

    assert Product.objects.get().unit_price == Decimal("8.99")


@pytest.mark.parametrize("columns", [{"title": ""}, {"discount": Decimal("99.01")}])
def test_a_value_that_makes_no_sense_is_refused_by_the_database(columns):
    product = make_product(title="Green tea", inventory=0)

    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.update(**columns)

    kept = Product.objects.get(pk=product.pk)
    assert (kept.title, kept.discount) == ("Green tea", 0)


def test_nothing_is_bought_no_times(ann):
    tea = make_product()
    cart = make_cart({tea: 1})
    order = make_order(ann, {tea: 1})

    for lines in (cart.items, order.items):
        with pytest.raises(IntegrityError), transaction.atomic():
            lines.update(quantity=0)

    assert (cart.items.get().quantity, order.items.get().quantity) == (1, 1)


def test_a_product_is_on_one_line_of_a_cart_and_of_an_order(ann):
    tea = make_product()
    cart = make_cart({tea: 1})
    order = make_order(ann, {tea: 1})
    agreed = {"title": "Tea", "unit_price": "1.00", "quantity": 1}

    with pytest.raises(IntegrityError), transaction.atomic():
        CartItem.objects.create(cart=cart, product=tea, quantity=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderItem.objects.create(order=order, product=tea, **agreed)

    assert (cart.items.count(), order.items.count()) == (1, 1)


def test_a_title_names_one_collection():
    make_collection("Tea")

    with pytest.raises(IntegrityError), transaction.atomic():
        Collection.objects.create(title="Tea")

    assert Collection.objects.count() == 1


def test_a_letter_without_a_meaning_is_refused(ann):
    order = make_order(ann)

    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.update(membership="X")
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.update(payment_status="X")

    assert Customer.objects.get(user=ann).membership == "B"
    assert Order.objects.get(pk=order.pk).payment_status == "P"


def test_a_product_knows_when_it_was_saved():
    product = make_product()
    later = timezone.now() + timedelta(days=1)

    with travel(later, tick=False):
        product.save()

    assert Product.objects.get().last_update == later


# --- What goes with what ---------------------------------------------------------------------


def test_what_others_stand_on_is_not_deleted(ann):
    tea, cup = make_product(), make_product(collection=make_collection("Cups"))
    order = make_order(ann, {tea: 1})

    for row in (cup.collection, tea, order.customer):
        with pytest.raises(ProtectedError):
            row.delete()

    assert list(tea.orderitems.all()) == list(order.items.all())
    assert list(cup.collection.products.all()) == [cup]


def test_a_collection_outlives_its_featured_product():
    tea = make_product()
    Collection.objects.update(featured_product=tea)

    tea.delete()

    assert Collection.objects.get().featured_product is None


def test_a_product_goes_with_its_reviews_pictures_and_cart_lines():
    tea = make_product()
    make_review(tea)
    make_image(tea)
    cart = make_cart({tea: 1, make_product(): 1})

    tea.delete()

    assert not Review.objects.exists()
    assert cart.items.count() == 1


def test_a_cart_goes_with_its_lines():
    cart = make_cart({make_product(): 1})
    make_cart({make_product(): 1})

    cart.delete()

    assert (Cart.objects.count(), CartItem.objects.count()) == (1, 1)


def test_an_order_goes_with_its_lines_and_leaves_the_product(ann):
    tea = make_product()

    make_order(ann, {tea: 1}).delete()

    assert not OrderItem.objects.exists()
    assert Product.objects.get() == tea


def test_a_customer_goes_with_all_addresses(ann):
    customer = Customer.objects.get(user=ann)
    for street in ("Quay 1", "Quay 2"):
        Address.objects.create(customer=customer, street=street, city="Port")

    customer.delete()

    assert not Address.objects.exists()


def test_promotions_know_their_products_and_products_their_promotions():
    tea, cup = make_product(), make_product()
    spring, sale = make_promotion(), make_promotion()
    tea.promotions.set([spring, sale])
    sale.products.add(cup)

    assert set(tea.promotions.all()) == {spring, sale}
    assert set(sale.products.all()) == {tea, cup}
