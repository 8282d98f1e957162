"""The whole product in one ASGI application: HTTP on threads, sockets on the event loop."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.common")

from django.core.wsgi import get_wsgi_application

from tradepost.kit.http.bridge import serve_wsgi

application = serve_wsgi(get_wsgi_application())
