"""Looking for a place to stay."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import floatformat

from tradepost.kit import clock
from tradepost.kit.errors import Invalid
from tradepost.kit.http.keyset import (
    BadCursor,
    Page,
    Place,
    place_beside,
    read_cursor,
    write_cursor,
)
from tradepost.kit.http.stored_pages import stored_for_visitors, this_minute
from tradepost.kit.replica import reads_from_replica
from tradepost.stays.cards import Card, cards_of, spots_of
from tradepost.stays.forms import PlaceSearchForm
from tradepost.stays.found import Keys, find_places
from tradepost.stays.maps import Map, draw_map
from tradepost.stays.models import Property
from tradepost.stays.queries.wishes import Wish
from tradepost.stays.rows import Row, value_in
from tradepost.stays.stamps import NIGHTS, PLACES
from tradepost.stays.views.facts import search_facts

PLACES_A_PAGE = 12


def stays(request: HttpRequest) -> HttpResponse:
    """Show the places that fit, as cards and on a map; with dates, those that are free then."""
    is_dated = "from" in request.GET or "to" in request.GET
    return _show_free(request) if is_dated else _show(request)


@reads_from_replica
def _search(request: HttpRequest) -> HttpResponse:
    form = PlaceSearchForm(request.GET)
    page, wish = _find(form, request.GET.get("after", ""))
    cards = cards_of(page.rows, start=wish.start, end=wish.end)
    context = {
        "form": form,
        "page": page,
        "cards": cards,
        "nights": (wish.end - wish.start).days if wish.start and wish.end else 0,
        "stay": _stay_of(wish),
        "map": _draw(page, cards, wish),
        "after": _place_after(page, form.keys()),
        "facts": search_facts(is_narrowed=bool(request.GET)),
    }
    return render(request, "stays/search.html", context)


# Without dates, no night and no clock decides what is found.
_show = stored_for_visitors(lambda: [PLACES])(_search)
_show_free = stored_for_visitors(lambda: [PLACES, NIGHTS], when=this_minute)(_search)


def _find(form: PlaceSearchForm, after: str) -> tuple[Page[Row], Wish]:
    """Return what fits, and what was looked for: dates that no place can offer are a mistake too,
    and narrow nothing."""
    for _ in range(2):
        wish, keys = form.wish(), form.keys()
        try:
            page = find_places(
                wish=wish, keys=keys, place=_read_place(keys, after),
                size=PLACES_A_PAGE, now=clock.now(),
            )  # fmt: skip
        except Invalid as error:
            form.add_error(error.field, str(error))
        else:
            return page, wish
    raise AssertionError("a wish without its mistake has another one")


def _read_place(keys: Keys, after: str) -> Place:
    try:
        return read_cursor(Property, keys, after) if after else Place()
    except BadCursor:
        return Place()


def _place_after(page: Page[Row], keys: Keys) -> str:
    return write_cursor(keys, place_beside(page, keys, value_of=value_in)) if page.has_after else ""


def _stay_of(wish: Wish) -> str:
    """Return the stay that was looked for as the query of a place's page."""
    if not (wish.start and wish.end):
        return ""
    return urlencode({"start_date": wish.start, "end_date": wish.end, "guests": wish.guests or 1})


def _draw(page: Page[Row], cards: list[Card], wish: Wish) -> Map | None:
    amounts = {card.pk: card.price if card.total is None else card.total for card in cards}
    texts = {
        pk: f"{floatformat(amount, '0g')} {settings.CURRENCY}" for pk, amount in amounts.items()
    }
    return draw_map(spots_of(page.rows, texts=texts), bounds=wish.bounds)
