"""Reviews of stays in the admin."""

import pytest
from django.test import Client

from tests.admin_pages import act, address, delete, make_staff
from tradepost.stays.models import Property, Review
from tradepost.stays.tests.factories import make_property
from tradepost.stays.tests.stays_over import make_stay, review, review_both


@pytest.fixture
def place(db) -> Property:
    return make_property()


@pytest.fixture
def reviewed(place, ann, bob) -> list[Review]:
    """What Ann and Bob said of the place: five stars, and two."""
    stars = {ann: 5, bob: 2}
    return [
        review_both(make_stay(place, guest), n, comment="Quiet")[0] for guest, n in stars.items()
    ]


@pytest.fixture
def moderator(db) -> Client:
    """Somebody who may look at reviews and delete them, and is signed in."""
    client = Client()
    client.force_login(make_staff("mo", "stays.view_review", "stays.delete_review"))
    return client


def sums() -> tuple[int, int]:
    row = Property.objects.get()
    return row.stars, row.ratings_count


def test_a_deleted_review_counts_no_more(moderator, reviewed):
    delete(moderator, Review, reviewed[0])

    assert sums() == (2, 1)
    assert Review.objects.count() == 3


def test_several_deleted_reviews_count_no_more(moderator, reviewed):
    act(moderator, Review, "delete_selected", *reviewed, post="yes")

    assert sums() == (0, 0)


def test_blind_reviews_are_moderated_too(moderator, place, ann):
    blind = review(ann, make_stay(place, ann), comment="Rude words")

    listed = moderator.get(
        address(Review, "changelist"), {"q": "rude", "released_at__isempty": "1"}
    )
    delete(moderator, Review, blind)

    assert address(Review, "change", blind.pk) in listed.content.decode()
    assert not Review.objects.exists()


def test_reviews_are_neither_written_nor_changed_there(moderator, boss, client, reviewed):
    for browser in (moderator, client):
        assert browser.get(address(Review, "add")).status_code == 403
        page = browser.post(address(Review, "change", reviewed[0].pk), {"rating": "1"})
        assert page.status_code == 403

    assert sums() == (7, 2)


def test_who_may_only_look_deletes_nothing(reviewed):
    client = Client()
    client.force_login(make_staff("vi", "stays.view_review"))

    assert client.get(address(Review, "change", reviewed[0].pk)).status_code == 200
    assert delete(client, Review, reviewed[0]).status_code == 403
    assert sums() == (7, 2)
