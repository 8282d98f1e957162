"""Rate limits by fixed windows, counted atomically in the cache."""

import hashlib
import time
from typing import ClassVar

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from tradepost.kit.http.numbers import LIMITED


def address_of(request: Request | HttpRequest) -> str:
    """Return the client's address, believing as many proxies as ``TRUSTED_PROXIES`` says."""
    return BaseThrottle().get_ident(request) or ""  # type: ignore[arg-type] # both have META


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
            allowed = cache.incr(key) <= self.most
        except ValueError:  # the entry ended between the two calls: a new window
            return True
        if not allowed:
            LIMITED.add(self.scope)
        return allowed

    def wait(self) -> float:
        return self._left

    def _caller(self, request: Request) -> str:
        if request.user.is_authenticated:
            return str(request.user.pk)
        return hashlib.sha256(address_of(request).encode()).hexdigest()[:16]
