"""Mails: one template with three blocks (subject, text, html), sent by jobs only."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.template.loader import get_template
from django.template.loader_tags import BlockNode

RECIPIENT = "X-Tradepost-Recipient"


def send_mail(
    *,
    template: str,
    to: str,
    context: Mapping[str, object],
    key: str,
    recipient_id: UUID | None = None,
) -> None:
    """Send the mail that ``template`` describes to one address.

    ``recipient_id`` is the account it is meant for, whoever has the address later. ``key`` names
    the mail: the same key gives the same Message-ID, by which mail programs (and the embedded
    mode's folder) know a repeated sending for what it is.
    """
    blocks = _render_blocks(template, {"site_name": settings.SITE_NAME, **context})
    headers = {"Message-ID": message_id(key)}
    if recipient_id is not None:
        headers[RECIPIENT] = str(recipient_id)
    message = EmailMultiAlternatives(
        subject=" ".join(blocks["subject"].split()),
        body=blocks["text"].strip() + "\n",
        to=[to],
        headers=headers,
    )
    if "html" in blocks:
        message.attach_alternative(blocks["html"].strip(), "text/html")
    message.send()


def message_id(key: str) -> str:
    """Return the Message-ID of the mail named ``key``."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@tradepost>"


def _render_blocks(name: str, context: Mapping[str, object]) -> dict[str, str]:
    """Render each block of the template; plain-text blocks must not escape HTML themselves."""
    from django.template import Context

    template = get_template(name).template  # type: ignore[attr-defined]
    rendered = {}
    for node in template.nodelist.get_nodes_by_type(BlockNode):
        plain = Context(dict(context), autoescape=node.name == "html")
        with plain.bind_template(template):
            rendered[node.name] = node.nodelist.render(plain)
    return rendered


class FolderBackend(BaseEmailBackend):
    """Keeps mails as ``.eml`` files in ``settings.MAIL_DIR``, for the inbox page."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            content = message.message().as_bytes()
            key = str(
                message.extra_headers.get("Message-ID") or hashlib.sha256(content).hexdigest()
            )
            name = "".join(c for c in key if c.isalnum())[:64]
            unfinished = folder / f"{name}.{uuid4().hex}.part"  # two workers may send it at once
            unfinished.write_bytes(content)
            unfinished.replace(folder / f"{name}.eml")
        return len(email_messages)
