"""What must be true of payments at any time; docs/audit.md says it in words."""

from collections.abc import Iterator
from datetime import timedelta

from tradepost.kit import clock
from tradepost.kit.audit import all_of, describe
from tradepost.payments.models import ProviderEvent

PATIENCE = timedelta(days=1)

find_false_refunds = describe(
    "payment {}: has {} hundredths refunded, its refunds are {}",
    """
    SELECT p.id, p.refunded, COALESCE(SUM(r.amount), 0)
    FROM payments_payment p
    LEFT JOIN payments_refund r ON r.payment_id = p.id AND r.status <> 'failed'
    GROUP BY p.id, p.refunded HAVING p.refunded <> COALESCE(SUM(r.amount), 0)
    """,
)
find_false_amounts = describe(
    "payment {}: is {} over {} hundredths, of which {} were captured and {} refunded",
    """
    SELECT id, status, amount, captured, refunded FROM payments_payment
    WHERE amount <= 0 OR refunded < 0 OR refunded > captured
    OR captured <> CASE WHEN status = 'succeeded' THEN amount ELSE 0 END
    """,
)
find_payments_of_other_things = describe(
    "payment {}: is for order {} and booking {}",
    """
    SELECT id, order_id, booking_id FROM payments_payment
    WHERE (order_id IS NULL) = (booking_id IS NULL)
    """,
)
find_unwanted_money = describe(
    "payment {}: was voided, and {} hundredths of it are not on their way back",
    """
    SELECT id, captured - refunded FROM payments_payment WHERE is_unwanted AND captured > refunded
    """,
)
find_contradicted = describe(
    "payment {}: is contradicted by its provider: {}",
    "SELECT id, problem FROM payments_payment WHERE problem <> ''",
)
find_false_books = describe(
    "payment {}: brought {} hundredths, by the offline provider's books {}",
    """
    SELECT p.id, p.captured, COALESCE(c.captured, 0) FROM payments_payment p
    LEFT JOIN payments_offlinecharge c ON c.reference = p.reference
    WHERE p.provider = 'offline' AND p.status = 'succeeded' AND (
        c.id IS NULL OR c.captured <> p.captured
    )
    """,
)


def find_stuck_events() -> Iterator[str]:
    """Name the events that nothing was made of for a day, and those that contradict us."""
    waiting = ProviderEvent.objects.waiting().order_by("received_at", "id")
    late = waiting.filter(received_at__lt=clock.now() - PATIENCE)
    for event in late.iterator():
        yield f"event {event.provider} {event.event_id}: waits since {event.received_at:%Y-%m-%d}"


INVARIANTS = (
    (
        "payments.sums",
        "What is refunded of a payment is the sum of its refunds, never more than was captured.",
        all_of(find_false_refunds, find_false_amounts),
    ),
    ("payments.things", "A payment is for one thing.", find_payments_of_other_things),
    (
        "payments.unwanted",
        "What comes for something that is called off is on its way back.",
        find_unwanted_money,
    ),
    (
        "payments.agreed",
        "No provider contradicts us; the offline one has been paid what we say.",
        all_of(find_contradicted, find_false_books),
    ),
    ("payments.events", "Nothing that a provider told us waits for a day.", find_stuck_events),
)
