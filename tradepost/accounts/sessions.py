"""Sessions of pages, for what is no page."""

from collections.abc import Collection
from importlib import import_module

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.utils import timezone


def open_session(key: str) -> SessionBase:
    """Return the session of a cookie, empty if there is none."""
    store: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore(key)
    return store


def sessions_among(keys: Collection[str]) -> set[str]:
    """Return those of these sessions that have not ended."""
    live = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    return set(live.values_list("session_key", flat=True))
