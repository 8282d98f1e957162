"""Payments in the admin, and what the checks say of providers."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.core.checks import run_checks
from django.utils import timezone

from tradepost.payments.models import Payment, ProviderEvent, Refund
from tradepost.payments.tests.factories import (
    DECLINED,
    make_bookkeeper,
    make_due_order,
    pay,
    standing,
)

pytestmark = pytest.mark.django_db

LIST, EVENTS = "/admin/payments/payment/", "/admin/payments/providerevent/"


@pytest.fixture
def payment(ann) -> Payment:
    return pay(make_due_order(ann))


@pytest.fixture
def erin(client):
    """Keeps the books, and is signed in."""
    erin = make_bookkeeper(is_staff=True)
    client.force_login(erin)
    return erin


def do(client, action: str, *rows: object, place: str = LIST, **fields: object) -> str:
    form = {"action": action, "_selected_action": [row.pk for row in rows], **fields}
    return client.post(place, form, follow=True).content.decode()


def test_the_books_are_shown_and_not_written(client, erin, payment, ann):
    pay(make_due_order(ann), card=DECLINED)

    assert "Tradepost order" in client.get(LIST).content.decode()
    shown = client.get(f"{LIST}{payment.pk}/change/").content.decode()
    assert payment.reference in shown
    assert 'name="amount"' not in shown
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{payment.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_part_is_refunded_with_a_reason(client, erin, payment):
    said = do(client, "refund_selected", payment, amount="5.50", reason="A scratch")

    assert f"Payment {payment.pk} is refunded." in said
    refund = Refund.objects.get()
    assert (refund.amount, refund.reason, refund.asked_by) == (Decimal("5.50"), "A scratch", erin)


def test_all_that_is_left_is_refunded(client, erin, payment):
    do(client, "refund_selected", payment, amount="", reason="All of it")

    assert standing(payment.pk)[2] == Decimal("20.00")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"amount": "20.01", "reason": "Too much"}, "more than what is left"),
        ({"amount": "5.00", "reason": ""}, "Nothing was refunded."),
        ({"amount": "-5", "reason": "Less"}, "That is nothing"),
    ],
)
def test_what_is_refused_is_said(client, erin, payment, fields, said):
    assert said in do(client, "refund_selected", payment, **fields)
    assert not Refund.objects.exists()


def test_who_may_only_look_cannot_refund(client, erin, payment):
    erin.groups.clear()
    erin.user_permissions.set(_permissions("view_payment"))

    do(client, "refund_selected", payment, amount="", reason="Mine")

    assert not Refund.objects.exists()


def test_problems_are_noted_as_looked_at(client, erin, payment):
    Payment.objects.update(problem="other_amount")

    do(client, "clear_problems", payment)

    assert Payment.objects.get().problem == ""


def test_events_get_another_try(client, erin, payment):
    known = ProviderEvent.objects.get()
    ProviderEvent.objects.update(applied_at=None)
    stranger = ProviderEvent.objects.create(
        provider="offline", event_id="e", kind="told", charge_key="nobody", reference="nothing",
        facts={"not": "read"}, received_at=timezone.now(),
    )  # fmt: skip

    said = do(client, "apply_again", known, stranger, place=EVENTS)

    assert "1 events were applied, 1 still wait." in said
    assert list(ProviderEvent.objects.waiting()) == [stranger]
    assert client.get(f"{EVENTS}{known.pk}/change/").status_code == 200


def _permissions(*names: str):
    return Permission.objects.filter(codename__in=names)


# --- Checks ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("providers", "keys", "ids"),
    [
        ([], "", []),
        (["offline"], "", ["payments.W001"]),
        (["stripe"], "", ["payments.E002"]),
        (["stripe"], "key", []),
        (["paypal"], "", ["payments.E001"]),
    ],
)
def test_the_checks_know_what_is_missing(settings, providers, keys, ids):
    settings.PAYMENT_PROVIDERS = providers
    for name in ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET"):
        setattr(settings, name, keys)

    found = run_checks(include_deployment_checks=True)

    assert [one.id for one in found if str(one.id).startswith("payments.")] == ids
