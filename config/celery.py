"""Jobs by Celery: `celery -A config worker`, and `beat`, `flower` in its place."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

django.setup()

if not settings.CELERY_BROKER_URL:
    raise ImproperlyConfigured("Celery needs CELERY_BROKER_URL; set it.")

from tradepost.kit.jobs.celery import app as app  # noqa: E402 - Django must be set up
from tradepost.kit.jobs.celery import register_tasks  # noqa: E402

register_tasks()

if "flower" in sys.argv and not os.environ.get("FLOWER_BASIC_AUTH"):
    if not settings.EMBEDDED:
        raise ImproperlyConfigured("Flower needs FLOWER_BASIC_AUTH=user:password; set it.")
    os.environ.setdefault("FLOWER_ADDRESS", "127.0.0.1")  # nobody else's business without one
