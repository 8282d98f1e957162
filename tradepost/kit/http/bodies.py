"""What is sent to the API, what is asked of it, and the answer to what was made of it."""

from functools import cache
from typing import Any

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer


def read_body(
    request: Request, form: type[Serializer[Any]], *, partial: bool = False
) -> dict[str, Any]:
    """Return what the body says as ``form`` reads it; with ``partial`` only what is there.

    Raises DRF's ValidationError, which is answered 400.
    """
    asked = form(data=request.data, partial=partial)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def read_query(request: Request, form: type[Serializer[Any]]) -> dict[str, Any]:
    """Return what the query of the address says as ``form`` reads it; an empty value says nothing.

    Raises DRF's ValidationError, which is answered 400.
    """
    said = {name: value for name, value in request.query_params.items() if value}
    return dict(_reader(form).run_validation(said))


@cache
def _reader(form: type[Serializer[Any]]) -> Serializer[Any]:
    """Return a form for all requests: it keeps nothing of what it reads, and to make one takes
    longer than to read."""
    return form()


def created(request: Request, shown: Any, *, pk: object) -> Response:
    """Return 201 with what was made, and with its address: ``pk`` below that of the request."""
    place = {"Location": request.build_absolute_uri(f"{pk}/")}
    return Response(shown, status=status.HTTP_201_CREATED, headers=place)
