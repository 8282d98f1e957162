"""Bookings, for their guests and their hosts."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit import clock
from tradepost.kit.http.pages import newest_first, posted_from
from tradepost.stays.actions.bookings import accept_booking, decline_booking
from tradepost.stays.actions.cancellations import cancel_booking
from tradepost.stays.actions.conversations import open_booking_conversation
from tradepost.stays.errors import BookingNotOpen, BookingNotPending
from tradepost.stays.models import Booking
from tradepost.stays.queries.bookings import list_timeline, with_details
from tradepost.stays.queries.offers import cancellation_of


@login_required
def bookings(request: SignedInRequest) -> HttpResponse:
    """One's own stays, and those in one's own places."""
    visible = with_details(Booking.objects.visible_to(request.user))
    page = newest_first(visible, by="created_at", before=request.GET.get("before", ""))
    return render(request, "stays/bookings.html", {"page": page})


@login_required
def booking(request: SignedInRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(with_details(Booking.objects.visible_to(request.user)), pk=pk)
    now = clock.now()
    is_open = shown.status != Booking.Status.CANCELED and shown.ends_at > now
    context = {
        "booking": shown,
        "is_guest": shown.user == request.user,
        "is_host": shown.property.host == request.user,
        "timeline": list_timeline(shown),
        "is_open": is_open,
        "refund": cancellation_of(booking=shown, actor=request.user, now=now).refund,
    }
    return render(request, "stays/booking.html", context)


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
@posted_from("booking", "pk")
def booking_cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Call the stay off."""
    try:
        cancel_booking(actor=request.user, booking_id=pk, now=clock.now())
    except BookingNotOpen as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The booking is canceled."))
    return redirect("booking", pk=pk)


@login_required
@posted_from("booking", "pk")
def booking_conversation(request: SignedInRequest, pk: int) -> HttpResponse:
    """Open the conversation of guest and host."""
    shown = get_object_or_404(with_details(Booking.objects.visible_to(request.user)), pk=pk)
    talk = open_booking_conversation(booking=shown, opener=request.user)
    return redirect("conversation", pk=talk.pk)
