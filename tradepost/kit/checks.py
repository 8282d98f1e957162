"""What ``manage.py check --deploy`` says beyond Django's own checks."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as Finding


@register(Tags.security, deploy=True)
def mails_leave_the_house(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn when mails would be put into a folder that nobody reads."""
    if settings.EMAIL_BACKEND != "tradepost.kit.mail.FolderBackend":
        return []
    hint = "Set EMAIL_URL, for example smtp+tls://user:password@host:587."
    return [Finding("Mails are kept in a folder and not sent.", hint=hint, id="tradepost.W001")]


@register(Tags.security, deploy=True)
def links_in_mails_lead_here(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn when the links in mails would lead to the reader's own machine."""
    if "127.0.0.1" not in settings.SITE_URL:
        return []
    hint = "Set SITE_URL, for example https://shop.example."
    return [Finding("Links in mails lead to 127.0.0.1.", hint=hint, id="tradepost.W002")]
