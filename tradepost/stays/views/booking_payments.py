"""Paying for a stay on the page of its booking."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit.http.pages import posted_from
from tradepost.payments.views import begin_to_pay, give_up_payment, hand_over_code


@login_required
@posted_from("booking", "pk")
def booking_pay(request: SignedInRequest, pk: int) -> HttpResponse:
    begin_to_pay(request, payable="booking", pk=pk)
    return redirect("booking", pk=pk)


@login_required
@posted_from("booking", "pk")
def booking_payment_confirm(request: SignedInRequest, pk: int, payment_id: UUID) -> HttpResponse:
    hand_over_code(request, payment_id=payment_id)
    return redirect("booking", pk=pk)


@login_required
@posted_from("booking", "pk")
def booking_payment_cancel(request: SignedInRequest, pk: int, payment_id: UUID) -> HttpResponse:
    give_up_payment(request, payment_id=payment_id)
    return redirect("booking", pk=pk)
