"""Reviews as clients of the API meet them."""

from datetime import date

import pytest
from django.utils import timezone

from conftest import make_user
from tradepost.store.models import Order, Product, Review
from tradepost.store.tests.factories import make_order, make_product, make_review

GOOD = {"name": "Ann", "description": "Warms the hands", "rating": 5}

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea(db) -> Product:
    return make_product(title="Tea")


@pytest.fixture
def buyer(ann, tea):
    """Ann, who has bought tea and paid."""
    order = make_order(ann, {tea: 1})
    Order.objects.filter(pk=order.pk).update(payment_status="C")
    return ann


def reviews_of(product: Product) -> str:
    return f"/api/v1/store/products/{product.pk}/reviews/"


def test_a_buyer_writes_a_review(api, buyer, tea):
    other = make_product()

    answer = api(buyer).post(
        reviews_of(tea), {**GOOD, "product": other.pk, "date": "1999-01-01", "author": 77}
    )

    assert answer.status_code == 201
    review = Review.objects.get()
    assert (review.product, review.author) == (tea, buyer)
    today = timezone.now().date().isoformat()
    assert answer.json() == {"id": review.pk, "date": today, **GOOD}
    assert answer["Location"] == f"http://testserver{reviews_of(tea)}{review.pk}/"


def test_a_review_shows_in_the_product_at_once(api, buyer, tea):
    address = f"/api/v1/store/products/{tea.pk}/"
    before = api().get(address).json()

    api(buyer).post(reviews_of(tea), GOOD)

    after = api().get(address).json()
    assert (before["rating"], before["reviews_count"]) == (0.0, 0)
    assert (after["rating"], after["reviews_count"]) == (5.0, 1)


def test_a_review_needs_no_stars(api, buyer, tea):
    answer = api(buyer).post(reviews_of(tea), {"name": "Ann", "description": "Fine"})

    assert answer.json()["rating"] is None
    shown = api().get(f"/api/v1/store/products/{tea.pk}/").json()
    assert (shown["rating"], shown["reviews_count"]) == (0.0, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 256),
        ("description", " "),
        ("description", "x" * 10_001),
        ("rating", 0),
        ("rating", 6),
        ("rating", 4.5),
    ],
)
def test_a_bad_field_is_400_on_that_field(api, buyer, tea, field, value):
    answer = api(buyer).post(reviews_of(tea), {**GOOD, field: value})

    assert answer.status_code == 400
    assert set(answer.json()) == {field}
    assert not Review.objects.exists()


def test_a_review_of_nothing_is_400_with_what_is_missing(api, buyer, tea):
    answer = api(buyer).post(reviews_of(tea), {})

    assert answer.status_code == 400
    assert set(answer.json()) == {"name", "description"}


def test_visitors_write_none(api, tea):
    answer = api().post(reviews_of(tea), GOOD)

    assert answer.status_code == 401
    assert not Review.objects.exists()


def test_who_has_not_paid_writes_none(api, ann, tea):
    make_order(ann, {tea: 1})

    answer = api(ann).post(reviews_of(tea), GOOD)

    assert answer.status_code == 403
    assert answer.json()["code"] == "not_bought"
    assert not Review.objects.exists()


def test_who_has_bought_something_else_writes_none(api, buyer):
    other = make_product()

    assert api(buyer).post(reviews_of(other), GOOD).status_code == 403
    assert not Review.objects.exists()


def test_open_shops_let_everybody_write_who_is_signed_in(api, ann, tea, settings):
    settings.OPEN_REVIEWS = True

    assert api(ann).post(reviews_of(tea), GOOD).status_code == 201
    assert api().post(reviews_of(tea), GOOD).status_code == 401


def test_a_second_review_is_409(api, buyer, tea):
    api(buyer).post(reviews_of(tea), GOOD)

    answer = api(buyer).post(reviews_of(tea), {**GOOD, "rating": 1})

    assert answer.status_code == 409
    assert answer.json()["code"] == "already_reviewed"
    assert Review.objects.get().rating == 5


def test_the_author_and_staff_change_a_review(api, buyer, tea):
    review = make_review(tea, author=buyer, rating=5)
    address, staff = f"{reviews_of(tea)}{review.pk}/", make_user("sam", is_staff=True)

    patched = api(buyer).patch(address, {"rating": 2})
    put = api(staff).put(address, {"name": "A.", "description": "Was rude"})

    kept = {"id": review.pk, "date": review.date.isoformat()}
    assert (patched.status_code, patched.json()) == (
        200, {**kept, "name": "Ann", "description": "Good", "rating": 2},
    )  # fmt: skip
    assert (put.status_code, put.json()) == (
        200, {**kept, "name": "A.", "description": "Was rude", "rating": 2},
    )  # fmt: skip
    assert Product.objects.get(pk=tea.pk).stars == 2


@pytest.mark.parametrize("who", ["author", "staff"])
def test_the_author_and_staff_delete_a_review(api, buyer, tea, who):
    review = make_review(tea, author=buyer, rating=5)
    person = buyer if who == "author" else make_user("sam", is_staff=True)

    answer = api(person).delete(f"{reviews_of(tea)}{review.pk}/")

    assert answer.status_code == 204
    assert not Review.objects.exists()
    assert Product.objects.get(pk=tea.pk).reviews_count == 0


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_others_leave_a_review_alone(api, buyer, charlie, tea, method):
    review = make_review(tea, author=buyer)
    imported = make_review(tea, author=None)

    for row in (review, imported):
        address = f"{reviews_of(tea)}{row.pk}/"
        assert getattr(api(), method)(address, GOOD).status_code == 401
        assert getattr(api(charlie), method)(address, GOOD).status_code == 403

    assert list(Review.objects.values_list("description", flat=True)) == ["Good", "Good"]


def test_a_review_is_found_below_its_own_product_only(api, buyer, tea):
    review, other = make_review(tea, author=buyer), make_product()
    address = f"{reviews_of(other)}{review.pk}/"

    assert api().get(f"{reviews_of(tea)}{review.pk}/").status_code == 200
    assert api().get(address).status_code == 404
    assert api(buyer).patch(address, GOOD).status_code == 404
    assert api(buyer).delete(address).status_code == 404
    assert Review.objects.get().description == "Good"


@pytest.mark.parametrize("product", ["999", "x", "9" * 19])
def test_the_reviews_of_an_unknown_product_are_404(api, ann, product, settings):
    settings.OPEN_REVIEWS = True
    address = f"/api/v1/store/products/{product}/reviews/"

    assert api().get(address).status_code == 404
    assert api(ann).post(address, GOOD).status_code == 404
    assert api(ann).patch(f"{address}1/", GOOD).status_code == 404


def test_the_newest_reviews_of_the_product_come_first(api, tea, django_assert_num_queries):
    old = make_review(tea, date=date(2026, 1, 1))
    new = make_review(tea, date=date(2026, 1, 2))
    newer = make_review(tea, date=date(2026, 1, 2))
    make_review(make_product())

    with django_assert_num_queries(2):  # product, rows
        shown = api().get(reviews_of(tea))

    assert [row["id"] for row in shown.json()] == [newer.pk, new.pk, old.pk]
    assert set(shown.json()[0]) == {"id", "date", "name", "description", "rating"}
    assert "Link" not in shown


def test_more_than_a_hundred_are_linked(api, tea):
    Review.objects.bulk_create(
        Review(product=tea, name=f"{n}", description="x") for n in range(205)
    )

    first = api().get(reviews_of(tea))
    link = first["Link"].removeprefix("<").removesuffix('>; rel="next"')
    second = api().get(link).json()
    third = api().get(second["next"]).json()

    names = [
        row["name"] for page in (first.json(), second["results"], third["results"]) for row in page
    ]
    assert names == [f"{n}" for n in reversed(range(205))]
    assert third["next"] is None


def test_a_bad_cursor_is_404(api, tea):
    assert api().get(reviews_of(tea), {"cursor": "x"}).status_code == 404
