"""Refusals that a page did not handle itself: the right status and a page that says why."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from tradepost.kit.errors import DomainError, NotFound
from tradepost.kit.http.errors import answer_interruption, status_of
from tradepost.kit.http.numbers import REFUSALS


class RefusalPages:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Render a domain error, or that the database is away; all else stays a fault."""
        if isinstance(exception, NotFound):
            raise Http404 from exception
        if isinstance(exception, DomainError):
            REFUSALS.add(exception.code)
            status = status_of(exception)
            response = render(request, "refusal.html", {"error": exception}, status=status)
            if (wait := getattr(exception, "retry_after_seconds", None)) is not None:
                response["Retry-After"] = str(wait)
            return response
        return answer_interruption(request, exception)
