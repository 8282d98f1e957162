"""Paying on the page of an order, without scripts."""

import re

import pytest

from tradepost.payments.models import Payment
from tradepost.payments.tests.factories import (
    DECLINED,
    NEEDS_CODE,
    VISA,
    make_due_order,
    pay,
    run_jobs,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(ann, client):
    client.force_login(ann)
    return make_due_order(ann)


def page(client, order) -> str:
    return client.get(f"/orders/{order.pk}/").content.decode()


def test_the_buyer_pays_and_sees_it(client, order):
    assert "Pay 20.00 USD" in page(client, order)

    answer = client.post(f"/orders/{order.pk}/pay/", {"payment_method": VISA})
    run_jobs()

    assert answer.headers["Location"] == f"/orders/{order.pk}/"
    shown = page(client, order)
    assert "Visa •••• 4242" in shown
    assert "Pay 20.00 USD" not in shown
    assert re.search(r'<p class="chip good">.*Paid', shown)


def test_a_card_that_is_declined_is_said_and_another_can_be_tried(client, order):
    client.post(f"/orders/{order.pk}/pay/", {"payment_method": DECLINED})
    run_jobs()

    shown = page(client, order)

    assert "The card was declined." in shown
    assert "Pay 20.00 USD" in shown


def test_the_code_is_asked_for_on_the_page(client, order):
    client.post(f"/orders/{order.pk}/pay/", {"payment_method": NEEDS_CODE})
    run_jobs()
    [action] = re.findall(r'action="(/orders/[^"]*/confirm/)"', page(client, order))

    client.post(action, {"code": "123456"})
    run_jobs()

    assert Payment.objects.get().status == "succeeded"


def test_an_attempt_is_given_up_on_the_page(client, order):
    pay(order, card=NEEDS_CODE)
    [action] = re.findall(r'action="(/orders/[^"]*/cancel/)"', page(client, order))

    client.post(action)
    run_jobs()

    assert Payment.objects.get().status == "canceled"
    assert "Pay 20.00 USD" in page(client, order)


@pytest.mark.parametrize(
    ("deed", "form", "said"),
    [
        ("pay/", {"payment_method": "4111111111111111"}, "Please choose one of the cards."),
        ("pay/", {"payment_method": VISA}, "Nothing is left to be paid"),
        ("payments/{}/confirm/", {}, "Please fill in the code."),
        ("payments/{}/confirm/", {"code": "123456"}, "does not wait for a second step"),
        ("payments/{}/cancel/", {}, "can no longer be canceled"),
    ],
)
def test_what_is_refused_is_said_on_the_page(client, order, deed, form, said):
    payment = pay(order)

    answer = client.post(f"/orders/{order.pk}/{deed.format(payment.pk)}", form, follow=True)

    assert said in answer.content.decode()
    assert Payment.objects.count() == 1


def test_a_stranger_finds_nothing_to_pay(client, order, charlie):
    payment = pay(make_due_order(order.customer.user), card=NEEDS_CODE)
    client.force_login(charlie)

    deeds = ["pay/", f"payments/{payment.pk}/confirm/", f"payments/{payment.pk}/cancel/"]
    form = {"payment_method": VISA, "code": "123456"}
    answers = [client.post(f"/orders/{order.pk}/{deed}", form) for deed in deeds]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert Payment.objects.get().status == "requires_action"


def test_the_desk_sees_the_payments_and_cannot_pay(client, order, dora):
    pay(order, amount="5.00")
    client.force_login(dora)

    shown = page(client, order)

    assert "Visa •••• 4242" in shown
    assert "/pay/" not in shown


def test_where_the_offline_provider_is_not_let_in_there_is_no_form(client, order, settings):
    settings.PAYMENT_PROVIDERS = []

    assert "/pay/" not in page(client, order)


def test_stripe_and_the_pictures_of_a_bucket_are_let_in_together(client, order, settings):
    settings.PAYMENT_PROVIDERS, settings.STRIPE_PUBLISHABLE_KEY = ["stripe"], "pk_test_1"
    settings.PICTURES_FROM = "https://pictures.example"

    policy = client.get(f"/orders/{order.pk}/").headers["Content-Security-Policy"]

    assert "img-src 'self' data: https://pictures.example;" in policy
    assert "script-src 'self' https://js.stripe.com" in policy
