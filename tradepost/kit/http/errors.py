"""The one place where refusals become API responses."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.template import loader
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from tradepost.kit import errors
from tradepost.kit.http.json import encode
from tradepost.kit.http.numbers import REFUSALS
from tradepost.kit.idempotency import KeyReused
from tradepost.kit.interruptions import is_away, is_busy, is_read_only

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Interruption:
    """Why the same request may succeed in a moment: 503, and when to send it again."""

    code: str
    detail: str
    retry_after_seconds: int


BUSY = Interruption("busy", "Too much at once. Please try again.", 1)
AWAY = Interruption("away", "The shop is out of reach for a moment. Please try again.", 2)

STATUS: dict[type[errors.DomainError], int] = {
    KeyReused: 422,
    errors.Invalid: 400,
    errors.Refused: 403,
    errors.NotFound: 404,
    errors.InUse: 405,
    errors.Conflict: 409,
    errors.Stale: 412,
    errors.TooMany: 429,
}


def status_of(error: errors.DomainError) -> int:
    """Return the HTTP status that stands for this kind of refusal."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)


def answer_error(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """Render a refusal; None for what is no refusal but a fault, which becomes a 500."""
    if isinstance(exc, errors.DomainError):
        return _answer_refusal(exc)
    if isinstance(exc, DatabaseError) and (passing := _note_interruption(exc)):
        return _answer_503(passing)
    if isinstance(exc, RequestDataTooBig):
        return _plain(413, "The request body is too large.", "body_too_large")
    if isinstance(exc, SuspiciousOperation):
        return _plain(400, "The request could not be understood.", "bad_request")
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    response = exception_handler(exc, dict(context))
    if response is not None and isinstance(exc, exceptions.APIException):
        _add_code(response, exc)
    return response


def _answer_503(passing: Interruption) -> Response:
    response = _plain(503, passing.detail, passing.code)
    response["Retry-After"] = str(passing.retry_after_seconds)
    return response


def answer_interruption(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """Answer 503 where the database was busy or away; None for what is no such error."""
    passing = _note_interruption(error) if isinstance(error, DatabaseError) else None
    if passing is None:
        return None
    response = _for_machines(request, 503, passing.detail, passing.code)
    if response is None:
        page = loader.get_template("503.html").render({"detail": passing.detail})
        response = HttpResponse(page, status=503)
    response["Retry-After"] = str(passing.retry_after_seconds)
    return response


def _note_interruption(error: DatabaseError) -> Interruption | None:
    """Return what it is, and let go of a connection that is of no use any more.

    Django throws broken ones away by itself; one to a server that only answers reads is not broken.
    """
    if not is_busy(error) and not is_away(error):
        return None
    passing = BUSY if is_busy(error) else AWAY
    log.warning(f"database.{passing.code}", error=type(error.__cause__ or error).__name__)
    if is_read_only(error) and not connection.in_atomic_block:
        connection.close()
    return passing


def _answer_refusal(error: errors.DomainError) -> Response:
    set_rollback()
    REFUSALS.add(error.code)
    if isinstance(error, errors.Invalid) and error.field:
        return Response({error.field: [str(error)]}, status=400)
    if isinstance(error, errors.InUse):
        return Response({"error": str(error)}, status=405)
    headers = {}
    if (wait := getattr(error, "retry_after_seconds", None)) is not None:
        headers["Retry-After"] = str(wait)
    body = {"detail": str(error), "code": error.code, **error.details}
    return Response(body, status=status_of(error), headers=headers)


def _add_code(response: Response, error: exceptions.APIException) -> None:
    data = response.data
    if isinstance(data, dict) and "detail" in data and "code" not in data:
        codes = error.get_codes()
        data["code"] = codes if isinstance(codes, str) else error.default_code


def _plain(status: int, detail: str, code: str) -> Response:
    if transaction.get_connection().in_atomic_block:
        transaction.set_rollback(True)
    return Response({"detail": detail, "code": code}, status=status)


def _for_machines(request: HttpRequest, status: int, detail: str, code: str) -> HttpResponse | None:
    """Return the API's form of an error that came before any view of the API was found."""
    if not request.path_info.startswith("/api/"):
        return None
    return HttpResponse(
        encode({"detail": detail, "code": code}), status=status, content_type="application/json"
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404: JSON for the API, a page for people."""
    return _for_machines(request, 404, "Not found.", "not_found") or defaults.page_not_found(
        request, exception
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400: JSON for the API, a page for people.

    Django's own handler looks for a CSRF token, in the very form that could not be read.
    """
    detail = "The request could not be understood."
    page = loader.get_template("400.html").render
    return _for_machines(request, 400, detail, "bad_request") or HttpResponse(page(), status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500: JSON for the API, a page for people; 503 where only the database was away.

    Here, because what a middleware asks the database is asked outside of every view.
    """
    if passing := answer_interruption(request, sys.exception()):
        return passing
    detail = "Something went wrong here."
    return _for_machines(request, 500, detail, "error") or defaults.server_error(request)
