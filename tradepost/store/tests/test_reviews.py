"""What reviews do to the rating of a product."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import make_user
from tradepost.feed.models import Pointer
from tradepost.kit.errors import NotFound, Refused
from tradepost.kit.stamps import read_stamp
from tradepost.store.actions.reviews import change_review, delete_review, write_review
from tradepost.store.errors import AlreadyReviewed, NotBought
from tradepost.store.models import Product, Review
from tradepost.store.stamps import CATALOGUE
from tradepost.store.tests.factories import make_order, make_product, make_review

GOOD = {"name": "Ann", "description": "Warms the hands"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def open_reviews(settings):
    settings.OPEN_REVIEWS = True


def sums_of(product: Product) -> tuple[Decimal, int, int]:
    row = Product.objects.get(pk=product.pk)
    return row.rating, row.ratings_count, row.reviews_count


def test_the_rating_is_the_average_of_those_with_stars(ann, bob, charlie):
    product = make_product()

    write_review(author=ann, product_id=product.pk, rating=5, **GOOD)
    write_review(author=bob, product_id=product.pk, rating=4, **GOOD)
    write_review(author=charlie, product_id=product.pk, **GOOD)

    assert sums_of(product) == (Decimal("4.50"), 2, 3)


def test_changes_and_deletions_are_counted(ann, bob):
    product = make_product()
    mine = write_review(author=ann, product_id=product.pk, rating=5, **GOOD)
    other = write_review(author=bob, product_id=product.pk, rating=1, **GOOD)

    change_review(editor=ann, product_id=product.pk, review_id=mine.pk, changes={"rating": None})
    assert sums_of(product) == (Decimal("1.00"), 1, 2)
    delete_review(editor=bob, product_id=product.pk, review_id=other.pk)
    assert sums_of(product) == (Decimal("0.00"), 0, 1)


def test_the_author_hears_of_it_on_every_device_and_of_what_the_staff_does(ann, bob, boss):
    tea = make_product().pk
    review = write_review(author=ann, product_id=tea, rating=5, **GOOD).pk

    change_review(editor=ann, product_id=tea, review_id=review, changes={"rating": 4})
    delete_review(editor=boss, product_id=tea, review_id=review)

    rows = Pointer.objects.visible_to(ann).order_by("seq")
    said = {"product": tea, "review": review}
    assert list(rows.values_list("event__kind", "event__data")) == [
        ("review.written", said), ("review.changed", said), ("review.deleted", said),
    ]  # fmt: skip
    assert set(Pointer.objects.values_list("user", flat=True)) == {ann.pk}


def test_nobody_hears_of_a_review_without_an_author(boss):
    review = make_review(make_product())

    delete_review(editor=boss, product_id=review.product_id, review_id=review.pk)

    assert not Pointer.objects.exists()


def test_a_review_does_not_count_for_other_products(ann):
    product, other = make_product(), make_product()

    write_review(author=ann, product_id=product.pk, rating=5, **GOOD)

    assert sums_of(other) == (Decimal("0.00"), 0, 0)


def test_a_review_shows_in_the_catalogue(ann):
    product = make_product()
    before = read_stamp(CATALOGUE)

    write_review(author=ann, product_id=product.pk, rating=5, **GOOD)

    assert read_stamp(CATALOGUE) > before


def test_only_paid_orders_of_oneself_make_a_buyer(ann, bob, settings):
    settings.OPEN_REVIEWS = False
    product = make_product()
    order = make_order(ann, {product: 1})
    with pytest.raises(NotBought):
        write_review(author=ann, product_id=product.pk, **GOOD)

    order.payment_status = "C"
    order.save()
    with pytest.raises(NotBought):
        write_review(author=bob, product_id=product.pk, **GOOD)
    write_review(author=ann, product_id=product.pk, **GOOD)

    assert Review.objects.get().author == ann


def test_one_review_each(ann):
    product = make_product()
    write_review(author=ann, product_id=product.pk, rating=5, **GOOD)

    with pytest.raises(AlreadyReviewed):
        write_review(author=ann, product_id=product.pk, rating=1, **GOOD)

    assert sums_of(product) == (Decimal("5.00"), 1, 1)


def test_strangers_are_refused_and_change_nothing(ann, charlie):
    product = make_product()
    review = write_review(author=ann, product_id=product.pk, rating=5, **GOOD)

    with pytest.raises(Refused):
        change_review(
            editor=charlie, product_id=product.pk, review_id=review.pk, changes={"rating": 1}
        )
    with pytest.raises(Refused):
        delete_review(editor=charlie, product_id=product.pk, review_id=review.pk)

    assert sums_of(product) == (Decimal("5.00"), 1, 1)


def test_a_review_of_another_product_is_not_found(ann):
    product, other = make_product(), make_product()
    review = write_review(author=ann, product_id=product.pk, **GOOD)

    with pytest.raises(NotFound):
        delete_review(editor=ann, product_id=other.pk, review_id=review.pk)
    with pytest.raises(NotFound):
        write_review(author=ann, product_id=999, **GOOD)


def test_a_review_outlives_its_author(ann):
    product = make_product()
    write_review(author=ann, product_id=product.pk, rating=5, **GOOD)

    ann.delete()

    assert Review.objects.get().author is None
    assert sums_of(product) == (Decimal("5.00"), 1, 1)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(stars=st.lists(st.none() | st.integers(1, 5), max_size=40), last=st.integers(1, 5))
def test_the_rating_is_exact_to_two_decimals(open_reviews, django_user_model, stars, last):
    product = make_product()
    Review.objects.bulk_create(
        Review(product=product, name="x", description="x", rating=rating) for rating in stars
    )
    author = django_user_model.objects.filter(username="zoe").first() or make_user("zoe")

    write_review(author=author, product_id=product.pk, rating=last, **GOOD)

    given_stars = [rating for rating in [*stars, last] if rating is not None]
    average = Decimal(sum(given_stars)) / len(given_stars)
    assert sums_of(product) == (
        average.quantize(Decimal("0.01"), ROUND_HALF_UP), len(given_stars), len(stars) + 1,
    )  # fmt: skip
