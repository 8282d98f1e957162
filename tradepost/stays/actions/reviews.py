"""Reviews of stays: written blind, answered, taken away.

Who writes locks the booking, so that of two sides that write at the same moment the second one
sees that the first one has.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from tradepost.accounts.actions.users import lock_account
from tradepost.accounts.models import User
from tradepost.kit.errors import Refused
from tradepost.kit.locks import lock_one, weak
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.stays.actions.releases import lock_places, recount_ratings, release_reviews
from tradepost.stays.actions.review_news import (
    ask_for_the_other,
    tell_of_answer,
    tell_of_deletion,
    tell_of_writing,
)
from tradepost.stays.errors import AlreadyReviewed, NotYourStay, ReviewsOver, StayNotOver
from tradepost.stays.models import Booking, Review
from tradepost.stays.queries.reviews import is_stayed, reviews_end_at
from tradepost.stays.stamps import PLACES

Side = Review.Side


@atomic
def write_review(
    *, author: User, booking_id: int, rating: int, comment: str = "", now: datetime
) -> Review:
    """Say what the guest thinks of the place, or the host of the guest; once, after the stay.

    Nobody else reads it until both have written, or can write no more. Raises AccountClosed,
    NotFound, NotYourStay, StayNotOver, AlreadyReviewed or ReviewsOver.
    """
    lock_account(author)
    booking = _lock_booking(author, booking_id)
    side = _side_of(author, booking)
    others = list(Review.objects.filter(booking=booking))
    _refuse_untimely(booking, side, others, now)
    review = Review.objects.create(
        booking=booking, property=booking.property, user=author, side=side, rating=rating,
        comment=comment, created_at=now, released_at=None,
    )  # fmt: skip
    tell_of_writing(review=review)
    if others:
        release_reviews(booking_ids=[booking.pk], now=now)
        review.released_at = now
    else:
        ask_for_the_other(review=review)
    return review


@atomic
def answer_review(
    *, host: User, property_id: int, review_id: int, answer: str, now: datetime
) -> Review:
    """Say below a guest's review what its host has to say to it, instead of what was said before.

    Raises AccountClosed, NotFound, or Refused for who is not the host.
    """
    lock_account(host)
    reviews = Review.objects.public().filter(pk=review_id, property=property_id)
    review = lock_one(reviews.with_sides())
    if review.property.host_id != host.pk:
        raise Refused  # everybody can see that it is there, so a 404 would hide nothing
    review.answer, review.answered_at = answer, now
    review.save(update_fields=["answer", "answered_at"])
    raise_stamp(PLACES)
    tell_of_answer(review=review)
    return review


@atomic
def delete_review(*, moderator: User, property_id: int, review_id: int) -> None:
    """Take a review away, blind or not, whose stars count no more. The other side's stays.

    Raises Refused without the permission ``stays.delete_review``, or NotFound.
    """
    if not moderator.has_perm("stays.delete_review"):
        raise Refused
    review = _lock_with_stay(property_id, review_id)
    tell_of_deletion(review=review)
    review.delete()
    recount_ratings(property_ids=[review.property_id])


@atomic
def forget_words(*, user: User) -> None:
    """Empty what somebody whose account is closed wrote in reviews and answers; the stars stay,
    because others chose by them."""
    by_user, of_host = Q(user=user), Q(property__host=user, answered_at__isnull=False)
    keys = list(Review.objects.filter(by_user | of_host).values_list("pk", flat=True))
    rows = Review.objects.filter(pk__in=keys)
    list(rows.order_by("pk").select_for_update(no_key=weak()).values_list("pk"))
    rows.filter(by_user).update(comment="")
    rows.filter(of_host).update(answer="", answered_at=None)
    raise_stamp(PLACES)


def _lock_booking(author: User, booking_id: int) -> Booking:
    bookings = Booking.objects.visible_to(author).filter(pk=booking_id)
    return lock_one(bookings.select_related("user", "property__host"), weakly=True)


def _side_of(author: User, booking: Booking) -> str:
    if author.pk == booking.user_id:
        return Side.GUEST
    if author.pk == booking.property.host_id:
        return Side.HOST
    raise NotYourStay


def _refuse_untimely(booking: Booking, side: str, others: Iterable[Review], now: datetime) -> None:
    if not is_stayed(booking, now):
        raise StayNotOver
    if any(review.side == side for review in others):
        raise AlreadyReviewed
    # Whatever the clock said when this was asked for: what is released can have been read.
    if now >= reviews_end_at(booking) or any(review.released_at for review in others):
        raise ReviewsOver


def _lock_with_stay(property_id: int, review_id: int) -> Review:
    """Lock stay, place and review, in this order. Raises NotFound."""
    rows = Review.objects.filter(pk=review_id, property=property_id)
    lock_one(Booking.objects.filter(reviews__in=rows), weakly=True)
    lock_places([property_id])
    return lock_one(rows.with_sides())
