"""Other dates or guests for a stay: what they cost, asking for them, and answering."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit import clock
from tradepost.kit.errors import Conflict, DomainError, Invalid
from tradepost.kit.http.errors import status_of
from tradepost.kit.http.pages import check_limit, posted_from
from tradepost.stays.actions.changes import agree_to_change, ask_for_change, end_change
from tradepost.stays.errors import NoOpenChange
from tradepost.stays.forms import ChangeForm, StayForm
from tradepost.stays.limits import Changes
from tradepost.stays.models import Booking
from tradepost.stays.queries.offers import preview_change
from tradepost.stays.quotes import Price
from tradepost.stays.views.bookings import find_own_booking


@dataclass(frozen=True)
class Preview:
    """What a change would cost, or why it cannot be."""

    price: Price | None = None
    refusal: DomainError | None = None


@login_required
def booking_change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say what other dates or guests would cost; ask for them."""
    booking = find_own_booking(request, pk)
    if request.method == "POST":
        return _ask(request, booking)
    is_asked = "start_date" in request.GET
    known = {"start_date": booking.start_date, "end_date": booking.end_date}
    initial = {**known, "guests": booking.guests}
    return _show(request, booking, StayForm(request.GET if is_asked else None, initial=initial))


@login_required
@posted_from("booking", "pk")
def booking_change_answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Agree to a change, decline it, or take it back."""
    answer = agree_to_change if request.POST.get("answer") == "agree" else end_change
    try:
        answer(actor=request.user, booking_id=pk, now=clock.now())
    except NoOpenChange as error:
        messages.error(request, str(error))
    return redirect("booking", pk=pk)


def _ask(request: SignedInRequest, booking: Booking) -> HttpResponse:
    check_limit(Changes(), request)
    form = ChangeForm(request.POST)
    if not form.is_valid():
        return _show(request, booking, form)
    try:
        ask_for_change(
            actor=request.user,
            booking_id=booking.pk,
            stay=form.stay(),
            expected_total=form.cleaned_data["expected_total"],
            now=clock.now(),
        )
    except (Conflict, Invalid) as error:
        return _show(request, booking, form, refusal=error)
    messages.success(request, _("Your change is on its way: see below what comes next."))
    return redirect("booking", pk=booking.pk)


def _show(
    request: SignedInRequest,
    booking: Booking,
    form: StayForm,
    *,
    refusal: DomainError | None = None,
) -> HttpResponse:
    preview = _preview(request, booking, form)
    difference = preview.price.total - booking.total if preview.price else None
    context = {
        "booking": booking,
        "form": form,
        "preview": preview.price,
        "difference": difference,
        "less": -difference if difference else None,
        "refusal": refusal or preview.refusal,
        "is_host": booking.property.host == request.user,
    }
    status = status_of(refusal) if refusal else 200
    return render(request, "stays/change.html", context, status=status)


def _preview(request: SignedInRequest, booking: Booking, form: StayForm) -> Preview:
    if not form.is_valid():
        return Preview()
    try:
        price = preview_change(
            booking=booking, stay=form.stay(), actor=request.user, now=clock.now()
        )
    except Invalid as error:
        form.add_error(error.field, str(error))
        return Preview()
    except Conflict as error:
        return Preview(refusal=error)
    return Preview(price)
