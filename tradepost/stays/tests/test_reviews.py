"""What guests and hosts may say of each other, when, and who learns of it."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import make_user
from tradepost.accounts.actions.users import close_account
from tradepost.accounts.errors import AccountClosed
from tradepost.accounts.models import User
from tradepost.feed.models import Pointer
from tradepost.kit.errors import NotFound, Refused
from tradepost.notifications.kinds import link_for, sentence_for
from tradepost.notifications.models import Notification
from tradepost.stays.actions import releases
from tradepost.stays.actions.releases import release_due_reviews
from tradepost.stays.actions.releases import release_reviews as release_reviews_of
from tradepost.stays.actions.reviews import answer_review, delete_review
from tradepost.stays.errors import AlreadyReviewed, NotYourStay, ReviewsOver, StayNotOver
from tradepost.stays.models import Booking, Property, Review
from tradepost.stays.tasks import release_reviews
from tradepost.stays.tests.factories import make_host, make_property
from tradepost.stays.tests.stays_over import (
    AFTER,
    END,
    SECOND,
    TIME_IS_UP,
    make_stay,
    review,
    review_both,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanna(db) -> User:
    """Offers the place."""
    return make_host()


@pytest.fixture
def place(hanna) -> Property:
    return make_property(hanna)


@pytest.fixture
def stay(place, ann) -> Booking:
    """Ann's, at Hanna's place; it is over."""
    return make_stay(place, ann)


@pytest.fixture
def mo(db) -> User:
    """Keeps the peace."""
    mo = make_user("mo")
    of_stays = Permission.objects.filter(content_type__app_label="stays")
    mo.user_permissions.add(of_stays.get(codename="delete_review"))
    return mo


def sums_of(place: Property) -> tuple[Decimal, int, int]:
    row = Property.objects.get(pk=place.pk)
    return row.rating, row.stars, row.ratings_count


def feed_of(user: User) -> list[tuple[str, dict[str, object]]]:
    rows = Pointer.objects.visible_to(user).order_by("seq")
    return list(rows.values_list("event__kind", "event__data"))


def heard(user: User) -> list[str]:
    """Return the kinds of events about reviews in the feed of the user."""
    return [kind for kind, _ in feed_of(user) if kind.startswith("stay_review.")]


def told(user: User) -> list[tuple[str, str]]:
    """Return what the user was told, kind and sentence, oldest first."""
    rows = Notification.objects.filter(user=user).select_related("actor").order_by("created_at")
    return [(row.kind, sentence_for(row)) for row in rows]


# --- Blind until both have written --------------------------------------------------------------


def test_a_review_is_seen_by_its_author_alone(stay, place, ann, hanna, charlie):
    written = review(ann, stay, 5, comment="Quiet")

    assert (written.side, written.released_at) == ("guest", None)
    assert list(Review.objects.visible_to(ann)) == [written]
    assert not Review.objects.visible_to(hanna).exists()
    assert not Review.objects.visible_to(charlie).exists()
    assert not Review.objects.public().exists()
    assert sums_of(place) == (Decimal("0.00"), 0, 0)


def test_the_other_side_hears_that_there_is_one_and_nothing_of_it(stay, ann, hanna):
    written = review(ann, stay, 5, comment="Quiet")

    notification = Notification.objects.get()
    about = {"booking": stay.pk, "property": stay.property_id}
    assert (notification.user, notification.data) == (hanna, about)
    assert told(hanna) == [
        (
            "stay.review_waits",
            "Ann Example has reviewed your stay. Write your review to read it.",
        )
    ]
    assert heard(hanna) == []
    assert feed_of(ann) == [("stay_review.written", {**about, "review": written.pk})]


@pytest.mark.parametrize("first", ["guest", "host"])
def test_when_both_have_written_both_are_released(stay, place, ann, hanna, first):
    authors = [ann, hanna] if first == "guest" else [hanna, ann]

    review(authors[0], stay, 2)
    last = review(authors[1], stay, 2, now=AFTER + SECOND)

    assert last.released_at == AFTER + SECOND
    assert [row.released_at for row in Review.objects.all()] == [AFTER + SECOND] * 2
    assert set(Review.objects.visible_to(hanna)) == set(Review.objects.visible_to(ann))
    assert sums_of(place) == (Decimal("2.00"), 2, 1)


def test_both_sides_hear_of_a_release_and_of_the_waiting_no_more(stay, ann, hanna):
    by_guest, by_host = review_both(stay)

    assert heard(ann) == ["stay_review.written", *["stay_review.released"] * 2]
    assert heard(hanna) == ["stay_review.written", *["stay_review.released"] * 2]
    released = [data["review"] for kind, data in feed_of(ann) if kind == "stay_review.released"]
    assert released == [by_guest.pk, by_host.pk]
    assert told(ann) == [("stay.guest_reviewed", "Hanna Example reviewed your stay.")]
    assert told(hanna) == [("stay.place_reviewed", "Ann Example reviewed your place.")]
    assert link_for(Notification.objects.first()) == reverse("booking", args=[stay.pk])


def test_one_alone_is_released_when_the_other_can_write_no_more(stay, place, ann, hanna):
    review(ann, stay, 3)

    assert release_due_reviews(now=TIME_IS_UP - SECOND) == 0
    assert sums_of(place) == (Decimal("0.00"), 0, 0)
    assert release_due_reviews(now=TIME_IS_UP) == 1

    assert Review.objects.get().released_at == TIME_IS_UP
    assert sums_of(place) == (Decimal("3.00"), 3, 1)
    assert told(hanna) == [("stay.place_reviewed", "Ann Example reviewed your place.")]


def test_what_is_released_is_not_released_again(stay, ann, hanna):
    review_both(stay)

    assert release_due_reviews(now=TIME_IS_UP) == 0

    assert {row.released_at for row in Review.objects.all()} == {AFTER}
    assert heard(hanna).count("stay_review.released") == 2


def test_of_a_stay_that_was_released_nothing_is_released_again(stay, ann, hanna):
    review_both(stay)

    release_reviews_of(booking_ids=[stay.pk], now=TIME_IS_UP)

    assert {row.released_at for row in Review.objects.all()} == {AFTER}
    assert heard(hanna).count("stay_review.released") == 2


def test_what_is_blind_does_not_count_when_others_are_counted(stay, place, bob):
    review(bob, make_stay(place, bob), 1)

    review_both(stay, 5)

    assert sums_of(place) == (Decimal("5.00"), 5, 1)


def test_what_a_host_says_of_a_guest_does_not_count_for_the_place(stay, place, hanna, ann):
    review(hanna, stay, 1)

    release_due_reviews(now=TIME_IS_UP)

    assert sums_of(place) == (Decimal("0.00"), 0, 0)
    assert told(ann) == [("stay.guest_reviewed", "Hanna Example reviewed your stay.")]


def test_reviews_are_released_in_portions(place, ann, bob, charlie, monkeypatch):
    monkeypatch.setattr(releases, "PORTION", 2)
    for guest in (ann, bob, charlie):
        review(guest, make_stay(place, guest), 4)

    assert [release_due_reviews(now=TIME_IS_UP) for _ in range(3)] == [2, 1, 0]

    assert sums_of(place) == (Decimal("4.00"), 12, 3)


def test_the_job_releases_by_the_clock(place, ann, bob, monkeypatch, time_machine):
    monkeypatch.setattr(releases, "PORTION", 1)
    for guest in (ann, bob):
        review(guest, make_stay(place, guest))

    time_machine.move_to(TIME_IS_UP - SECOND, tick=False)
    release_reviews()
    assert Review.objects.released().count() == 0

    time_machine.move_to(TIME_IS_UP, tick=False)
    release_reviews()
    assert Review.objects.released().count() == 2


# --- Who, when, and once ------------------------------------------------------------------------


def test_nobody_writes_before_the_stay_is_over(stay, ann):
    with pytest.raises(StayNotOver):
        review(ann, stay, now=END - SECOND)
    review(ann, stay, now=END)

    assert Review.objects.get().created_at == END


def test_a_stay_that_is_over_earlier_is_reviewed_then(stay, ann):
    Booking.objects.filter(pk=stay.pk).update(completed_at=END - 2 * SECOND)

    review(ann, stay, now=END - SECOND)

    assert Review.objects.get().created_at == END - SECOND


@pytest.mark.parametrize("status", ["pending", "canceled"])
def test_a_stay_that_never_was_is_not_reviewed(place, ann, hanna, status):
    moments = {"pending": {"hold_until": AFTER}, "canceled": {"canceled_at": AFTER}}
    stay = make_stay(place, ann, status=status, **moments[status])

    for author in (ann, hanna):
        with pytest.raises(StayNotOver):
            review(author, stay)

    assert not Review.objects.exists()


def test_nobody_writes_when_time_is_up(stay, ann, hanna):
    with pytest.raises(ReviewsOver):
        review(ann, stay, now=TIME_IS_UP)
    review(hanna, stay, now=TIME_IS_UP - SECOND)

    assert Review.objects.get().user == hanna


def test_how_long_there_is_to_write_is_a_setting(stay, ann, hanna, settings):
    settings.STAY_REVIEW_DAYS = 1
    review(ann, stay)
    up = AFTER.replace(day=4, hour=11)

    with pytest.raises(ReviewsOver):
        review(hanna, stay, now=up)
    assert release_due_reviews(now=up - SECOND) == 0
    assert release_due_reviews(now=up) == 1


def test_nobody_writes_who_asked_in_time_when_the_other_can_be_read_already(stay, ann, hanna):
    review(ann, stay)
    release_due_reviews(now=TIME_IS_UP)

    with pytest.raises(ReviewsOver):
        review(hanna, stay, now=TIME_IS_UP - SECOND)

    assert Review.objects.get().user == ann


@pytest.mark.parametrize("when", ["blind", "released"])
def test_each_side_writes_once(stay, place, ann, hanna, when):
    review(ann, stay, 5)
    if when == "released":
        review(hanna, stay)

    with pytest.raises(AlreadyReviewed):
        review(ann, stay, 1)

    assert Review.objects.get(user=ann).rating == 5


def test_each_stay_is_reviewed_by_itself(place, ann):
    for rating in (5, 2):
        review_both(make_stay(place, ann), rating)

    assert sums_of(place) == (Decimal("3.50"), 7, 2)


def test_strangers_find_nothing_to_review(stay, charlie):
    other_host = make_host("otto")

    for stranger in (charlie, other_host):
        with pytest.raises(NotFound):
            review(stranger, stay)

    assert not Review.objects.exists()


def test_who_sees_all_bookings_reviews_none(stay):
    root = make_user("root", is_superuser=True)

    with pytest.raises(NotYourStay):
        review(root, stay)

    assert not Review.objects.exists()


@pytest.mark.parametrize("rating", [0, 6])
def test_the_database_knows_how_many_stars_there_are(stay, ann, rating):
    with pytest.raises(IntegrityError), transaction.atomic():
        review(ann, stay, rating)

    assert not Review.objects.exists()


@pytest.mark.parametrize("wrong", [{"answer": "Thanks"}, {"answered_at": AFTER}])
def test_the_database_knows_when_an_answer_was_given(stay, wrong):
    by_guest, _ = review_both(stay)

    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=by_guest.pk).update(**wrong)


# --- Answers ------------------------------------------------------------------------------------


def answer(host: User, to: Review, text: str = "Thanks", **said) -> Review:
    place = {"property_id": to.property_id, "now": AFTER, **said}
    return answer_review(host=host, review_id=to.pk, answer=text, **place)


def test_the_host_answers_and_may_say_something_else_later(stay, ann, hanna):
    by_guest, _ = review_both(stay)

    answer(hanna, by_guest)
    answer(hanna, by_guest, "Thank you", now=AFTER + SECOND)

    by_guest.refresh_from_db()
    assert (by_guest.answer, by_guest.answered_at) == ("Thank you", AFTER + SECOND)
    assert heard(ann)[-2:] == heard(hanna)[-2:] == ["stay_review.answered"] * 2
    assert told(ann)[1:] == [("stay.review_answered", "Hanna Example answered your review.")]


def test_nobody_answers_what_is_blind(stay, ann, hanna):
    written = review(ann, stay)

    for person in (hanna, ann):
        with pytest.raises(NotFound):
            answer(person, written)

    assert Review.objects.get().answer == ""


def test_the_host_alone_answers(stay, ann, charlie):
    by_guest, _ = review_both(stay)

    for person in (ann, charlie, make_host("otto")):
        with pytest.raises(Refused):
            answer(person, by_guest)

    by_guest.refresh_from_db()
    assert by_guest.answer == ""


def test_what_hosts_said_is_not_answered_nor_what_is_elsewhere(stay, hanna):
    by_guest, by_host = review_both(stay)

    with pytest.raises(NotFound):
        answer(hanna, by_host)
    with pytest.raises(NotFound):
        answer(hanna, by_guest, property_id=make_property(hanna).pk)


# --- Moderation ---------------------------------------------------------------------------------


def delete(moderator: User, gone: Review, **said) -> None:
    where = {"property_id": gone.property_id, **said}
    delete_review(moderator=moderator, review_id=gone.pk, **where)


def test_a_deleted_review_counts_no_more(place, stay, bob, mo):
    by_guest, by_host = review_both(stay, 1)
    review_both(make_stay(place, bob), 5)

    delete(mo, by_guest)

    assert sums_of(place) == (Decimal("5.00"), 5, 1)
    assert Review.objects.filter(pk=by_host.pk).exists()


def test_both_sides_hear_that_what_they_read_is_gone(stay, ann, hanna, mo):
    by_guest, _ = review_both(stay)
    answer(hanna, by_guest)

    delete(mo, by_guest)

    assert heard(ann)[-1] == heard(hanna)[-1] == "stay_review.deleted"
    assert told(hanna) == []
    assert [kind for kind, _ in told(ann)] == ["stay.guest_reviewed"]


def test_of_a_blind_one_that_is_gone_its_author_hears_alone(stay, ann, hanna, mo):
    delete(mo, review(ann, stay))

    assert heard(ann) == ["stay_review.written", "stay_review.deleted"]
    assert (heard(hanna), told(hanna)) == ([], [])
    assert not Review.objects.exists()


def test_whose_review_is_deleted_after_both_were_read_writes_no_other(stay, ann, mo):
    by_guest, _ = review_both(stay)
    delete(mo, by_guest)

    with pytest.raises(ReviewsOver):
        review(ann, stay)


def test_nobody_else_deletes(stay, place, ann, hanna, charlie):
    by_guest, _ = review_both(stay)

    for person in (ann, hanna, charlie):
        with pytest.raises(Refused):
            delete(person, by_guest)

    assert sums_of(place) == (Decimal("4.00"), 4, 1)


def test_a_review_is_deleted_at_its_own_place_and_once(stay, mo):
    by_guest, by_host = review_both(stay)

    with pytest.raises(NotFound):
        delete(mo, by_guest, property_id=make_property().pk)
    assert Review.objects.count() == 2

    delete(mo, by_guest)
    with pytest.raises(NotFound):
        delete(mo, by_guest)
    assert Review.objects.get() == by_host


# --- Closed accounts ----------------------------------------------------------------------------


def test_who_leaves_takes_the_words_and_leaves_the_stars(stay, place, ann, hanna):
    by_guest, by_host = review_both(stay, 5, comment="Quiet")
    answer(hanna, by_guest)

    close_account(user=ann)

    by_guest.refresh_from_db()
    by_host.refresh_from_db()
    assert (by_guest.comment, by_guest.answer, by_guest.rating) == ("", "Thanks", 5)
    assert by_host.comment == "Quiet"
    assert sums_of(place) == (Decimal("5.00"), 5, 1)


def test_a_host_who_leaves_takes_the_answers_along(stay, ann, hanna):
    by_guest, by_host = review_both(stay, comment="Quiet")
    answer(hanna, by_guest)

    close_account(user=hanna)

    by_guest.refresh_from_db()
    by_host.refresh_from_db()
    assert (by_guest.comment, by_guest.answer, by_guest.answered_at) == ("Quiet", "", None)
    assert by_host.comment == ""


def test_words_of_others_stay(stay, place, ann, bob):
    review_both(stay, comment="Quiet")
    other = make_property()
    theirs, _ = review_both(make_stay(other, bob), comment="Loud")
    answer(other.host, theirs)

    close_account(user=ann)

    theirs.refresh_from_db()
    assert (theirs.comment, theirs.answer) == ("Loud", "Thanks")


def test_who_has_left_writes_and_answers_nothing(stay, ann, hanna):
    by_guest, _ = review_both(stay)
    other = make_stay(stay.property, ann)
    for person in (ann, hanna):
        close_account(user=person)

    with pytest.raises(AccountClosed):
        review(ann, other)
    with pytest.raises(AccountClosed):
        answer(hanna, by_guest)


def test_who_has_left_hears_of_nothing(stay, ann, hanna):
    close_account(user=hanna)
    before = feed_of(hanna)

    review(ann, stay)
    release_due_reviews(now=TIME_IS_UP)

    assert not Notification.objects.filter(user=hanna).exists()
    assert feed_of(hanna) == before
    assert heard(ann) == ["stay_review.written", "stay_review.released"]


# --- Averages -----------------------------------------------------------------------------------


STARS = st.tuples(st.integers(1, 5), st.booleans())  # and whether time is up for them


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(said=st.lists(STARS, max_size=30), last=st.integers(1, 5))
def test_the_rating_is_exact_to_two_decimals(ann, said, last):
    place = make_property(User.objects.filter(username="hanna").first() or make_host())
    stays = [make_stay(place, ann) for _ in said]
    Review.objects.bulk_create(
        Review(
            booking=stay, property=place, user=ann, side="guest", rating=rating,
            created_at=AFTER, released_at=AFTER if is_released else None,
        )
        for stay, (rating, is_released) in zip(stays, said, strict=True)
    )  # fmt: skip

    review_both(make_stay(place, ann), last)

    stars = [rating for rating, is_released in said if is_released] + [last]
    average = (Decimal(sum(stars)) / len(stars)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert sums_of(place) == (average, sum(stars), len(stars))
    assert Review.objects.filter(~Q(released_at=None), property=place).count() == len(stars) + 1
