"""What all pages share: deeds that only forms ask for, limits, lists without end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tradepost.kit.errors import TooMany
from tradepost.kit.http.keyset import (
    BadCursor,
    Place,
    fixed_keys,
    place_beside,
    read_cursor,
    read_page,
    write_cursor,
)
from tradepost.kit.http.throttling import Limit

Row = TypeVar("Row", bound=Model)
View = Callable[..., HttpResponse]


def posted_from(page: str, *kept: str) -> Callable[[View], View]:
    """Mark a deed that a form on ``page`` asks for; ``kept`` arguments name that page's object.

    A browser that comes by GET, as it does after signing in for the deed, is sent to the page.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **arguments: object) -> HttpResponse:
            if request.method == "POST":
                return view(request, **arguments)
            return redirect(reverse(page, kwargs={name: arguments[name] for name in kept}))

        return answer

    return decorate


def check_limit(limit: Limit, request: HttpRequest) -> None:
    """Count this request. Raises TooMany when its caller has used the limit up."""
    # The limits are typed for the API, but look only at what every request has.
    if not limit.allow_request(request, None):  # type: ignore[arg-type]
        raise TooMany(retry_after_seconds=int(limit.wait()))


@dataclass(frozen=True)
class Stretch(Generic[Row]):
    """Some rows of a list that grows at its top.

    ``older`` is the place where the next stretch starts, empty at the end of the list.
    """

    rows: list[Row]
    older: str
    is_top: bool


def newest_first(
    rows: QuerySet[Row], *, by: str, before: str = "", size: int = 20, filled: Sequence[str] = ()
) -> Stretch[Row]:
    """Return up to ``size`` rows before a place, newest ``by`` first: every stretch costs the same.

    A place that cannot be read means the top of the list. Columns that are ``filled`` may be null,
    but not in these rows.
    """
    return _stretch(rows, fixed_keys(rows.model, (f"-{by}", "-id"), filled=filled), before, size)


def soonest_first(rows: QuerySet[Row], *, by: str, after: str = "", size: int = 20) -> Stretch[Row]:
    """Return up to ``size`` rows after a place, the soonest ``by`` first: ``older`` is where the
    next ones start. A place that cannot be read means the top of the list."""
    return _stretch(rows, fixed_keys(rows.model, (by, "id")), after, size)


def _stretch(rows: QuerySet[Row], keys: Sequence[str], beyond: str, size: int) -> Stretch[Row]:
    place = _read_place(rows.model, keys, beyond)
    page = read_page(rows, keys, place, size)
    older = write_cursor(keys, place_beside(page, keys)) if page.has_after else ""
    return Stretch(page.rows, older, is_top=not page.has_before)


def _read_place(model: type[Model], keys: Sequence[str], written: str) -> Place:
    try:
        return read_cursor(model, keys, written) if written else Place()
    except BadCursor:
        return Place()
