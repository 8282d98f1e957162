"""Who hears what of a review. Of a blind one its author alone, and the other side that there is
something to be read once they have written as well.

Load reviews ``with_sides()``. Whose account is closed hears nothing.
"""

from uuid import UUID

from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.transactions import atomic
from tradepost.notifications.actions.notifications import notify, withdraw_notifications
from tradepost.stays.models import Review


@atomic
def tell_of_writing(*, review: Review) -> None:
    """Tell the author's devices of a review that they have written."""
    _publish("stay_review.written", review, _present(review.user))


@atomic
def ask_for_the_other(*, review: Review) -> None:
    """Tell the other side that a review of the stay waits for theirs, and not a word of it."""
    _notify("stay.review_waits", review, review.other_side(), cause=_waiting(review))


@atomic
def tell_of_release(*, review: Review) -> None:
    """Tell both sides of a review that can be read now, and nobody of its waiting any more."""
    _publish("stay_review.released", review, _sides(review))
    by_guest = review.side == Review.Side.GUEST
    kind = "stay.place_reviewed" if by_guest else "stay.guest_reviewed"
    _notify(kind, review, review.other_side(), cause=_written(review))
    withdraw_notifications(cause=_waiting(review))


@atomic
def tell_of_answer(*, review: Review) -> None:
    """Tell both sides that a host has answered, or answers something else now; the guest once."""
    _publish("stay_review.answered", review, _sides(review))
    actor = review.property.host
    _notify("stay.review_answered", review, review.user, cause=_answered(review), actor=actor)


@atomic
def tell_of_deletion(*, review: Review) -> None:
    """Tell whoever could read a review that it is gone, and take back what was said of it."""
    is_blind = review.released_at is None
    readers = _present(review.user) if is_blind else _sides(review)
    _publish("stay_review.deleted", review, readers)
    of_it = [_waiting(review)] if is_blind else [_written(review), _answered(review)]
    for cause in of_it:
        withdraw_notifications(cause=cause)


def _publish(kind: str, review: Review, people: set[UUID]) -> None:
    publish(kind=kind, user_ids=people, data={**_about(review), "review": review.pk})


def _notify(
    kind: str, review: Review, reader: User, *, cause: str, actor: User | None = None
) -> None:
    notify(
        user_ids=_present(reader),
        kind=kind,
        cause=cause,
        actor=actor or review.user,
        data=_about(review),
    )


def _about(review: Review) -> dict[str, int]:
    return {"booking": review.booking_id, "property": review.property_id}


def _sides(review: Review) -> set[UUID]:
    return _present(review.user, review.booking.user, review.property.host)


def _present(*people: User) -> set[UUID]:
    return {person.pk for person in people if person.is_active}


def _waiting(review: Review) -> str:
    return f"stay_review_waits:{review.booking_id}"


def _written(review: Review) -> str:
    return f"stay_review:{review.pk}"


def _answered(review: Review) -> str:
    return f"stay_review_answer:{review.pk}"
