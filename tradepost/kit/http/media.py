"""Uploaded files that everybody may see, where no proxy and no object storage serves them.

Their names are random and a name never gets another content: a browser may keep what it has.
"""

import re

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

# No part begins with a dot: nothing leads upwards, nothing hidden is found.
NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}/){0,5}[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
UNKNOWN = "application/octet-stream"
A_YEAR = 31_536_000


@require_safe
def serve_file(request: HttpRequest, *, folder: str, name: str) -> HttpResponseBase:
    """Send a file of the default storage that lies below ``folder``.

    What is no picture is only offered for saving; nothing in a file can run.
    """
    if not NAME.fullmatch(name):
        raise Http404
    etag = f'"{name}"'
    response = get_conditional_response(request, etag=etag) or _open(folder, name)
    response["ETag"] = etag
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    patch_cache_control(response, public=True, max_age=A_YEAR, immutable=True)
    return response


def _open(folder: str, name: str) -> HttpResponseBase:
    try:
        file = default_storage.open(f"{folder}/{name}")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise Http404 from error
    kind = TYPES.get(name.rpartition(".")[2].lower(), UNKNOWN)
    return FileResponse(file, content_type=kind, as_attachment=kind == UNKNOWN)
