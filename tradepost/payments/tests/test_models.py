"""What the database itself refuses to keep of payments."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tradepost.payments.models import Payment, ProviderEvent, Refund
from tradepost.payments.tests.factories import make_due_order, pay
from tradepost.stays.tests.factories import make_booking, make_property

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(ann) -> Payment:
    return pay(make_due_order(ann))


def refused_by(change) -> str:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        change()
    return str(refusal.value)


@pytest.mark.parametrize(
    ("columns", "guard"),
    [
        ({"order": None}, "payment_of_one_thing"),
        ({"amount": 0, "captured": 0}, "payment_of_something"),
        ({"refunded": 21}, "refunded_within_captured"),
        ({"refunded": -1}, "refunded_within_captured"),
        ({"captured": 19}, "captured_when_succeeded"),
        ({"captured": 21}, "captured_when_succeeded"),
        ({"status": "failed"}, "captured_when_succeeded"),
        ({"status": "paid", "captured": 0}, "status_of_payment_is_known"),
    ],
)
def test_a_row_that_cannot_be_is_refused(payment, columns, guard):
    rows = Payment.objects.filter(pk=payment.pk)

    assert guard in refused_by(lambda: rows.update(**columns))


def test_a_payment_is_for_an_order_or_for_a_booking(payment, bob):
    booking = make_booking(make_property(), bob, date(2030, 5, 1))
    rows = Payment.objects.filter(pk=payment.pk)

    assert "payment_of_one_thing" in refused_by(lambda: rows.update(booking=booking))
    rows.update(booking=booking, order=None)
    assert Payment.objects.get().payable == ("booking", booking.pk)


def test_a_reference_is_one_payments(payment, ann):
    other = pay(make_due_order(ann))
    rows = Payment.objects.filter(pk=other.pk)

    assert refused_by(lambda: rows.update(reference=payment.reference))


@pytest.mark.parametrize(
    ("columns", "guard"),
    [
        ({"amount": 0}, "refund_of_something"),
        ({"amount": 1, "status": "done"}, "status_of_refund_is_known"),
    ],
)
def test_a_refund_that_cannot_be_is_refused(payment, columns, guard):
    now = timezone.now()
    at = {"created_at": now, "changed_at": now}

    assert guard in refused_by(lambda: Refund.objects.create(payment=payment, **at, **columns))


def test_an_event_is_kept_once(payment):
    kept = ProviderEvent.objects.values("provider", "event_id", "kind", "received_at").get()

    assert refused_by(lambda: ProviderEvent.objects.create(**kept))
