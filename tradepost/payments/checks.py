"""What ``manage.py check`` says of the providers that the settings let in."""

from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from tradepost.payments.providers import KNOWN

STRIPE_KEYS = ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET")


@register()
def providers_are_known(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse names that no provider has, and Stripe without its library or keys."""
    unknown = sorted(set(settings.PAYMENT_PROVIDERS) - KNOWN.keys())
    found: list[CheckMessage] = [
        Error(f"No payment provider is called {name!r}.", id="payments.E001") for name in unknown
    ]
    if "stripe" in settings.PAYMENT_PROVIDERS:
        found += _faults_of_stripe()
    return found


@register(Tags.security, deploy=True)
def money_is_taken(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn when everybody can pay with a card that takes no money."""
    if "offline" not in settings.PAYMENT_PROVIDERS:
        return []
    hint = "Take it out of PAYMENT_PROVIDERS, unless this is a demonstration."
    return [Warning("The provider offline takes no money.", hint=hint, id="payments.W001")]


def _faults_of_stripe() -> list[CheckMessage]:
    missing = [name for name in STRIPE_KEYS if not getattr(settings, name)]
    found: list[CheckMessage] = []
    if missing:
        found.append(Error(f"Stripe needs {', '.join(missing)}; set them.", id="payments.E002"))
    if find_spec("stripe") is None:
        hint = "Install the extra: uv sync --extra payments."
        found.append(Error("The library of Stripe is missing.", hint=hint, id="payments.E003"))
    return found
