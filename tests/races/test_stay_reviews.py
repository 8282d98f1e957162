"""What both sides of a stay say at the same moment is released, together and once."""

from datetime import timedelta
from functools import partial

import httpx
import pytest
from django.db import connection
from django.utils import timezone

from conftest import make_user
from tests.races.conftest import signed_in, statuses
from tests.races.test_guards import (
    FOR_SURE_SECONDS,
    LONG_ENOUGH_SECONDS,
    Meeting,
    both,
    meet_before,
    without_row_locks,
)
from tradepost.accounts.models import User
from tradepost.feed.models import Pointer
from tradepost.notifications.models import Notification
from tradepost.stays.actions import releases, reviews
from tradepost.stays.actions.releases import release_due_reviews
from tradepost.stays.actions.reviews import delete_review, write_review
from tradepost.stays.models import Booking, Property, Review
from tradepost.stays.tests.factories import make_booking, make_host, make_property
from tradepost.stays.tests.stays_over import make_paid

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
parallel_only = pytest.mark.skipif(
    connection.vendor == "sqlite",
    reason="SQLite has one writer at a time; the guard there is BEGIN IMMEDIATE",
)

HOUR = timedelta(hours=1)
TIME_TO_WRITE = timedelta(days=14)


@pytest.fixture
def meeting() -> Meeting:
    return Meeting(LONG_ENOUGH_SECONDS)


@pytest.fixture
def sure_meeting() -> Meeting:
    return Meeting(FOR_SURE_SECONDS)


@pytest.fixture
def hanna(db) -> User:
    """Offers the place."""
    return make_host()


@pytest.fixture
def place(hanna) -> Property:
    return make_property(hanna)


def make_past_stay(place: Property, guest: User) -> Booking:
    """Make a stay that was over an hour ago."""
    nights = timedelta(days=3 + 2 * place.bookings.count())
    stay = make_booking(place, guest, (timezone.now() - nights).date())
    Booking.objects.filter(pk=stay.pk).update(ends_at=timezone.now() - HOUR)
    return make_paid(stay)


def write(client: httpx.Client, *, stay: Booking, author: User) -> httpx.Response:
    said = {"rating": 4, "comment": "Fine"}
    return client.post(f"bookings/{stay.pk}/review/", json=said, headers=signed_in(author))


def say(author: User, stay: Booking) -> Review:
    return write_review(author=author, booking_id=stay.pk, rating=4, now=timezone.now())


def release_late() -> int:
    return release_due_reviews(now=timezone.now() + TIME_TO_WRITE)


def releases_heard_by(user: User) -> int:
    return Pointer.objects.filter(user=user, event__kind="stay_review.released").count()


@pytest.mark.parametrize("attempt", range(5))
def test_both_sides_at_once_are_released_at_once(crowd, place, ann, hanna, attempt):
    stay = make_past_stay(place, ann)

    answers = crowd.at_once(*[partial(write, stay=stay, author=author) for author in (ann, hanna)])

    assert statuses(answers) == [201, 201]
    [moment] = {row.released_at for row in Review.objects.all()}
    assert moment is not None
    assert sum(answer.json()["released_at"] is None for answer in answers) == 1
    place.refresh_from_db()
    assert (place.stars, place.ratings_count) == (4, 1)
    assert [releases_heard_by(user) for user in (ann, hanna)] == [2, 2]
    assert sorted(Notification.objects.values_list("kind", flat=True)) == [
        "stay.guest_reviewed", "stay.place_reviewed",
    ]  # fmt: skip


@pytest.mark.parametrize("attempt", range(3))
def test_a_review_that_is_sent_many_times_at_once_is_written_once(crowd, place, ann, attempt):
    stay = make_past_stay(place, ann)

    answers = crowd.at_once(*[partial(write, stay=stay, author=ann)] * 6)

    assert statuses(answers) == [201] + [409] * 5
    assert Review.objects.count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_guests_of_one_place_at_once_all_count(crowd, place, hanna, attempt):
    guests = [make_user(f"guest{number}") for number in range(6)]
    stays = [make_past_stay(place, guest) for guest in guests]
    for stay in stays:
        say(hanna, stay)

    answers = crowd.at_once(*[partial(write, stay=stay, author=stay.user) for stay in stays])

    assert statuses(answers) == [201] * 6
    place.refresh_from_db()
    assert (place.stars, place.ratings_count) == (24, 6)


@pytest.fixture
def two_sides(place, ann, hanna):
    stay = make_past_stay(place, ann)
    return partial(say, ann, stay), partial(say, hanna, stay)


@parallel_only
def test_the_bookings_lock_keeps_both_sides_apart(monkeypatch, meeting, two_sides):
    meet_before(monkeypatch, reviews, "tell_of_writing", meeting)

    both(*two_sides)

    assert not meeting.met
    assert Review.objects.released().count() == 2


@parallel_only
def test_without_the_bookings_lock_neither_side_is_released(
    monkeypatch,
    sure_meeting,
    two_sides,
):
    """No constraint can know that the other side has written: here the lock is all there is.

    On MariaDB both have a share of the stay by then: one loses a deadlock, and begins again.
    """
    without_row_locks(monkeypatch, Booking)
    meet_before(monkeypatch, reviews, "tell_of_writing", sure_meeting)

    both(*two_sides)

    assert sure_meeting.met
    assert Review.objects.blind().count() == (0 if connection.vendor == "mysql" else 2)


@parallel_only
def test_two_that_release_at_once_tell_of_it_once(monkeypatch, meeting, place, ann):
    say(ann, make_past_stay(place, ann))
    meet_before(monkeypatch, releases, "lock_places", meeting)

    both(release_late, release_late)

    assert not meeting.met
    assert releases_heard_by(ann) == 1


@parallel_only
def test_without_the_bookings_lock_it_is_told_twice(
    monkeypatch,
    sure_meeting,
    place,
    ann,
):
    say(ann, make_past_stay(place, ann))
    without_row_locks(monkeypatch, Booking)
    meet_before(monkeypatch, releases, "lock_places", sure_meeting)

    both(release_late, release_late)

    assert sure_meeting.met
    assert releases_heard_by(ann) == 2


@pytest.fixture
def two_guests(place, ann, bob, hanna):
    stays = [make_past_stay(place, guest) for guest in (ann, bob)]
    for stay in stays:
        say(hanna, stay)
    return tuple(partial(say, stay.user, stay) for stay in stays)


@parallel_only
def test_the_places_lock_has_both_guests_counted(
    monkeypatch,
    meeting,
    place,
    two_guests,
):
    meet_before(monkeypatch, releases, "recount_ratings", meeting)

    both(*two_guests)

    assert not meeting.met
    place.refresh_from_db()
    assert (place.stars, place.ratings_count) == (8, 2)


@parallel_only
@pytest.mark.skipif(
    connection.vendor == "mysql",
    reason="MariaDB has no FOR UPDATE OF: who reads a stay to change it has its place locked, too",
)
def test_without_the_places_lock_one_of_two_guests_does_not_count(
    monkeypatch,
    sure_meeting,
    place,
    two_guests,
):
    monkeypatch.setattr(releases, "lock_places", lambda property_ids: None)
    meet_before(monkeypatch, releases, "recount_ratings", sure_meeting)

    both(*two_guests)

    assert sure_meeting.met
    place.refresh_from_db()
    assert (place.stars, place.ratings_count) == (4, 1)


@parallel_only
@pytest.mark.parametrize("attempt", range(3))
def test_one_that_is_deleted_as_the_other_is_written_leaves_the_other_blind_or_read(
    place, ann, hanna, attempt
):
    stay = make_past_stay(place, ann)
    written, root = say(ann, stay), make_user("root", is_superuser=True)

    _, by_host = both(
        lambda: delete_review(moderator=root, property_id=place.pk, review_id=written.pk),
        lambda: say(hanna, stay),
    )

    # It waits if the guest's was gone before; if not, both were read first.
    was_read = releases_heard_by(ann) == 2
    left = Review.objects.get()
    assert (left.pk, left.released_at is not None) == (by_host.pk, was_read)
    place.refresh_from_db()
    assert (place.stars, place.ratings_count) == (0, 0)
