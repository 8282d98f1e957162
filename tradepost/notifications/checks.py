"""What ``manage.py check`` says about pushes."""

from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register
from django.core.checks import Error as Fault


@register()
def pushes_can_be_sent(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Say what pushes lack where keys for them are set."""
    keys = (settings.VAPID_PUBLIC_KEY, settings.VAPID_PRIVATE_KEY)
    if not any(keys):
        return []
    faults = []
    if not all(keys):
        faults.append(("One of the keys of pushes is missing.", "Run manage.py make_push_keys."))
    if find_spec("pywebpush") is None:
        faults.append(("The extra push is not installed.", "Run uv sync --extra push."))
    if not settings.VAPID_SUBJECT.startswith("mailto:"):
        faults.append(("VAPID_SUBJECT is no mailto: address.", "mailto:you@shop.example"))
    return [Fault(text, hint=hint, id=f"tradepost.E1{n}") for n, (text, hint) in enumerate(faults)]
