"""What all pages share: deeds that only forms ask for, limits, lists without end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware

from tradepost.kit.errors import TooMany
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


def newest_first(rows: QuerySet[Row], *, by: str, before: str = "", size: int = 20) -> Stretch[Row]:
    """Return up to ``size`` rows before a place, newest ``by`` first: every stretch costs the same.

    A place that cannot be read means the top of the list.
    """
    place = _read_place(rows.model, before)
    if place is not None:
        moment, pk = place
        rows = rows.filter(**{f"{by}__lte": moment}).exclude(**{by: moment, "pk__gte": pk})
    found = list(rows.order_by(f"-{by}", "-pk")[: size + 1])
    shown = found[:size]
    older = f"{getattr(shown[-1], by).isoformat()}~{shown[-1].pk}" if len(found) > size else ""
    return Stretch(shown, older, is_top=place is None)


def _read_place(model: type[Model], written: str) -> tuple[datetime, Any] | None:
    moment, _, pk = written.partition("~")
    try:
        at = parse_datetime(moment)
        key = model._meta.pk.to_python(pk)
        if at is not None and is_aware(at):
            at.astimezone(UTC)  # the first and last hours of time have no UTC
    except (ValueError, OverflowError, ValidationError):
        return None
    return (at, key) if at is not None and is_aware(at) and key is not None else None
