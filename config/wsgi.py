"""HTTP for WSGI servers (granian, gunicorn)."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

from django.core.wsgi import get_wsgi_application

django = get_wsgi_application()  # sets Django up, which the next import needs

from tradepost.kit.http.charset import OnlyUtf8  # noqa: E402
from tradepost.kit.http.hot.front import Front  # noqa: E402

application = OnlyUtf8(Front(django))
