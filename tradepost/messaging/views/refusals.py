"""Refusals that pages say in the form that asked."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse

from tradepost.kit.errors import DomainError, Invalid, TooMany
from tradepost.kit.http.errors import status_of
from tradepost.kit.http.pages import check_limit
from tradepost.kit.http.throttling import Limit


def check_limits(request: HttpRequest, limits: Iterable[type[Limit]]) -> None:
    """Count this request in each of the limits. Raises TooMany."""
    for limit in limits:
        check_limit(limit(), request)


def as_refusal(answer: HttpResponse, error: DomainError | None) -> HttpResponse:
    """Give a page with a refused form its status; a mistake in the form is no refusal of a page."""
    if error is not None and not isinstance(error, Invalid):
        answer.status_code = status_of(error)
    if isinstance(error, TooMany):
        answer["Retry-After"] = str(error.retry_after_seconds)
    return answer
