"""What must be true of stays at any time; docs/audit.md says it in words.

Money is compared as the database keeps it, in whole hundredths.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from tradepost.kit.audit import all_of, describe
from tradepost.stays.models import Block, Booking, Night, Photo, Property
from tradepost.stays.quotes import nights_between

AT_ONCE = 500  # properties, whose nights fit into memory

find_doubled_nights = describe(
    "property {}: has the night of {} {} times",
    """
    SELECT property_id, night, COUNT(*) FROM stays_night
    GROUP BY property_id, night HAVING COUNT(*) > 1
    """,
)
find_overlaps = describe(
    "property {}: bookings {} and {} overlap",
    """
    SELECT one.property_id, one.id, two.id
    FROM stays_booking one JOIN stays_booking two
    ON two.property_id = one.property_id AND two.id > one.id
    AND two.start_date < one.end_date AND two.end_date > one.start_date
    WHERE one.status <> 'canceled' AND two.status <> 'canceled'
    """,
)
find_nights_of_nobody = describe(
    "night {} of property {}: is taken by booking {}, which is canceled",
    """
    SELECT night.night, night.property_id, booking.id
    FROM stays_night night JOIN stays_booking booking ON booking.id = night.booking_id
    WHERE booking.status = 'canceled'
    """,
)
find_nights_outside = describe(
    "night {} of property {}: is outside of booking {}",
    """
    SELECT night.night, night.property_id, booking.id
    FROM stays_night night JOIN stays_booking booking ON booking.id = night.booking_id
    WHERE night.change_id IS NULL AND NOT night.is_buffer
    AND (night.night < booking.start_date OR night.night >= booking.end_date)
    """,
)
find_false_totals = describe(
    "booking {}: has a total of {} hundredths, its lines {}",
    """
    SELECT b.id, b.total, SUM(line.amount)
    FROM stays_booking b LEFT JOIN stays_priceline line ON line.booking_id = b.id
    GROUP BY b.id, b.total
    HAVING COUNT(line.id) = 0 OR b.total <> SUM(line.amount)
    """,
)
find_unpaid_stays = describe(
    "booking {}: is confirmed for {} hundredths, {} are paid",
    # What somebody gave back out of kindness is not owed again.
    """
    SELECT * FROM (
        SELECT b.id, b.total, COALESCE((
            SELECT SUM(p.captured - p.refunded) FROM payments_payment p WHERE p.booking_id = b.id
        ), 0) + COALESCE((
            SELECT SUM(r.amount) FROM payments_refund r
            JOIN payments_payment p ON p.id = r.payment_id
            WHERE p.booking_id = b.id AND r.asked_by_id IS NOT NULL AND r.status <> 'failed'
        ), 0) AS paid
        FROM stays_booking b WHERE b.status = 'confirmed'
    ) sums WHERE paid < total
    """,
)
find_money_kept = describe(
    "booking {}: is canceled, {} hundredths are kept and {} were paid",
    """
    SELECT * FROM (
        SELECT b.id, b.kept, COALESCE((
            SELECT SUM(p.captured - p.refunded) FROM payments_payment p WHERE p.booking_id = b.id
        ), 0) AS paid
        FROM stays_booking b WHERE b.status = 'canceled'
    ) sums WHERE paid > kept
    """,
)

find_false_ratings = describe(
    "property {}: counts {} reviews with {} stars; there are {} with {}",
    """
    SELECT p.id, p.ratings_count, p.stars, COUNT(r.id), COALESCE(SUM(r.rating), 0)
    FROM stays_property p LEFT JOIN stays_review r
        ON r.property_id = p.id AND r.side = 'guest' AND r.released_at IS NOT NULL
    GROUP BY p.id, p.ratings_count, p.stars
    HAVING p.ratings_count <> COUNT(r.id) OR p.stars <> COALESCE(SUM(r.rating), 0)
    """,
)
find_reviews_of_no_stay = describe(
    "review {}: was written at {}, of booking {}, which is {} and ends at {}",
    """
    SELECT r.id, r.created_at, b.id, b.status, b.ends_at
    FROM stays_review r JOIN stays_booking b ON b.id = r.booking_id
    WHERE b.status <> 'confirmed' OR b.completed_at IS NULL AND r.created_at < b.ends_at
    """,
)
find_misplaced_reviews = describe(
    "review {}: is of property {}, its booking {} of {}",
    """
    SELECT r.id, r.property_id, b.id, b.property_id
    FROM stays_review r JOIN stays_booking b ON b.id = r.booking_id
    WHERE r.property_id <> b.property_id
    """,
)
find_false_guests = describe(
    "review {}: is the guest's of booking {}, and by somebody else",
    """
    SELECT r.id, b.id FROM stays_review r JOIN stays_booking b ON b.id = r.booking_id
    WHERE r.side = 'guest' AND r.user_id <> b.user_id
    """,
)
find_half_released = describe(
    "booking {}: what the guest said was released at {}, what the host said at {}",
    """
    SELECT g.booking_id, g.released_at, h.released_at
    FROM stays_review g JOIN stays_review h ON h.booking_id = g.booking_id AND h.side = 'host'
    WHERE g.side = 'guest' AND (
        g.released_at IS NULL OR h.released_at IS NULL OR g.released_at <> h.released_at
    )
    """,
)
find_gaps_in_photos = describe(
    "property {}: has {} photos, numbered from {} to {}",
    """
    SELECT property_id, COUNT(*), MIN(position), MAX(position) FROM stays_photo
    GROUP BY property_id HAVING MIN(position) <> 1 OR MAX(position) <> COUNT(*)
    """,
)


def find_missing_files() -> Iterator[str]:
    """Describe files that photos speak of and the storage does not have."""
    rows = Photo.objects.order_by("pk").values_list("pk", "image", "thumbnail", "webp")
    for pk, *names in rows.iterator():
        missing = [name for name in names if name and not default_storage.exists(name)]
        known = Photo.objects.filter(pk=pk, image=names[0])  # not replaced or removed meanwhile
        if missing and known.exists():
            yield f"photo {pk}: {', '.join(missing)} is not there"


def find_missing_nights() -> Iterator[str]:
    """Describe the nights that a live booking or a block has and no row says so; in portions."""
    last = 0
    while ids := list(_properties_after(last)[:AT_ONCE]):
        taken = set(Night.objects.filter(property__in=ids).values_list("property", "night"))
        for name, place, nights in _what_is_taken(ids):
            for night in nights:
                if (place, night) not in taken:
                    yield f"{name} the night of {night}"
        last = ids[-1]


def _properties_after(last: int) -> QuerySet[Property, int]:
    return Property.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)


def _what_is_taken(ids: list[int]) -> Iterator[tuple[str, int, Iterable[date]]]:
    for booking in Booking.objects.live().filter(property__in=ids).order_by("pk"):
        place, end = booking.property_id, booking.end_date
        yield f"booking {booking.pk}: lacks", place, nights_between(booking.start_date, end)
        empty_until = end + timedelta(days=booking.buffer_nights)
        yield f"booking {booking.pk}: lacks, empty,", place, nights_between(end, empty_until)
    for block in Block.objects.filter(property__in=ids).order_by("pk"):
        nights = nights_between(block.start_date, block.end_date)
        yield f"block {block.pk}: lacks", block.property_id, nights


INVARIANTS = (
    (
        "stays.nights",
        "A night of a place is taken once, by what is there: two stays never overlap.",
        all_of(
            find_doubled_nights,
            find_overlaps,
            find_nights_of_nobody,
            find_nights_outside,
            find_missing_nights,
        ),
    ),
    (
        "stays.totals",
        "A stay costs the sum of its lines.",
        find_false_totals,
    ),
    (
        "stays.payments",
        "A confirmed stay is paid, and of a canceled one no more is kept than was agreed.",
        all_of(find_unpaid_stays, find_money_kept),
    ),
    (
        "stays.photos",
        "The photos of a place are numbered 1, 2, 3 and so on.",
        find_gaps_in_photos,
    ),
    (
        "stays.files",
        "Every file of a photo is in the storage.",
        find_missing_files,
    ),
    (
        "stays.ratings",
        "A property's number of ratings and their stars are those of the guests' released reviews.",
        find_false_ratings,
    ),
    (
        "stays.reviews",
        "A review is of a stay that took place, at its property, by who stayed; both of a stay are "
        "released at the same moment.",
        all_of(
            find_reviews_of_no_stay, find_misplaced_reviews, find_false_guests, find_half_released
        ),
    ),
)
