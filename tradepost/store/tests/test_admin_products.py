"""Products in the admin: the list, its filters and actions, the form."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from tests.admin_pages import (
    act,
    address,
    delete,
    fields_of,
    make_staff,
    notes,
    submit,
)
from tradepost.kit.stamps import read_stamp
from tradepost.store.actions.promotions import create_promotion
from tradepost.store.models import Cart, Collection, DroppedLine, Product
from tradepost.store.stamps import CATALOGUE
from tradepost.store.tests.factories import make_cart, make_collection, make_order, make_product

LIST = "/admin/store/product/"
pytestmark = pytest.mark.usefixtures("boss")


def titles(answer) -> list[str]:
    return [product.title for product in answer.context["cl"].result_list]


def make_promotion(discount: str = "25.00"):
    fields = {"description": "Spring", "discount": discount}
    return create_promotion(fields=fields, now=timezone.now())


def test_the_list_shows_ten_products_by_title(client):
    for number in range(12):
        make_product(title=f"Tea {number:02}")

    answer = client.get(LIST)

    assert titles(answer) == [f"Tea {number:02}" for number in range(10)]


def test_nine_are_low_and_ten_are_ok(client):
    make_product(title="A", inventory=9)
    make_product(title="B", inventory=10)

    page = client.get(LIST).content.decode()

    assert page.count('<td class="field-inventory_status">Low</td>') == 1
    assert page.count('<td class="field-inventory_status">OK</td>') == 1


def test_the_list_is_sorted_by_stock(client):
    for title, inventory in (("A", 5), ("B", 1), ("C", 9)):
        make_product(title=title, inventory=inventory)

    assert titles(client.get(LIST, {"o": "3"})) == ["B", "A", "C"]
    assert titles(client.get(LIST, {"o": "-3"})) == ["C", "A", "B"]


def test_the_inventory_filter_shows_what_is_low(client):
    make_product(title="A", inventory=9)
    make_product(title="B", inventory=10)

    answer = client.get(f"{LIST}?inventory=<10")

    assert titles(answer) == ["A"]
    assert '<a href="?inventory=%3C10">Low</a>' in answer.content.decode()


def test_another_value_of_the_inventory_filter_shows_everything(client):
    make_product(inventory=9)
    make_product(inventory=10)

    assert len(titles(client.get(f"{LIST}?inventory=10"))) == 2


@pytest.mark.parametrize("parameter", ["collection__id", "collection__id__exact"])
def test_the_list_is_filtered_by_collection(client, parameter):
    make_product(title="Tea")
    cups = make_collection("Cups")
    make_product(title="Cup", collection=cups)

    assert titles(client.get(LIST, {parameter: cups.pk})) == ["Cup"]


def test_the_list_is_filtered_by_the_last_update(client):
    make_product(title="New")
    old = make_product(title="Old")
    Product.objects.filter(pk=old.pk).update(last_update=timezone.now() - timedelta(days=9))
    since = timezone.now() - timedelta(days=7)

    assert titles(client.get(LIST, {"last_update__gte": since.isoformat()})) == ["New"]


def test_the_list_says_what_a_promoted_product_costs_now(client):
    product = make_product(unit_price="8.00")
    submit(client, Product, product, promotions=[make_promotion("25.00").pk])

    assert "6.00 (-25 %)" in client.get(LIST).content.decode()


@pytest.mark.parametrize("rows", [1, 10])
def test_the_list_takes_as_many_queries_for_ten_rows_as_for_one(
    client, rows, django_assert_num_queries
):
    for number in range(rows):
        make_product(collection=make_collection(f"C{number}"))

    # session, user; rows found, rows at all; the rows with their collections; collections of the
    # filter
    with django_assert_num_queries(6):
        client.get(LIST)


def test_a_price_is_changed_in_the_list(client):
    product = make_product(unit_price="8.99")
    before = read_stamp(CATALOGUE)
    sent = fields_of(client.get(LIST), "changelist-form")

    client.post(LIST, {**sent, "form-0-unit_price": "9.50", "_save": "Save"})

    product.refresh_from_db()
    assert (str(product.unit_price), str(product.price)) == ("9.50", "9.50")
    assert read_stamp(CATALOGUE) > before


def test_a_price_below_one_is_refused_in_the_list(client):
    make_product(unit_price="8.99")
    sent = fields_of(client.get(LIST), "changelist-form")

    answer = client.post(LIST, {**sent, "form-0-unit_price": "0", "_save": "Save"})

    assert "Ensure this value is greater than or equal to 1" in answer.content.decode()
    assert str(Product.objects.get().unit_price) == "8.99"


def test_saving_the_list_does_not_bring_back_a_price_that_changed_meanwhile(client):
    first, second = make_product(title="A"), make_product(title="B")
    sent = fields_of(client.get(LIST), "changelist-form")
    Product.objects.filter(pk=first.pk).update(unit_price="7.00")

    client.post(LIST, {**sent, "form-1-unit_price": "5.00", "_save": "Save"})

    prices = Product.objects.order_by("title").values_list("unit_price", flat=True)
    assert [str(price) for price in prices] == ["7.00", "5.00"]
    assert second.pk


def test_clear_inventory_empties_the_chosen_products(client):
    first, second, third = (make_product(inventory=5) for _ in range(3))
    then = timezone.now() - timedelta(days=1)
    Product.objects.update(last_update=then)
    before = read_stamp(CATALOGUE)

    answer = act(client, Product, "clear_inventory", first, second)

    stock = dict(Product.objects.values_list("pk", "inventory"))
    assert stock == {first.pk: 0, second.pk: 0, third.pk: 5}
    assert Product.objects.filter(last_update__gt=then).count() == 2
    assert read_stamp(CATALOGUE) > before
    assert notes(answer) == [("success", "2 products were successfully updated.")]


def test_staff_that_may_only_look_cannot_clear_inventory(client):
    product = make_product(inventory=5)
    client.force_login(make_staff("viewer", "store.view_product"))

    act(client, Product, "clear_inventory", product)

    assert Product.objects.get().inventory == 5
    assert "Clear inventory" not in client.get(LIST).content.decode()


def test_a_product_is_made_with_its_promotions(client):
    promotion, collection = make_promotion("50.00"), make_collection()
    before = read_stamp(CATALOGUE)

    answer = submit(
        client, Product, title="Green tea", slug="green-tea", unit_price="8.00", inventory="3",
        collection=collection.pk, promotions=[promotion.pk],
    )  # fmt: skip

    product = Product.objects.get()
    assert answer.status_code == 302
    assert (product.title, product.description, str(product.price)) == ("Green tea", "", "4.00")
    assert read_stamp(CATALOGUE) > before


def test_a_product_follows_the_promotions_that_its_form_gives_and_takes(client):
    product, promotion = make_product(unit_price="8.00"), make_promotion("50.00")

    submit(client, Product, product, promotions=[promotion.pk])
    with_promotion = Product.objects.get().price
    submit(client, Product, product, promotions=[])

    assert (str(with_promotion), str(Product.objects.get().price)) == ("4.00", "8.00")


def test_a_price_of_nothing_is_refused(client):
    product = make_product(unit_price="8.99")

    answer = submit(client, Product, product, unit_price="0")

    assert "Ensure this value is greater than or equal to 1" in answer.content.decode()
    assert str(Product.objects.get().unit_price) == "8.99"


def test_the_form_fills_the_slug_and_suggests_collections_and_promotions(client):
    page = client.get(address(Product, "add")).content.decode()

    assert "&quot;maxLength&quot;: 50" in page and "&quot;#id_title&quot;" in page
    for field in ("collection", "promotions"):
        assert f'data-app-label="store" data-model-name="product" data-field-name="{field}"' in page


def test_a_product_that_was_ordered_is_not_deleted(client, ann):
    product = make_product()
    make_order(ann, {product: 1})

    answer = delete(client, Product, product)

    assert Product.objects.count() == 1
    assert notes(answer) == [
        ("error", "Product cannot be deleted because it is associated with an order item.")
    ]


def test_none_of_several_products_is_deleted_when_one_was_ordered(client, ann):
    tea, cup = make_product(title="Tea"), make_product(title="Cup")
    make_order(ann, {tea: 1})

    answer = act(client, Product, "delete_selected", tea, cup, post="yes")

    assert Product.objects.count() == 2
    assert notes(answer) == [
        ("error", "Product cannot be deleted because it is associated with an order item. (Tea)")
    ]
    assert not LogEntry.objects.exists()


def test_carts_say_what_was_deleted(client):
    tea, cup = make_product(title="Tea"), make_product(title="Cup")
    cart = make_cart({tea: 1, cup: 2})
    before = read_stamp(CATALOGUE)

    act(client, Product, "delete_selected", tea, cup, post="yes")

    assert Product.objects.count() == 0
    assert sorted(DroppedLine.objects.values_list("cart", "title")) == [
        (cart.pk, "Cup"), (cart.pk, "Tea"),
    ]  # fmt: skip
    assert Cart.objects.count() == 1
    assert read_stamp(CATALOGUE) > before


def test_the_page_that_asks_before_a_deletion_names_the_rows_only(client):
    tea = make_product(title="Tea")

    page = act(client, Product, "delete_selected", tea).content.decode()

    assert "Are you sure" in page and "Tea" in page
    assert Product.objects.count() == 1


def test_a_product_that_moves_is_no_longer_featured(client):
    tea, cups = make_product(), make_collection("Cups")
    Collection.objects.filter(pk=tea.collection_id).update(featured_product=tea)

    submit(client, Product, tea, collection=cups.pk)

    assert Collection.objects.get(title="Tea").featured_product is None
