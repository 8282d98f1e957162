"""The audit of payments names what somebody broke past all guards."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from tradepost.kit.audit import find_faults
from tradepost.kit.tests.audits import breaking
from tradepost.payments.actions.refunds import refund_rest
from tradepost.payments.models import ProviderEvent
from tradepost.payments.tests.factories import DECLINED, make_due_order, pay, run_jobs

PAYMENT = "payments_payment"

BREACHES = {
    "a refund that nobody counted": (
        "payments.sums", PAYMENT, f"UPDATE {PAYMENT} SET refunded = 0 WHERE refunded > 0", "back",
    ),
    "more went back than came": (
        "payments.sums", PAYMENT, f"UPDATE {PAYMENT} SET refunded = amount + 1", "good",
    ),
    "nothing was captured": (
        "payments.sums", PAYMENT, f"UPDATE {PAYMENT} SET captured = 0", "good",
    ),
    "for nothing": (
        "payments.things", PAYMENT, f"UPDATE {PAYMENT} SET order_id = NULL", "good",
    ),
    "for two things": (
        "payments.things", PAYMENT, f"UPDATE {PAYMENT} SET booking_id = 1", "good",
    ),
    "voided and kept": (
        "payments.unwanted", PAYMENT, f"UPDATE {PAYMENT} SET is_unwanted = (1 = 1)", "good",
    ),
    "contradicted": (
        "payments.agreed", PAYMENT, f"UPDATE {PAYMENT} SET problem = 'other_amount'", "failed",
    ),
    "other than in the provider's books": (
        "payments.agreed", "payments_offlinecharge",
        "UPDATE payments_offlinecharge SET captured = captured - 1", "good",
    ),
    "unknown to the provider's books": (
        "payments.agreed", PAYMENT, f"UPDATE {PAYMENT} SET reference = 'x'", "good",
    ),
}  # fmt: skip


@pytest.fixture
def scene(ann):
    good, back = pay(make_due_order(ann)), pay(make_due_order(ann))
    failed = pay(make_due_order(ann), card=DECLINED)
    refund_rest(payable="order", pk=back.order_id, reason="", now=timezone.now())
    run_jobs()
    return SimpleNamespace(good=good, back=back, failed=failed)


@pytest.mark.django_db
def test_what_payments_do_keeps_everything(scene):
    assert find_faults() == []


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "tables", "sql", "named"), BREACHES.values(), ids=BREACHES)
def test_a_breach_is_named(scene, name, tables, sql, named):
    with breaking() as break_rows:
        break_rows(tables, sql)

        faults = find_faults([name])

        assert any(f"payment {getattr(scene, named).pk}" in fault for fault in faults), faults


@pytest.mark.django_db
def test_an_event_that_waits_for_a_day_is_named(db):
    for event_id, hours in (("old", 25), ("new", 23)):
        ProviderEvent.objects.create(
            provider="offline",
            event_id=event_id,
            kind="told",
            received_at=timezone.now() - timedelta(hours=hours),
        )

    [fault] = find_faults(["payments.events"])

    assert "event offline old" in fault
