"""Paying for an order on its page."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit import clock
from tradepost.kit.errors import Conflict
from tradepost.kit.http.pages import check_limit, posted_from
from tradepost.payments.actions.payments import cancel_payment, confirm_payment, start_payment
from tradepost.payments.limits import Attempts
from tradepost.store.forms import CodeForm, PayForm


@login_required
@posted_from("order", "pk")
def order_pay(request: SignedInRequest, pk: int) -> HttpResponse:
    """Begin to pay all that is due; the page of the order shows how it goes on."""
    check_limit(Attempts(), request)
    form = PayForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose one of the cards."))
        return redirect("order", pk=pk)
    try:
        start_payment(
            payer=request.user,
            payable="order",
            pk=pk,
            provider=PayForm.PROVIDER,
            payment_method=form.cleaned_data["payment_method"],
            now=clock.now(),
        )
    except Conflict as error:
        messages.error(request, str(error))
    return redirect("order", pk=pk)


@login_required
@posted_from("order", "pk")
def order_payment_confirm(request: SignedInRequest, pk: int, payment_id: UUID) -> HttpResponse:
    """Hand over the code that a payment waits for."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please fill in the code."))
        return redirect("order", pk=pk)
    try:
        code = form.cleaned_data["code"]
        confirm_payment(payer=request.user, payment_id=payment_id, code=code)
    except Conflict as error:
        messages.error(request, str(error))
    return redirect("order", pk=pk)


@login_required
@posted_from("order", "pk")
def order_payment_cancel(request: SignedInRequest, pk: int, payment_id: UUID) -> HttpResponse:
    """Give up an attempt to pay."""
    try:
        cancel_payment(payer=request.user, payment_id=payment_id, now=clock.now())
    except Conflict as error:
        messages.error(request, str(error))
    return redirect("order", pk=pk)
