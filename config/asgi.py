"""The whole product in one ASGI application: HTTP on threads, sockets on the event loop."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

from django.core.wsgi import get_wsgi_application

wsgi = get_wsgi_application()  # sets Django up, which the next import needs

from tradepost.kit.http.application import serve_wsgi  # noqa: E402

application = serve_wsgi(wsgi)
