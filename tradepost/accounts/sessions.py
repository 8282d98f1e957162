"""Sessions of pages: Django's engine, whose rows say whose they are and of which browser."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as RowsInTheDatabase
from django.utils import timezone

from tradepost.accounts.models import Session

DEVICE, SIGNED_IN_AT = "device", "signed_in_at"  # keys of what is remembered

# What browsers call themselves; the first that fits, as later ones pass for earlier ones.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox|FxiOS": "Firefox",
    "SamsungBrowser": "Samsung Internet",
    "Chrome|CriOS|Chromium": "Chrome",
    "Safari": "Safari",
    "curl": "curl",
}
SYSTEMS = {
    "iPhone|iPad": "iOS",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


class SessionStore(RowsInTheDatabase):
    """Django's sessions in the database, in our table."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast(Session, super().create_model_instance(data))
        row.user_id = data.get(SESSION_KEY)
        if row.user_id is not None and SIGNED_IN_AT in data:
            row.device = data.get(DEVICE, "")
            row.signed_in_at = datetime.fromisoformat(data[SIGNED_IN_AT])
        return row


def open_session(key: str) -> SessionBase:
    """Return the session of a cookie, empty if there is none."""
    return SessionStore(key)


def remember_device(session: SessionBase, *, agent: str, now: datetime) -> None:
    """Note in a session that somebody has signed in, and with what kind of browser."""
    session[DEVICE], session[SIGNED_IN_AT] = device_of(agent), now.isoformat()


def device_of(agent: str) -> str:
    """Return what a browser is, in a few words; empty when its name is none that we know."""
    return " · ".join(filter(None, (_first(BROWSERS, agent), _first(SYSTEMS, agent))))


def sessions_among(keys: Collection[str]) -> set[str]:
    """Return those of these sessions that have not ended."""
    live = Session.objects.live(timezone.now()).filter(session_key__in=keys)
    return set(live.values_list("session_key", flat=True))


def _first(names: Mapping[str, str], agent: str) -> str:
    return next((name for pattern, name in names.items() if re.search(pattern, agent)), "")
