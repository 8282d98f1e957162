"""Bookings, for their guests and their hosts."""

from datetime import datetime
from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.accounts.models import User
from tradepost.kit import clock
from tradepost.kit.errors import Refused
from tradepost.kit.http.pages import newest_first, posted_from, soonest_first
from tradepost.payments.queries import given_back_by_hand
from tradepost.payments.views import render_payable, show_payments
from tradepost.stays.actions.bookings import accept_booking, decline_booking
from tradepost.stays.actions.cancellations import cancel_booking
from tradepost.stays.actions.conversations import open_booking_conversation
from tradepost.stays.errors import BookingNotOpen, BookingNotPending, RefundChanged
from tradepost.stays.forms import AnswerForm, CancelForm, ReviewForm
from tradepost.stays.models import Booking
from tradepost.stays.queries.bookings import list_past, list_timeline, list_upcoming, with_details
from tradepost.stays.queries.offers import cancellation_of
from tradepost.stays.queries.reviews import read_reviews_of_stay
from tradepost.stays.quotes import lines_from_json
from tradepost.stays.steps import is_host, open_change, step_of
from tradepost.stays.views.terms import steps_of

TO_BE_PAID = ("pay", "await_answer", "pay_change")  # steps in which the guest may pay


@login_required
def bookings(request: SignedInRequest) -> HttpResponse:
    """One's own stays: those to come, the next one first, and below them the others."""
    user, now = request.user, clock.now()
    coming = list_upcoming(guest=user, now=now)
    past = list_past(guest=user, now=now)
    context = {
        "coming": soonest_first(coming, by="starts_at", after=request.GET.get("after", "")),
        "past": newest_first(past, by="starts_at", before=request.GET.get("before", "")),
    }
    for stretch in context.values():
        for row in stretch.rows:
            row.step = step_of(row, reader=user, now=now)  # type: ignore[attr-defined]
    return render(request, "stays/bookings.html", context)


@login_required
def booking(request: SignedInRequest, pk: int) -> HttpResponse:
    return show_booking(request, pk)


def show_booking(
    request: SignedInRequest, pk: int, *, review_form: ReviewForm | None = None
) -> HttpResponse:
    """A booking: what is to be done, what it costs, what happened, what was said of it.

    ``review_form`` is one with mistakes, to be shown again.
    """
    shown = _find(request, pk)
    user, now = request.user, clock.now()
    step, reviews = step_of(shown, reader=user, now=now), None
    if step == "over":
        reviews = read_reviews_of_stay(booking=shown, reader=user, now=now)
    is_guest = shown.user == user
    change = open_change(shown)
    context = {
        "booking": shown,
        "step": step,
        "is_guest": is_guest,
        "is_host": is_host(shown, user),
        "zone": shown.property.time_zone,
        "tells_street": not is_guest or shown.status == Booking.Status.CONFIRMED,
        "change": change,
        "change_lines": lines_from_json(change.lines) if change else (),
        "timeline": list_timeline(shown),
        "steps": steps_of(shown.terms, starts_at=shown.starts_at),
        "may_change": step == "arrive" and _takes_part(user, shown),
        "may_cancel": _may_cancel(user, shown, now),
        "reviews": reviews,
        "review_form": review_form or ReviewForm(),
        "answer_form": AnswerForm(),
        **show_payments(
            payable="booking",
            pk=pk,
            total=_due_of(shown, step),
            may_pay=is_guest and step in TO_BE_PAID,
        ),
    }
    return render_payable(request, "stays/booking.html", context)


@login_required
@posted_from("booking", "pk")
def booking_answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Accept or decline what was asked for."""
    answer = accept_booking if request.POST.get("answer") == "accept" else decline_booking
    try:
        answer(host=request.user, booking_id=pk, now=clock.now())
    except BookingNotPending as error:
        messages.error(request, str(error))
    return redirect("booking", pk=pk)


@login_required
def booking_cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say what would come back, and ask whether it is meant; call the stay off."""
    shown, now = _find(request, pk), clock.now()
    if request.method == "POST":
        return _cancel(request, pk, now)
    if not _may_cancel(request.user, shown, now):
        return redirect("booking", pk=pk)
    said = cancellation_of(booking=shown, actor=request.user, now=now)
    context = {
        "booking": shown,
        "said": said,
        "is_guest": shown.user == request.user,
        "zone": shown.property.time_zone,
        "steps": steps_of(shown.terms, starts_at=shown.starts_at),
    }
    return render(request, "stays/cancel.html", context)


@login_required
@posted_from("booking", "pk")
def booking_conversation(request: SignedInRequest, pk: int) -> HttpResponse:
    """Open the conversation of guest and host."""
    talk = open_booking_conversation(booking=_find(request, pk), opener=request.user)
    return redirect("conversation", pk=talk.pk)


def find_own_booking(request: SignedInRequest, pk: int) -> Booking:
    """Return a booking that the caller takes part in. Raises Http404, or Refused for others who may
    see it."""
    shown = _find(request, pk)
    if not _takes_part(request.user, shown):
        raise Refused
    return shown


def _find(request: SignedInRequest, pk: int) -> Booking:
    return get_object_or_404(with_details(Booking.objects.visible_to(request.user)), pk=pk)


def _cancel(request: SignedInRequest, pk: int, now: datetime) -> HttpResponse:
    form = CancelForm(request.POST)
    if not form.is_valid():
        return redirect("booking-cancel", pk=pk)
    refund = form.cleaned_data["expected_refund"]
    try:
        cancel_booking(actor=request.user, booking_id=pk, expected_refund=refund, now=now)
    except RefundChanged as error:
        messages.error(request, str(error))
        return redirect("booking-cancel", pk=pk)
    except BookingNotOpen as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The booking is canceled."))
    return redirect("booking", pk=pk)


def _takes_part(user: User, shown: Booking) -> bool:
    return user.pk == shown.user_id or is_host(shown, user)


def _may_cancel(user: User, shown: Booking, now: datetime) -> bool:
    is_open = shown.status != Booking.Status.CANCELED and shown.ends_at > now
    is_open = is_open and shown.completed_at is None
    return is_open and (_takes_part(user, shown) or user.has_perm("stays.cancel_booking"))


def _due_of(shown: Booking, step: str) -> Decimal:
    """Return what the guest has to have paid in the end, with a change that waits for its payment;
    what was given back out of kindness is not asked for again."""
    change = open_change(shown)
    if step != "pay_change" or change is None:
        return shown.owed()
    return change.total - given_back_by_hand("booking", shown.pk)
