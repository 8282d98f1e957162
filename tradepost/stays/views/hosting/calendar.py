"""The calendar of a place, month by month: what is taken, what is blocked, what seasons cost."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit import clock
from tradepost.kit.errors import Conflict, Invalid
from tradepost.kit.http.pages import posted_from
from tradepost.stays.actions.calendar import (
    add_season,
    block_dates,
    delete_season,
    unblock_dates,
)
from tradepost.stays.checks import FURTHEST_DAYS
from tradepost.stays.hosting_forms import BlockForm, SeasonForm, show_refusal
from tradepost.stays.models import Property
from tradepost.stays.months import month_of, months_later
from tradepost.stays.months import read_month as month_from
from tradepost.stays.queries.hosting import list_blocks, list_seasons, read_month
from tradepost.stays.views.hosting.kept import kept_place

BACK, AHEAD = timedelta(days=365), timedelta(days=FURTHEST_DAYS)
Done = TypeVar("Done")
SEASON = "season"  # before the names of its fields: both forms are on one page


@login_required
def hosting_calendar(request: SignedInRequest, pk: int) -> HttpResponse:
    return _show(request, kept_place(request, pk))


@login_required
@posted_from("hosting-calendar", "pk")
def hosting_block(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keep nights free of guests."""
    place = kept_place(request, pk)
    form = BlockForm(request.POST)
    deed = partial(block_dates, host=request.user, property_id=pk, now=clock.now())
    block = _do(form, lambda said: deed(**said))
    if block is None:
        return _show(request, place, block_form=form)
    messages.success(request, _("These nights are blocked."))
    return _back(place, block.start_date)


@login_required
@posted_from("hosting-calendar", "pk")
def hosting_unblock(request: SignedInRequest, pk: int, block: int) -> HttpResponse:
    """Open nights again."""
    place = kept_place(request, pk)
    unblock_dates(host=request.user, property_id=pk, block_id=block)
    messages.info(request, _("These nights are open again."))
    return _back(place, _month(request, place))


@login_required
@posted_from("hosting-calendar", "pk")
def hosting_season(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let nights of some dates have their own prices."""
    place = kept_place(request, pk)
    form = SeasonForm(request.POST, prefix=SEASON)
    season = _do(form, lambda said: add_season(host=request.user, property_id=pk, fields=said))
    if season is None:
        return _show(request, place, season_form=form)
    messages.success(request, _("The season is noted."))
    return _back(place, season.start_date)


@login_required
@posted_from("hosting-calendar", "pk")
def hosting_season_remove(request: SignedInRequest, pk: int, season: int) -> HttpResponse:
    """Let its nights cost what others do."""
    place = kept_place(request, pk)
    delete_season(host=request.user, property_id=pk, season_id=season)
    messages.info(request, _("The season is gone."))
    return _back(place, _month(request, place))


def _do(form: Form, deed: Callable[[Mapping[str, Any]], Done]) -> Done | None:
    """Do what a form asks for; return None where that cannot be, and the form says why."""
    if not form.is_valid():
        return None
    try:
        return deed(form.cleaned_data)
    except (Conflict, Invalid) as refusal:
        show_refusal(form, refusal)
        return None


def _show(
    request: SignedInRequest,
    place: Property,
    *,
    block_form: BlockForm | None = None,
    season_form: SeasonForm | None = None,
) -> HttpResponse:
    now, first = clock.now(), _month(request, place)
    earliest, latest = _reach(place)
    seasons = list_seasons(place)
    context = {
        "place": place,
        "first": first,
        "month": read_month(place, first, seasons=seasons, now=now),
        "earlier": months_later(first, -1) if first > month_of(earliest) else None,
        "later": months_later(first, 1) if first < month_of(latest) else None,
        "today": place.today(now),
        "blocks": list_blocks(place, now=now),
        "seasons": seasons,
        "block_form": block_form or BlockForm(),
        "season_form": season_form or SeasonForm(prefix=SEASON),
    }
    return render(request, "stays/hosting/calendar.html", context)


def _month(request: SignedInRequest, place: Property) -> date:
    """Return the month that the address asks for; this one unless it says another."""
    earliest, latest = _reach(place)
    today = place.today(clock.now())
    return month_from(request.GET.get("month", f"{today:%Y-%m}"), earliest=earliest, latest=latest)


def _reach(place: Property) -> tuple[date, date]:
    today = place.today(clock.now())
    return today - BACK, today + AHEAD


def _back(place: Property, day: date) -> HttpResponse:
    return redirect(f"{reverse('hosting-calendar', args=[place.pk])}?month={day:%Y-%m}")
