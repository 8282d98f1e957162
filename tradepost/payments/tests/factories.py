"""Payments, with defaults; a test names only what matters to it."""

from decimal import Decimal
from uuid import UUID

from django.contrib.auth.models import Group
from django.utils import timezone

from conftest import make_user
from tradepost.accounts.models import User
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.models import Job
from tradepost.payments.actions.payments import start_payment
from tradepost.payments.models import Payment
from tradepost.store.models import Order
from tradepost.store.tests.factories import make_order, make_product

VISA = "4242424242424242"
DECLINED = "4000000000000002"
POOR = "4000000000009995"
NEEDS_CODE = "4000000000003220"
TIMES_OUT = "4000000000000119"
TELLS_TWICE = "4000000000000259"
ANSWERS_LATE = "4000000000000077"
TELLS_FIRST = "4000000000000093"
REFUND_FAILS = "4000000000005126"


def make_bookkeeper(**fields: object) -> User:
    """Make somebody who sees what was paid and may give it back."""
    person = make_user("erin", **fields)
    person.groups.add(Group.objects.get(name="Bookkeeping"))
    return person


def make_due_order(buyer: User, *, total: str = "20.00") -> Order:
    """Place an order that costs so much."""
    return make_order(buyer, {make_product(unit_price=total): 1})


def begin(
    order: Order, *, card: str = VISA, amount: str | None = None, captures: bool = True
) -> Payment:
    """Begin to pay for an order, as its buyer does; no job has run yet."""
    payment = start_payment(
        payer=order.customer.user,
        payable="order",
        pk=order.pk,
        provider=None,
        payment_method=card,
        amount=None if amount is None else Decimal(amount),
        now=timezone.now(),
    )
    if not captures:
        Payment.objects.filter(pk=payment.pk).update(captures=False)
    return payment


def pay(order: Order, **how: object) -> Payment:
    """Pay for an order and let the jobs run, those that are put off as well."""
    payment = begin(order, **how)
    run_jobs()
    payment.refresh_from_db()
    return payment


def run_jobs() -> None:
    """Run all jobs that there are, as if their time had come, until none is left."""
    while Job.objects.filter(state=Job.State.WAITING).exists():
        Job.objects.filter(state=Job.State.WAITING).update(run_at=timezone.now())
        run_due_jobs()


def standing(payment_id: UUID) -> tuple[str, Decimal, Decimal]:
    """Return status, captured and refunded of a payment, as the database has them."""
    return Payment.objects.values_list("status", "captured", "refunded").get(pk=payment_id)
