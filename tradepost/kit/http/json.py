"""JSON in and out with orjson: strict UTF-8, bounded depth, money as numbers with two decimals."""

from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

import orjson
from django.conf import settings
from django.utils.functional import Promise
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.utils.serializer_helpers import ReturnDict

DEEPEST = 200  # levels; Python gives up at fewer than those that orjson takes
OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
# orjson does not fill unknown subclasses in by itself: DRF's dicts and lists are such.


class BodyTooLarge(APIException):
    status_code = 413
    default_detail = "The request body is too large."
    default_code = "body_too_large"


def money(cents: int) -> orjson.Fragment:
    """Return cents as a JSON number with exactly two decimals, for rows that skip serializers."""
    whole, rest = divmod(abs(cents), 100)
    return orjson.Fragment(b"%s%d.%02d" % (b"-" if cents < 0 else b"", whole, rest))


def encode(data: object) -> bytes:
    """Return ``data`` as JSON."""
    return orjson.dumps(data, default=_default, option=OPTIONS)


def _default(value: object) -> object:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value).encode())
    if isinstance(value, (Promise, bytes)):
        return str(value)
    if isinstance(value, (ReturnDict, Mapping)):
        return dict(value)
    if isinstance(value, (set, frozenset, tuple)) or hasattr(value, "__iter__"):
        return list(value)
    raise TypeError(f"{type(value)} is not JSON")


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else encode(data)


class OrjsonParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read(settings.MAX_BODY_BYTES + 1)
        if len(body) > settings.MAX_BODY_BYTES:
            raise BodyTooLarge
        try:
            data = orjson.loads(body)
            if body.count(b"[") + body.count(b"{") > DEEPEST:  # only then it may be too deep
                orjson.dumps(data)  # it gives up at some 250 levels, and loading only at 1,024
            return data
        except (orjson.JSONDecodeError, orjson.JSONEncodeError) as error:
            raise ParseError(f"JSON parse error - {error}") from error
