"""Hot reads: public answers that are stored whole and are never stale.

A public list or detail is answered, in this order: 304 from its ETag; the stored bytes; the rows.
Both the ETag and the key of the bytes contain the version stamp of what is shown, and the stamp is
raised in the transaction of every write, so an old answer can no longer be found once the write
is committed. The stored bytes also end after ``SECONDS``, which bounds what a write that went round
our actions (by hand, in SQL) can leave behind.
"""

import hashlib
from typing import Any, ClassVar

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.cache import patch_vary_headers

from tradepost.kit.stamps import read_stamp

SECONDS = 60
JSON = "application/json"


class HotReads:
    """Mixin for view sets whose GET answers are the same for everybody.

    ``hot_stamp`` names the stamp of what is shown; ``hot_params`` the query parameters that count,
    so that made-up ones cannot fill the cache. Sign-in is not looked at: public is public.
    """

    hot_stamp: ClassVar[str]
    hot_params: ClassVar[frozenset[str]] = frozenset()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rest = super().dispatch  # type: ignore[misc]
        if request.method not in ("GET", "HEAD") or not self._wants_json(request):
            return rest(request, *args, **kwargs)  # type: ignore[no-any-return]
        etag = self._etag(request)
        if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
            return _with_headers(HttpResponseNotModified(), etag)
        stored = cache.get(f"hot:{etag}")
        if stored is not None:
            return _with_headers(HttpResponse(stored, content_type=JSON), etag)
        response = rest(request, *args, **kwargs)
        if response.status_code == 200:  # noqa: PLR2004
            response.render()
            cache.set(f"hot:{etag}", bytes(response.content), SECONDS)
            _with_headers(response, etag)
        return response  # type: ignore[no-any-return]

    def _wants_json(self, request: HttpRequest) -> bool:
        accept = request.headers.get("Accept", "*/*")
        return "text/html" not in accept and "format" not in request.GET

    def _etag(self, request: HttpRequest) -> str:
        params = sorted(
            (name, request.GET.getlist(name)) for name in self.hot_params & request.GET.keys()
        )
        shown = f"{request.scheme}://{request.get_host()}{request.path}?{params}"
        digest = hashlib.blake2b(shown.encode(), digest_size=16).hexdigest()
        return f'"{self.hot_stamp}-{read_stamp(self.hot_stamp)}-{digest}"'


def _with_headers(response: HttpResponse, etag: str) -> HttpResponse:
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"  # may be kept, must be asked about
    patch_vary_headers(response, ["Accept"])
    return response
