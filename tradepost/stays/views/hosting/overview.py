"""Where hosts begin: what waits for them, who comes, what came in, what they offer."""

from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit import clock
from tradepost.kit.charts import stand_columns
from tradepost.kit.http.pages import newest_first, posted_from
from tradepost.stays.actions.bookings import accept_booking, decline_booking
from tradepost.stays.actions.properties import OFFERING
from tradepost.stays.errors import BookingNotPending
from tradepost.stays.models import Booking
from tradepost.stays.queries.hosting import (
    MonthOfIncome,
    list_arrivals,
    list_income,
    list_offered,
    list_requests,
)

NOTHING = Decimal(0)


@login_required
def hosting(request: SignedInRequest) -> HttpResponse:
    """What a host has to do and has; how to begin, for everybody else."""
    now = clock.now()
    before = request.GET.get("before", "")
    places = newest_first(list_offered(host=request.user), by="created_at", before=before)
    context = {
        "places": places,
        "may_offer": may_offer(request),
        "requests": list_requests(host=request.user),
        "arrivals": list_arrivals(host=request.user, now=now),
        "now": now,
        **_chart(list_income(host=request.user, now=now)),
    }
    return render(request, "stays/hosting/overview.html", context)


@login_required
@posted_from("hosting")
def hosting_answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Accept or decline a stay that was asked for, in a place of one's own."""
    asked = Booking.objects.visible_to(request.user).filter(property__host=request.user)
    booking = get_object_or_404(asked.select_related("user"), pk=pk)
    accepts = request.POST.get("answer") == "accept"
    answer = accept_booking if accepts else decline_booking
    try:
        answer(host=request.user, booking_id=pk, now=clock.now())
    except BookingNotPending as error:
        messages.error(request, str(error))
    else:
        said = (
            _("You accepted. {guest} is told.") if accepts else _("You declined. {guest} is told.")
        )
        messages.success(request, said.format(guest=booking.user))
    return redirect("hosting")


def may_offer(request: SignedInRequest) -> bool:
    """Return whether the reader's account is one that offers places."""
    return request.user.role in OFFERING or request.user.has_perm("stays.add_property")


def _chart(months: list[MonthOfIncome]) -> dict[str, object]:
    columns = stand_columns([max(month.amount, NOTHING) for month in months])
    return {
        "month_columns": list(zip(months, columns, strict=True)),
        "income": sum((month.amount for month in months), NOTHING),
        "best": max(months, key=lambda month: month.amount),
    }
