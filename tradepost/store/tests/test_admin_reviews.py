"""Reviews, promotions and carts in the admin."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.admin_pages import act, address, delete, submit
from tradepost.kit.stamps import read_stamp
from tradepost.store.actions.promotions import create_promotion
from tradepost.store.actions.reviews import write_review
from tradepost.store.models import Cart, Product, Promotion, Review
from tradepost.store.stamps import CATALOGUE
from tradepost.store.tests.factories import make_cart, make_product

pytestmark = pytest.mark.usefixtures("boss")


@pytest.fixture
def reviewed(settings, ann, bob) -> Product:
    """A product with a review of five stars and one of two."""
    settings.OPEN_REVIEWS = True
    product = make_product()
    for author, rating in ((ann, 5), (bob, 2)):
        write_review(author=author, product_id=product.pk, name="N", description="D", rating=rating)
    return product


def sums() -> tuple[str, int]:
    product = Product.objects.get()
    return str(product.rating), product.reviews_count


def test_a_changed_rating_counts(client, reviewed, bob):
    before = read_stamp(CATALOGUE)

    submit(client, Review, Review.objects.get(author=bob), rating="3")

    assert sums() == ("4.00", 2)
    assert read_stamp(CATALOGUE) > before


def test_a_rating_of_six_is_refused(client, reviewed, bob):
    answer = submit(client, Review, Review.objects.get(author=bob), rating="6")

    assert "Ensure this value is less than or equal to 5." in answer.content.decode()
    assert sums() == ("3.50", 2)


def test_a_deleted_review_counts_no_more(client, reviewed, bob):
    delete(client, Review, Review.objects.get(author=bob))

    assert sums() == ("5.00", 1)


def test_several_deleted_reviews_count_no_more(client, reviewed):
    act(client, Review, "delete_selected", *Review.objects.all(), post="yes")

    assert sums() == ("0.00", 0)


def test_reviews_are_not_written_by_the_staff(client, reviewed):
    assert client.get(address(Review, "add")).status_code == 403


def test_a_promotion_lowers_the_prices_of_the_products_that_its_form_names(client):
    product, other = make_product(unit_price="8.00"), make_product(unit_price="8.00")

    submit(client, Promotion, description="Spring", discount="25", products=[product.pk])

    prices = {row.pk: str(row.price) for row in Product.objects.all()}
    assert prices == {product.pk: "6.00", other.pk: "8.00"}


def test_a_product_that_leaves_a_promotion_costs_what_it_did(client):
    product, other = make_product(unit_price="8.00"), make_product(unit_price="8.00")
    submit(client, Promotion, description="Spring", discount="25", products=[product.pk])

    submit(client, Promotion, Promotion.objects.get(), products=[other.pk])

    prices = {row.pk: str(row.price) for row in Product.objects.all()}
    assert prices == {product.pk: "8.00", other.pk: "6.00"}


def test_a_promotion_that_is_over_lowers_no_price(client):
    product = make_product(unit_price="8.00")
    submit(client, Promotion, description="Spring", discount="25", products=[product.pk])
    day = timezone.now().date() - timedelta(days=2)

    submit(client, Promotion, Promotion.objects.get(), ends_at_0=str(day), ends_at_1="12:00:00")

    assert str(Product.objects.get().price) == "8.00"


def test_a_deleted_promotion_lowers_no_price(client):
    product = make_product(unit_price="8.00")
    submit(client, Promotion, description="Spring", discount="25", products=[product.pk])

    act(client, Promotion, "delete_selected", *Promotion.objects.all(), post="yes")

    assert Promotion.objects.count() == 0
    assert str(Product.objects.get().price) == "8.00"


def test_a_promotion_that_ends_before_it_starts_is_refused(client):
    answer = submit(
        client, Promotion, description="Spring", discount="25", starts_at_0="2030-01-02",
        starts_at_1="00:00:00", ends_at_0="2030-01-01", ends_at_1="00:00:00",
    )  # fmt: skip

    assert "A promotion must end after it starts." in answer.content.decode()
    assert Promotion.objects.count() == 0


def test_a_promotion_with_too_many_products_for_a_form_keeps_them(client, monkeypatch):
    monkeypatch.setattr("tradepost.store.admin.promotions.MOST_LISTED", 1)
    promotion = create_promotion(
        fields={"description": "Spring", "discount": "25"}, now=timezone.now()
    )
    promotion.products.set([make_product(), make_product()])

    submit(client, Promotion, promotion, description="Summer")

    page = client.get(address(Promotion, "change", promotion.pk)).content.decode()
    link = f'<a href="/admin/store/product/?promotions__id={promotion.pk}">2 Products</a>'
    assert link in page
    assert Promotion.objects.get().description == "Summer"
    assert promotion.products.count() == 2


def test_the_list_of_products_shows_those_of_a_promotion(client):
    make_product(title="Cup")
    tea = make_product(title="Tea")
    submit(client, Promotion, description="Spring", discount="25", products=[tea.pk])

    answer = client.get(
        address(Product, "changelist"), {"promotions__id": Promotion.objects.get().pk}
    )

    assert [product.title for product in answer.context["cl"].result_list] == ["Tea"]


def test_carts_are_looked_at_and_not_changed(client, ann):
    cart = make_cart({make_product(title="Green tea"): 2})

    page = client.get(address(Cart, "change", cart.pk)).content.decode()
    delete(client, Cart, cart)
    client.post(address(Cart, "change", cart.pk), {"owner": str(ann.pk)})

    assert "Green tea" in page
    assert Cart.objects.get().owner is None
