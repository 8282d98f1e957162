"""The id of a request: in its log lines, in its answer, and from a proxy that gave it one."""

import re
from uuid import uuid4

from django.conf import settings

HEADER = "X-Request-ID"
RAW_HEADER = b"x-request-id"
FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def choose_request_id(given: str | None) -> str:
    """Return the id that a trusted proxy gave, or a new one.

    Without ``TRUSTED_PROXIES`` it was the client who gave it; then what stands in our logs would be
    theirs to choose.
    """
    if given and settings.REST_FRAMEWORK["NUM_PROXIES"] and FORM.fullmatch(given):
        return given
    return uuid4().hex[:16]
