"""Paying by a form on the page of what is paid for. Whose page it is redirects back to it."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit import clock
from tradepost.kit.errors import Conflict
from tradepost.kit.http.pages import check_limit, posted_from
from tradepost.kit.http.security import let_in
from tradepost.payments.actions.payments import cancel_payment, confirm_payment, start_payment
from tradepost.payments.forms import CodeForm, PayForm, StripeForm, form_of
from tradepost.payments.limits import Attempts
from tradepost.payments.queries import list_payments, sum_up

STRIPE_SCRIPT = "https://js.stripe.com/v3/"
# As https://docs.stripe.com/security/guide#content-security-policy says.
STRIPE_SOURCES = {
    "script-src": "https://js.stripe.com https://*.js.stripe.com",
    "frame-src": "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com",
    "connect-src": "https://api.stripe.com",
}


def show_payments(*, payable: str, pk: int, total: Decimal, may_pay: bool) -> dict[str, object]:
    """Return what ``payments/payments.html`` shows of a thing that costs so much, and what can be
    paid by a form now."""
    payments = list_payments(payable, pk)
    due = total - sum(sum_up(payments))
    is_due = may_pay and due > 0
    return {
        "payments": payments,
        "due": due,
        "pay_form": PayForm(auto_id="pay_%s") if is_due and _takes(PayForm.PROVIDER) else None,
        "pays_by_stripe": is_due and _takes(StripeForm.PROVIDER),
        "stripe_script": STRIPE_SCRIPT,
        # Where nothing is due by now, an attempt that fails may bring the form back.
        "stripe_key": settings.STRIPE_PUBLISHABLE_KEY
        if may_pay and _takes(StripeForm.PROVIDER)
        else "",
    }


def render_payable(
    request: HttpRequest, template: str, context: Mapping[str, object]
) -> HttpResponse:
    """Render a page with what ``show_payments`` found for it. Where one may pay by Stripe, it may
    load their script, which puts the field for the card into a frame of theirs."""
    response = render(request, template, context)
    return let_in(response, STRIPE_SOURCES) if context["stripe_key"] else response


def begin_to_pay(request: SignedInRequest, *, payable: str, pk: int) -> None:
    """Begin to pay all that is due; the page shows how it goes on."""
    check_limit(Attempts(), request)
    form = form_of(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose one of the cards."))
        return
    try:
        start_payment(
            payer=request.user,
            payable=payable,
            pk=pk,
            provider=form.PROVIDER,
            payment_method=form.cleaned_data["payment_method"],
            now=clock.now(),
        )
    except Conflict as error:
        messages.error(request, str(error))


def hand_over_code(request: SignedInRequest, *, payment_id: UUID) -> None:
    """Hand over the code that a payment waits for."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please fill in the code."))
        return
    try:
        code = form.cleaned_data["code"]
        confirm_payment(payer=request.user, payment_id=payment_id, code=code)
    except Conflict as error:
        messages.error(request, str(error))


def give_up_payment(request: SignedInRequest, *, payment_id: UUID) -> None:
    """Give up an attempt to pay."""
    try:
        cancel_payment(payer=request.user, payment_id=payment_id, now=clock.now())
    except Conflict as error:
        messages.error(request, str(error))


def payment_paths(payable: str, *, at: str) -> list[URLPattern]:
    """Return the addresses at which a payable is paid for, below that of its page, which has its
    name."""

    def pay(request: SignedInRequest, pk: int) -> HttpResponse:
        begin_to_pay(request, payable=payable, pk=pk)
        return redirect(payable, pk=pk)

    def confirm(request: SignedInRequest, pk: int, payment_id: UUID) -> HttpResponse:
        hand_over_code(request, payment_id=payment_id)
        return redirect(payable, pk=pk)

    def cancel(request: SignedInRequest, pk: int, payment_id: UUID) -> HttpResponse:
        give_up_payment(request, payment_id=payment_id)
        return redirect(payable, pk=pk)

    posted, one = posted_from(payable, "pk"), f"{at}payments/<uuid:payment_id>/"
    return [
        path(f"{at}pay/", login_required(posted(pay)), name=f"{payable}-pay"),
        path(f"{one}confirm/", login_required(posted(confirm)), name=f"{payable}-payment-confirm"),
        path(f"{one}cancel/", login_required(posted(cancel)), name=f"{payable}-payment-cancel"),
    ]


def _takes(provider: str) -> bool:
    return provider in settings.PAYMENT_PROVIDERS
