"""The hot reads of requests that go through Django: those that ``front.py`` does not answer."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers

from tradepost.kit.http.hot.reads import Asked, find_bytes, keep_bytes, look_at, make_bytes
from tradepost.kit.stamps import read_stamp

JSON = "application/json"
OK = 200
NOT_MODIFIED = 304


class HotReads:
    """A middleware early in the chain: a public answer needs no session, user or URL resolving."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = look_at(request, read_stamp=read_stamp)
        return self.get_response(request) if asked is None else self._answer(request, asked)

    def _answer(self, request: HttpRequest, asked: Asked) -> HttpResponse:
        request.hot_route = asked.route  # type: ignore[attr-defined]  # for the log
        if asked.etag in asked.known_etags:
            return _with_headers(HttpResponseNotModified(), asked)
        request.META["QUERY_STRING"] = asked.query.urlencode()
        request.GET = asked.query  # type: ignore[assignment]  # mutable here only
        response = self._make(request, asked)
        if response.status_code == OK and "*" in asked.known_etags:  # any version will do
            response = HttpResponseNotModified()
        good = response.status_code in (OK, NOT_MODIFIED)
        return _with_headers(response, asked) if good else response

    def _make(self, request: HttpRequest, asked: Asked) -> HttpResponse:
        ready = find_bytes(asked) or make_bytes(asked)
        if ready is not None:
            return HttpResponse(ready, content_type=JSON)
        response = self.get_response(request)
        if response.status_code != OK or not response.get("Content-Type", "").startswith(JSON):
            return response
        if request.method == "GET":
            keep_bytes(asked, response.content)
        # Without what the view's headers say of this caller: they are remembered for everybody.
        return HttpResponse(response.content, content_type=JSON)


def _with_headers(response: HttpResponse, asked: Asked) -> HttpResponse:
    response["ETag"] = asked.etag
    response["Cache-Control"] = "public, no-cache"  # may be kept, must be asked about
    patch_vary_headers(response, ["Accept"])
    if response.status_code == OK:
        response.setdefault("Content-Length", str(len(response.content)))
    return response
