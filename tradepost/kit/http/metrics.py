"""``/metrics``: the numbers for Prometheus, shown to whoever knows the token and to nobody else."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from tradepost.kit.metrics import write_text

TEXT = "text/plain; version=0.0.4; charset=utf-8"


def show(request: HttpRequest) -> HttpResponse:
    """Answer with all numbers. Raises Http404 for strangers, as if there were none."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    known = kind.lower() == "bearer" and constant_time_compare(token.strip(), wanted)
    if not (wanted and known):
        raise Http404
    answer = HttpResponse(write_text(), content_type=TEXT)
    answer["Cache-Control"] = "no-store"
    return answer
