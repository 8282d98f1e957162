"""One place to stay: what it is, when it is free, what a stay costs; booking it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.accounts.models import User
from tradepost.kit import clock
from tradepost.kit.errors import Conflict, DomainError, Invalid, Refused
from tradepost.kit.http.errors import status_of
from tradepost.kit.http.pages import check_limit, newest_first, posted_from
from tradepost.kit.http.stored_pages import stored_for_visitors, this_minute
from tradepost.stays.actions.bookings import book_stay
from tradepost.stays.actions.conversations import ask_host
from tradepost.stays.checks import FURTHEST_DAYS
from tradepost.stays.errors import DatesTaken
from tradepost.stays.forms import BookForm, StayForm
from tradepost.stays.limits import Bookings, Questions
from tradepost.stays.models import Photo, Property, Review
from tradepost.stays.months import last_day_of, month_of, months_later, months_of, read_month
from tradepost.stays.policies import terms_of
from tradepost.stays.queries.availability import list_days
from tradepost.stays.queries.bookings import find_same
from tradepost.stays.queries.offers import Offer, offer_stay
from tradepost.stays.queries.properties import knows_street, with_details
from tradepost.stays.stamps import NIGHTS, PLACES
from tradepost.stays.views.facts import place_facts
from tradepost.stays.views.terms import steps_of

MONTHS_SHOWN = 2
REVIEWS_A_PAGE = 10


@stored_for_visitors(lambda: [PLACES, NIGHTS], when=this_minute)
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a place; with dates and guests in the address, what that stay costs."""
    said = {name: request.GET[name] for name in StayForm.base_fields if request.GET.get(name)}
    # While somebody has said one day only, there is nothing to find fault with yet.
    is_asked = {"start_date", "end_date"} <= said.keys()
    return _show(request, pk, StayForm(request.GET if is_asked else None, initial=said))


@login_required
@posted_from("place", "pk")
def place_book(request: SignedInRequest, pk: int) -> HttpResponse:
    """Book a stay at the price that was shown; show what it costs now where that was not kept."""
    check_limit(Bookings(), request)
    form = BookForm(request.POST)
    if not form.is_valid():
        return _show(request, pk, form)
    stay = form.stay()
    try:
        booking = book_stay(
            guest=request.user, property_id=pk, stay=stay,
            quote=form.cleaned_data["quote"], now=clock.now(),
        )  # fmt: skip
    except (Conflict, Invalid, Refused) as error:
        same = find_same(guest=request.user, property_id=pk, stay=stay)
        if isinstance(error, DatesTaken) and same is not None:  # the button was pressed twice
            messages.info(request, _("You have booked this already."))
            return redirect("booking", pk=same.pk)
        return _show(request, pk, form, refusal=error)
    messages.success(request, _say_what_follows(is_agreed=booking.accepted_at is not None))
    return redirect("booking", pk=booking.pk)


@login_required
@posted_from("place", "pk")
def place_conversation(request: SignedInRequest, pk: int) -> HttpResponse:
    """Go to the guest's conversation about a place, which is opened if there is none."""
    check_limit(Questions(), request)
    shown = get_object_or_404(Property.objects.public().select_related("host"), pk=pk)
    try:
        conversation = ask_host(guest=request.user, place=shown)
    except Refused as error:
        messages.info(request, str(error))
        return redirect("place", pk=pk)
    return redirect("conversation", pk=conversation.pk)


def _show(
    request: HttpRequest, pk: int, form: StayForm, *, refusal: DomainError | None = None
) -> HttpResponse:
    user = request.user if isinstance(request.user, User) else None
    visible = with_details(Property.objects.visible_to(user)).prefetch_related("seasons")
    shown = get_object_or_404(visible, pk=pk)
    now = clock.now()
    context = {
        "place": shown,
        "facts": place_facts(shown),
        "photo": _choose_photo(shown, request.GET.get("picture", "")),
        "street": shown.street if knows_street(user=user, place=shown) else "",
        "steps": steps_of(terms_of(shown.cancellation_policy)),
        "is_own": user is not None and shown.host == user,
        "refusal": refusal,
        "page": _read_reviews(shown, request.GET.get("before", "")),
        **_offer(shown, form, now),
        **_calendar(shown, form, request.GET.get("month", ""), now),
    }
    return render(
        request, "stays/place.html", context, status=status_of(refusal) if refusal else 200
    )


def _choose_photo(shown: Property, wanted: str) -> Photo | None:
    """Return the photo that was asked for, or the first; None when there is none."""
    photos = list(shown.photos.all())
    return next((one for one in photos if str(one.pk) == wanted), next(iter(photos), None))


def _read_reviews(shown: Property, before: str) -> object:
    reviews = Review.objects.public().filter(property=shown).select_related("user")
    filled = ("released_at",)  # of blind reviews there is no list
    return newest_first(
        reviews, by="released_at", before=before, size=REVIEWS_A_PAGE, filled=filled
    )


def _offer(shown: Property, form: StayForm, now: datetime) -> Mapping[str, object]:
    """Return the form and, for a stay that the place takes, what it costs."""
    offer: Offer | None = None
    if form.is_valid():
        try:
            offer = offer_stay(place=shown, stay=form.stay(), now=now)
        except Invalid as error:
            form.add_error(error.field, str(error))
    was = getattr(form, "cleaned_data", {}).get("total")
    return {
        "form": form,
        "offer": offer,
        "nights": (offer.price.end_date - offer.price.start_date).days if offer else 0,
        "was": was if offer and was != offer.price.total else None,
        "payment_minutes": settings.STAY_PAYMENT_MINUTES,
        "request_hours": settings.STAY_REQUEST_HOURS,
    }


def _calendar(shown: Property, form: StayForm, written: str, now: datetime) -> Mapping[str, Any]:
    """Return the months that are shown: those asked for, those of the stay, or the present ones."""
    today = shown.today(now)
    latest = today + timedelta(days=FURTHEST_DAYS)
    start: date | None = getattr(form, "cleaned_data", {}).get("start_date")
    wanted = written or (f"{start:%Y-%m}" if start else "")
    first = read_month(wanted, earliest=today, latest=latest)
    end = last_day_of(months_later(first, MONTHS_SHOWN - 1)) + timedelta(days=1)
    return {
        "today": today,
        "months": months_of(list_days(place=shown, start=first, end=end, now=now)),
        "earlier": months_later(first, -1) if first > month_of(today) else None,
        "later": months_later(first, 1) if first < month_of(latest) else None,
    }


def _say_what_follows(*, is_agreed: bool) -> str:
    if is_agreed:
        return _("The nights are held for you. Please pay now.")
    return _("The host is asked. The nights are held for you until there is an answer.")
