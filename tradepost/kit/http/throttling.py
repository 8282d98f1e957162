"""Rate limits by fixed windows, counted atomically in the cache.

Answers say what is left in two headers (IETF draft "RateLimit header fields for HTTP"), so that a
client can slow down before it is refused."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from tradepost.kit.http.numbers import LIMITED


def address_of(request: Request | HttpRequest) -> str:
    """Return the client's address, believing as many proxies as ``TRUSTED_PROXIES`` says."""
    return BaseThrottle().get_ident(request) or ""  # type: ignore[arg-type] # both have META


@dataclass(frozen=True)
class Use:
    """What a request has used of a limit: ``left`` more are welcome in the next ``seconds``."""

    limit: "Limit"
    left: int
    seconds: int


class Limit(BaseThrottle):
    """At most ``most`` requests in ``seconds`` per caller; subclass to name one.

    The caller is the account, or the address for anonymous requests.
    """

    scope: ClassVar[str]
    most: ClassVar[int]
    seconds: ClassVar[int]
    methods: ClassVar[frozenset[str]] = frozenset({"POST"})

    def allow_request(self, request: Request, view: APIView) -> bool:
        if not settings.RATE_LIMITS or request.method not in self.methods:
            return True
        now = int(time.time())
        self._left = self.seconds - now % self.seconds
        key = f"limit:{self.scope}:{self._caller(request)}:{now // self.seconds}"
        cache.add(key, 0, self.seconds)
        try:
            used = cache.incr(key)
        except ValueError:  # the entry ended between the two calls: a new window
            return True
        _note_use(request, Use(self, max(0, self.most - used), self._left))
        if used > self.most:
            LIMITED.add(self.scope)
        return used <= self.most

    def wait(self) -> float:
        return self._left

    def _caller(self, request: Request) -> str:
        if request.user.is_authenticated:
            return str(request.user.pk)
        return hashlib.sha256(address_of(request).encode()).hexdigest()[:16]


class RateLimitHeaders:
    """A middleware that says which limits a request was counted by, and what is left of each."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        uses: list[Use] = getattr(request, "limits_used", [])
        if uses:
            response["RateLimit-Policy"] = ", ".join(
                f'"{use.limit.scope}";q={use.limit.most};w={use.limit.seconds}' for use in uses
            )
            response["RateLimit"] = ", ".join(
                f'"{use.limit.scope}";r={use.left};t={use.seconds}' for use in uses
            )
        return response


def _note_use(request: Request | HttpRequest, use: Use) -> None:
    """Keep it on the request that the middleware sees, under DRF's own."""
    seen: Any = getattr(request, "_request", request)
    seen.limits_used = [*getattr(seen, "limits_used", []), use]
