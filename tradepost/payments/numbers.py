"""What is counted of payments: those that somebody has to look at."""

from django.db.models import Count

from tradepost.kit.metrics import Reading, Values
from tradepost.payments.models import Payment, ProviderEvent


def count_problems() -> Values:
    """Return how many payments have a problem, by what it is."""
    rows = Payment.objects.exclude(problem="").order_by().values_list("problem")
    return {(problem,): float(many) for problem, many in rows.annotate(n=Count("id"))}


def count_unapplied() -> Values:
    """Return how many events of providers wait to be applied."""
    return {(): float(ProviderEvent.objects.waiting().count())}


PROBLEMS = Reading(
    "tradepost_payments_with_problems",
    "Payments that somebody has to look at.",
    ("problem",),
    read=count_problems,
)
UNAPPLIED = Reading(
    "tradepost_payment_events_waiting",
    "What providers said and nothing was made of yet.",
    read=count_unapplied,
)
