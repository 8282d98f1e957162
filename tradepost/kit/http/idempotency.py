"""``Idempotency-Key`` for POST, in every API view."""

import hashlib
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import orjson
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.kit.http.json import encode
from tradepost.kit.idempotency import Answer, answer_once

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
LONGEST_KEY = 255
SHORTEST_ANONYMOUS_KEY = 32  # without an account the key alone says whose answer it is
FIRST_REFUSAL = 400
KEPT_HEADERS = ("Location", "ETag")


class IdempotentPosts:
    """Mixin for API views: a POST with an ``Idempotency-Key`` has its effect once.

    It wraps the handler after DRF has authenticated and throttled the request, because the key
    belongs to the caller.
    """

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        if request.method == "POST":
            _ = request.data  # broken input is refused, also where the handler takes none
        key = request.headers.get(HEADER)
        if request.method == "POST" and key is not None:
            handler: Callable[..., Response] = getattr(self, "post")  # noqa: B009 - mypy
            once = partial(_post_once, handler, _owner(request, key), key)
            setattr(self, "post", once)  # noqa: B010 - mypy


def _post_once(
    handler: Callable[..., Response],
    owner: str,
    key: str,
    request: Request,
    *args: Any,
    **kwargs: Any,
) -> HttpResponse:
    try:
        answer = answer_once(
            owner=owner,
            key=key,
            fingerprint=fingerprint_of(request),
            run=lambda: _kept_form(handler(request, *args, **kwargs)),
        )
    except _RefusalReturned as refusal:
        return refusal.response
    return _response(answer)


def fingerprint_of(request: Request) -> str:
    """Return a digest of what is asked: path, query and the parsed body, files by content."""
    # Keyed: what is kept must not help to guess a password that a request contained.
    key = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
    digest = hashlib.blake2b(request.get_full_path().encode(), key=key, digest_size=32)
    try:
        digest.update(orjson.dumps(_plain(request.data), option=orjson.OPT_SORT_KEYS))
    except orjson.JSONEncodeError as error:
        raise ParseError("The body is nested too deeply.") from error
    return digest.hexdigest()


def _plain(data: Any) -> object:
    if hasattr(data, "lists"):
        return {name: [_plain(value) for value in values] for name, values in data.lists()}
    if isinstance(data, UploadedFile):
        content = hashlib.sha256(_chunks(data)).hexdigest()
        data.seek(0)
        return {"name": data.name, "sha256": content}
    return data


def _chunks(file: "UploadedFile[bytes]") -> bytes:
    chunks: Iterable[bytes] = file.chunks()
    return b"".join(chunks)


def _owner(request: Request, key: str) -> str:
    if not key.isascii() or not key.isprintable() or not 1 <= len(key) <= LONGEST_KEY:
        raise ValidationError({HEADER: [f"1 to {LONGEST_KEY} printable ASCII characters."]})
    if request.user.is_authenticated:
        return f"user:{request.user.pk}"
    if len(key) < SHORTEST_ANONYMOUS_KEY:
        raise ValidationError(
            {HEADER: [f"At least {SHORTEST_ANONYMOUS_KEY} characters (a UUID) without sign-in."]}
        )
    return "anonymous"


class _RefusalReturned(Exception):
    """A view returned its refusal instead of raising it: nothing is kept of that either."""

    def __init__(self, response: Response) -> None:
        self.response = response


def _kept_form(response: Response) -> Answer:
    if response.status_code >= FIRST_REFUSAL:
        raise _RefusalReturned(response)
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    body = encode(response.data).decode() if response.data is not None else ""
    return Answer(response.status_code, headers, body)


def _response(answer: Answer) -> HttpResponse:
    headers = dict(answer.headers)
    if answer.replayed:
        headers[REPLAYED] = "true"
    return HttpResponse(  # the very bytes, not parsed and encoded again
        answer.body, status=answer.status, headers=headers, content_type="application/json"
    )
