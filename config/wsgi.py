"""HTTP for WSGI servers (granian, gunicorn)."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

from django.core.wsgi import get_wsgi_application

django = get_wsgi_application()  # sets Django up, which the next import needs

from django.conf import settings  # noqa: E402

from tradepost.kit.http.charset import OnlyUtf8  # noqa: E402
from tradepost.kit.http.declared import OnlySoLarge  # noqa: E402
from tradepost.kit.http.hot.front import Front  # noqa: E402

application = OnlySoLarge(
    OnlyUtf8(Front(django)),
    limit=settings.MAX_BODY_BYTES,
    upload_limit=settings.MAX_UPLOAD_BYTES,
)
