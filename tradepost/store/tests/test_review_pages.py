"""Reviews, in the browser: who may write one, and what becomes of it."""

import pytest

from tradepost.store.actions.order_changes import set_payment_status
from tradepost.store.models import Review
from tradepost.store.tests.factories import make_order, make_product, make_review
from tradepost.store.tests.pages import notices

WORDS = {"name": "Ann", "rating": "4", "description": "It pours well."}
ONLY_BUYERS = "Reviews are written by customers who have bought and paid for the product."


@pytest.fixture
def bought(client, ann, dora):
    """A product that ann, who is signed in, has bought and paid for."""
    product = make_product()
    order = make_order(ann, {product: 1})
    set_payment_status(order_id=order.pk, status="C", actor=dora)
    client.force_login(ann)
    return product


def test_a_buyer_writes_a_review(client, ann, bought):
    answer = client.post(f"/products/{bought.pk}/review/", WORDS)

    review, _ = Review.objects.get(), bought.refresh_from_db()
    assert answer["Location"] == f"/products/{bought.pk}/#reviews"
    assert (review.author, review.name, review.rating) == (ann, "Ann", 4)
    assert review.description == "It pours well."
    assert (str(bought.rating), bought.reviews_count) == ("4.00", 1)


def test_a_review_may_be_words_alone(client, bought):
    client.post(f"/products/{bought.pk}/review/", WORDS | {"rating": ""})

    text = client.get(f"/products/{bought.pk}/").content.decode()
    assert Review.objects.get().rating is None
    assert "It pours well." in text
    assert "★" not in text


def test_writing_again_changes_the_review_there_is(client, bought):
    client.post(f"/products/{bought.pk}/review/", WORDS)

    client.post(f"/products/{bought.pk}/review/", WORDS | {"rating": "2"})

    bought.refresh_from_db()
    assert Review.objects.get().rating == 2
    assert str(bought.rating) == "2.00"


def test_the_form_shows_the_review_there_is(client, bought):
    client.post(f"/products/{bought.pk}/review/", WORDS)

    answer = client.get(f"/products/{bought.pk}/")

    form = answer.context["review_form"]
    assert [form[name].value() for name in WORDS] == ["Ann", 4, "It pours well."]
    assert "Delete your review" in answer.content.decode()


def test_a_review_is_deleted_by_its_author(client, bought):
    client.post(f"/products/{bought.pk}/review/", WORDS)

    answer = client.post(f"/products/{bought.pk}/review/delete/")

    bought.refresh_from_db()
    assert answer["Location"] == f"/products/{bought.pk}/#reviews"
    assert (Review.objects.count(), bought.reviews_count) == (0, 0)


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"description": ""}, "description"),
        ({"description": "x" * 10_001}, "description"),
        ({"rating": "6"}, "rating"),
        ({"rating": "0"}, "rating"),
        ({"rating": "4.5"}, "rating"),
    ],
)
def test_a_review_with_a_mistake_is_shown_again_with_its_words(client, bought, fault, field):
    answer = client.post(f"/products/{bought.pk}/review/", WORDS | fault)

    form = answer.context["review_form"]
    assert list(form.errors) == [field]
    assert form["name"].value() == (WORDS | fault)["name"]
    assert "<details" in answer.content.decode()
    assert Review.objects.count() == 0


def test_who_has_not_paid_is_told_who_may(client, ann):
    product = make_product()
    make_order(ann, {product: 1})
    client.force_login(ann)

    page = client.get(f"/products/{product.pk}/")
    answer = client.post(f"/products/{product.pk}/review/", WORDS)

    assert page.context["review_form"] is None
    assert ONLY_BUYERS in page.content.decode()
    assert notices(answer) == [ONLY_BUYERS]
    assert Review.objects.count() == 0


def test_everybody_may_write_where_reviews_are_open(client, ann, settings):
    settings.OPEN_REVIEWS = True
    product = make_product()
    client.force_login(ann)

    client.post(f"/products/{product.pk}/review/", WORDS)

    assert Review.objects.get().author == ann


def test_visitors_are_asked_to_sign_in_first(client, db):
    product = make_product()

    text = client.get(f"/products/{product.pk}/").content.decode()
    answer = client.post(f"/products/{product.pk}/review/", WORDS)

    assert f'href="/account/sign-in/?next=/products/{product.pk}/"' in text
    assert answer["Location"].startswith("/account/sign-in/")
    assert Review.objects.count() == 0


def test_deleting_leaves_the_reviews_of_others(client, ann, bob):
    review = make_review(make_product(), author=bob)
    client.force_login(ann)

    client.post(f"/products/{review.product_id}/review/delete/")

    assert Review.objects.get() == review


@pytest.mark.parametrize("number", ["99999", "9" * 30])
def test_a_missing_product_has_no_review(client, ann, number):
    client.force_login(ann)

    answers = [
        client.post(f"/products/{number}/review/", WORDS),
        client.post(f"/products/{number}/review/", {}),
        client.post(f"/products/{number}/review/delete/", follow=True),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


@pytest.mark.parametrize("deed", ["review/", "review/delete/"])
def test_a_form_address_that_is_opened_by_hand_leads_to_the_product(client, bought, deed):
    assert client.get(f"/products/{bought.pk}/{deed}")["Location"] == f"/products/{bought.pk}/"


def test_a_product_takes_thirteen_queries_for_who_is_signed_in(
    client, bought, django_assert_num_queries
):
    client.get(f"/products/{bought.pk}/")  # Django looks its content types up once

    # session, user, place in the feed, product, pictures, tags, likes, own like, count of reviews,
    # own review, whether it was bought, and what is unread: conversations, notifications
    with django_assert_num_queries(13):
        client.get(f"/products/{bought.pk}/")
