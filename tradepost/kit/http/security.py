"""The browser's orders: where a page may load things from."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

STRICT = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# Swagger UI sets style attributes from its own script; nothing else of ours may.
API_DOCS = STRICT.replace("img-src", "style-src 'self' 'unsafe-inline'; img-src")


class SecurityHeaders:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # Pictures in a bucket come from its host.
        pictures = f"img-src 'self' data: {settings.PICTURES_FROM}".rstrip()
        self.strict = STRICT.replace("img-src 'self' data:", pictures)
        self.api_docs = API_DOCS.replace("img-src 'self' data:", pictures)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        docs = request.path.startswith("/api/v1/docs/")
        response.setdefault("Content-Security-Policy", self.api_docs if docs else self.strict)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response
