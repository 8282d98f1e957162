"""Paying by a form on the page of what is paid for. Whose page it is redirects back to it."""

from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit import clock
from tradepost.kit.errors import Conflict
from tradepost.kit.http.pages import check_limit
from tradepost.payments.actions.payments import cancel_payment, confirm_payment, start_payment
from tradepost.payments.forms import CodeForm, PayForm
from tradepost.payments.limits import Attempts
from tradepost.payments.queries import list_payments, sum_up


def show_payments(*, payable: str, pk: int, total: Decimal, may_pay: bool) -> dict[str, object]:
    """Return what ``payments/payments.html`` shows of a thing that costs so much, and what can be
    paid by a form now."""
    payments = list_payments(payable, pk)
    due = total - sum(sum_up(payments))
    takes_cards = PayForm.PROVIDER in settings.PAYMENT_PROVIDERS
    form = PayForm(auto_id="pay_%s") if may_pay and due > 0 and takes_cards else None
    return {"payments": payments, "due": due, "pay_form": form}


def begin_to_pay(request: SignedInRequest, *, payable: str, pk: int) -> None:
    """Begin to pay all that is due; the page shows how it goes on."""
    check_limit(Attempts(), request)
    form = PayForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose one of the cards."))
        return
    try:
        start_payment(
            payer=request.user,
            payable=payable,
            pk=pk,
            provider=PayForm.PROVIDER,
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
