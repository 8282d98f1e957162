"""What the OpenAPI schema says about every POST."""

from typing import Any

from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny


class ApiDocs(SpectacularSwaggerSplitView):
    """The page that shows the API and lets people try it; its files are our own."""

    permission_classes = [AllowAny]
    http_method_names = ["get", "head"]


HEADER = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "maxLength": 255},
    "description": (
        "Repeat a request safely: the first answer is given again, marked "
        "`Idempotent-Replayed: true`. Another body under the same key is refused with 422; 409 "
        "with `Retry-After` while the first request is at work."
    ),
}
WITHOUT_EFFECT = ("/jwt/",)


def describe_idempotency(
    result: dict[str, Any], generator: object, request: object, public: bool
) -> dict[str, Any]:
    """Add the ``Idempotency-Key`` header to every POST that has an effect."""
    for path, operations in result["paths"].items():
        if "post" in operations and not any(part in path for part in WITHOUT_EFFECT):
            operations["post"].setdefault("parameters", []).append(HEADER)
    return result
