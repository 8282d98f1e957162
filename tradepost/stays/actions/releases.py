"""What the sides of a stay said is released to be read, together and once, and counted then.

Whoever writes, releases or takes away a review has locked its booking.
"""

from collections.abc import Collection as Some
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, PositiveIntegerField, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from tradepost.kit.locks import weak
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.stays.actions.review_news import tell_of_release
from tradepost.stays.models import Booking, Property, Review
from tradepost.stays.queries.reviews import find_due_stays
from tradepost.stays.stamps import PLACES

PORTION = 100  # stays of one transaction


@atomic
def release_due_reviews(*, now: datetime) -> int:
    """Release what has waited for the other side until it could not write any more; return of how
    many stays, the PORTION at most."""
    due = list(find_due_stays(now).order_by("pk").values_list("pk", flat=True)[:PORTION])
    stays = Booking.objects.filter(pk__in=due).order_by("pk")
    list(stays.select_for_update(no_key=weak()).values_list("pk"))
    release_reviews(booking_ids=due, now=now)
    return len(due)


@atomic
def release_reviews(*, booking_ids: Some[int], now: datetime) -> None:
    """Let everybody who may read what was said of these stays, which the caller has locked; what
    has been released already stays as it is."""
    blind = Review.objects.blind().filter(booking__in=booking_ids)
    reviews = list(blind.with_sides().order_by("pk"))
    places = {review.property_id for review in reviews}
    lock_places(places)
    Review.objects.filter(pk__in=[review.pk for review in reviews]).update(released_at=now)
    recount_ratings(property_ids=places)
    for review in reviews:
        tell_of_release(review=review)


@atomic
def recount_ratings(*, property_ids: Some[int]) -> None:
    """Write the sums of what guests said of these places, which the caller has locked."""
    raise_stamp(PLACES)
    rows = Review.objects.public().filter(property=OuterRef("pk")).order_by().values("property")
    Property.objects.filter(pk__in=property_ids).update(
        stars=_or_zero(rows.annotate(n=Sum("rating")).values("n")),
        ratings_count=_or_zero(rows.annotate(n=Count("pk")).values("n")),
    )


def lock_places(property_ids: Some[int]) -> None:
    """Lock the places whose ratings are about to change until the transaction ends."""
    places = Property.objects.filter(pk__in=property_ids).order_by("pk")
    list(places.select_for_update(no_key=weak()).values_list("pk"))


def _or_zero(rows: Any) -> Coalesce:
    return Coalesce(Subquery(rows, output_field=PositiveIntegerField()), Value(0))
