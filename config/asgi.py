"""The whole product in one ASGI application: HTTP on threads, sockets on the event loop."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

from django.core.wsgi import get_wsgi_application

wsgi = get_wsgi_application()  # sets Django up, which the next imports need

from tradepost.feed.consumers import LiveFeed  # noqa: E402
from tradepost.kit.http.application import Application  # noqa: E402

application = Application(wsgi, live=LiveFeed(wsgi))
