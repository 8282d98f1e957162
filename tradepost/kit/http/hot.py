"""Hot reads: public answers that are stored whole and are never stale.

A public list or detail is answered, in this order: 304 from its ETag; the stored bytes; the view.
Both the ETag and the key of the bytes contain the version stamp of what is shown, and the stamp is
raised in the transaction of every write, so an old answer can no longer be found once the write
is committed. The stored bytes also end after ``SECONDS``, which bounds what a write that went round
our actions (by hand, in SQL) can leave behind.

This is a middleware, early in the chain: a public answer needs no session, user or URL resolving.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, QueryDict
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from tradepost.kit.stamps import read_stamp

SECONDS = 60
JSON = "application/json"
OK = 200
NOT_MODIFIED = 304


@dataclass(frozen=True)
class HotRead:
    """Addresses whose GET answers are the same for everybody.

    ``stamp`` names the version of what they show; ``params`` the query parameters that count.
    Others are taken off the request, so that they neither fill the cache nor come back in links.
    ``make`` builds the bytes from what the pattern caught, without the view; None leaves it to it.
    """

    path: re.Pattern[str]
    stamp: str
    params: frozenset[str]
    make: Callable[..., bytes | None] | None


_hot_reads: list[HotRead] = []


def register_hot_read(
    *,
    path: str,
    stamp: str,
    params: frozenset[str] = frozenset(),
    make: Callable[..., bytes | None] | None = None,
) -> None:
    """Have the addresses that match the pattern ``path`` answered from store where possible."""
    _hot_reads.append(HotRead(re.compile(path), stamp, params, make))


class HotReads:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        hot = _find(request)
        return self.get_response(request) if hot is None else self._answer(request, hot)

    def _answer(self, request: HttpRequest, hot: HotRead) -> HttpResponse:
        _keep_params(request, hot.params)
        etag = _etag(request, hot)
        known = _tags_of_client(request)
        if etag in known:
            return _with_headers(HttpResponseNotModified(), etag)
        response = self._make(request, hot, etag)
        if response.status_code == OK and "*" in known:  # any version will do, if there is one
            response = HttpResponseNotModified()
        good = response.status_code in (OK, NOT_MODIFIED)
        return _with_headers(response, etag) if good else response

    def _make(self, request: HttpRequest, hot: HotRead, etag: str) -> HttpResponse:
        stored = cache.get(f"hot:{etag}")
        if stored is None and (stored := _make_bytes(request, hot)) is not None:
            cache.set(f"hot:{etag}", stored, SECONDS)
        if stored is not None:
            return HttpResponse(stored, content_type=JSON)
        response = self.get_response(request)
        fit = response.status_code == OK and request.method == "GET"
        if fit and response.get("Content-Type", "").startswith(JSON):
            cache.set(f"hot:{etag}", response.content, SECONDS)
        return response


def _make_bytes(request: HttpRequest, hot: HotRead) -> bytes | None:
    caught = hot.path.fullmatch(request.path_info)
    return hot.make(**caught.groupdict()) if hot.make and caught else None


def _find(request: HttpRequest) -> HotRead | None:
    if request.method not in ("GET", "HEAD") or not _wants_json(request):
        return None
    return next((hot for hot in _hot_reads if hot.path.fullmatch(request.path_info)), None)


def _wants_json(request: HttpRequest) -> bool:
    accept = request.META.get("HTTP_ACCEPT", "*/*").lower()
    return "text/" not in accept and ("*/*" in accept or "application/" in accept)


def _keep_params(request: HttpRequest, params: frozenset[str]) -> None:
    if not request.META.get("QUERY_STRING"):
        return
    kept = QueryDict(mutable=True)
    for name in sorted(params & request.GET.keys()):
        kept.setlist(name, request.GET.getlist(name))
    request.META["QUERY_STRING"] = kept.urlencode()
    request.GET = kept  # type: ignore[assignment]  # mutable here only


def _etag(request: HttpRequest, hot: HotRead) -> str:
    shown = f"{request.scheme}://{request.get_host()}{request.get_full_path()}"
    digest = hashlib.blake2b(shown.encode(), digest_size=16).hexdigest()
    return f'"{hot.stamp}-{read_stamp(hot.stamp)}-{digest}"'


def _tags_of_client(request: HttpRequest) -> list[str]:
    asked = request.META.get("HTTP_IF_NONE_MATCH", "")
    return [tag.removeprefix("W/") for tag in parse_etags(asked)] if asked else []


def _with_headers(response: HttpResponse, etag: str) -> HttpResponse:
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"  # may be kept, must be asked about
    patch_vary_headers(response, ["Accept"])
    return response
