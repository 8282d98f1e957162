"""The embedded mode's way of sending: mails are kept for the inbox page."""

import hashlib
from collections.abc import Sequence
from email.parser import BytesHeaderParser
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from tradepost.kit.mail.message import RECIPIENT


class FolderBackend(BaseEmailBackend):
    """Keeps mails as ``.eml`` files in ``settings.MAIL_DIR``, for the inbox page."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            content = _as_kept(message)
            key = str(
                message.extra_headers.get("Message-ID") or hashlib.sha256(content).hexdigest()
            )
            name = "".join(c for c in key if c.isalnum())[:64]
            unfinished = folder / f"{name}.{uuid4().hex}.part"  # two workers may send it at once
            unfinished.write_bytes(content)
            unfinished.replace(folder / f"{name}.eml")
        return len(email_messages)


def remove_mails(*, recipient_id: str) -> None:
    """Remove what was kept for the inbox of an account; nothing where mails are really sent."""
    for file in Path(settings.MAIL_DIR).glob("*.eml"):
        with file.open("rb") as content:
            meant_for = BytesHeaderParser().parse(content)[RECIPIENT]
        if meant_for == recipient_id:
            file.unlink(missing_ok=True)


def _as_kept(message: EmailMessage) -> bytes:
    """Return the mail with its Bcc, which never travels but says whose inbox it belongs in."""
    kept = message.message()
    if message.bcc:
        kept["Bcc"] = ", ".join(message.bcc)
    return kept.as_bytes()
