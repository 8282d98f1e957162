"""The browser's orders: where a page may load things from."""

from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Sources = Mapping[str, str]  # by directive

STRICT: Sources = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# Swagger UI sets style attributes from its own script; nothing else of ours may.
API_DOCS: Sources = {"style-src": "'unsafe-inline'"}


class SecurityHeaders:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # Pictures in a bucket come from its host.
        self.strict = _with_more(STRICT, {"img-src": settings.PICTURES_FROM})
        self.usual = _written(self.strict)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        docs = API_DOCS if request.path.startswith("/api/v1/docs/") else {}
        more = getattr(response, "more_sources", docs)
        policy = _written(_with_more(self.strict, more)) if more else self.usual
        response.setdefault("Content-Security-Policy", policy)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


def let_in(response: HttpResponse, sources: Sources) -> HttpResponse:
    """Let this page load from these sources, too."""
    response.more_sources = sources  # type: ignore[attr-defined]
    return response


def _with_more(sources: Sources, more: Sources) -> Sources:
    """Return the sources with more of them; what has no directive is under the default one."""
    known = {name: sources.get(name, sources["default-src"]) for name in more}
    return {**sources, **{name: f"{known[name]} {more[name]}".rstrip() for name in more}}


def _written(sources: Sources) -> str:
    return "; ".join(f"{name} {values}" for name, values in sources.items())
