"""Makes messages of templates and addresses, and lets no header in by a side door."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import getaddresses
from typing import NotRequired, TypedDict
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, TemplateSyntaxError
from django.template.loader import get_template
from django.template.loader_tags import ExtendsNode

from tradepost.kit.mail.errors import BadMailHeader

RECIPIENT = "X-Tradepost-Recipient"
NEEDED_BLOCKS = ("subject", "text", "html", "why")
NO_HEADER = {"Cc", "Cs", "Zl", "Zp"}  # controls, half letters, ends of lines and of paragraphs
MIME_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content: bytes
    mime_type: str


class Mail(TypedDict):
    """What a mail is made of: a template that extends ``mail/base.html``, and what it needs.

    ``recipient_id`` is the account it is meant for, whoever has the address later. ``key`` names
    the mail: the same key gives the same Message-ID, by which mail programs (and the embedded
    mode's folder) know a repeated sending for what it is. ``sender`` stands in for
    ``settings.DEFAULT_FROM_EMAIL``. A POST to ``unsubscribe`` ends mails of this kind.
    """

    template: str
    to: str | Sequence[str]
    context: Mapping[str, object]
    key: str
    recipient_id: NotRequired[UUID | None]
    cc: NotRequired[Sequence[str]]
    bcc: NotRequired[Sequence[str]]
    reply_to: NotRequired[Sequence[str]]
    sender: NotRequired[str]
    unsubscribe: NotRequired[str]
    attachments: NotRequired[Sequence[Attachment]]


def message_id(key: str) -> str:
    """Return the Message-ID of the mail named ``key``."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@tradepost>"


def write_message(mail: Mail) -> EmailMultiAlternatives:
    """Return the message, ready to be sent. Raises BadMailHeader."""
    parts = _render(mail["template"], mail["context"])
    message = EmailMultiAlternatives(
        subject=_checked("Subject", parts["subject"]),
        body=parts["text"] + "\n",
        from_email=_one_address("From", mail.get("sender") or settings.DEFAULT_FROM_EMAIL),
        to=_addresses("To", [mail["to"]] if isinstance(mail["to"], str) else mail["to"]),
        cc=_addresses("Cc", mail.get("cc", ())),
        bcc=_addresses("Bcc", mail.get("bcc", ())),
        reply_to=_addresses("Reply-To", mail.get("reply_to", ())),
        headers=_own_headers(mail),
    )
    message.attach_alternative(parts["html"], "text/html")
    for attached in mail.get("attachments", ()):
        _attach(message, attached)
    return message


def _own_headers(mail: Mail) -> dict[str, str]:
    headers = {"Message-ID": message_id(mail["key"]), "Auto-Submitted": "auto-generated"}
    if (stop := mail.get("unsubscribe")) is not None:
        headers["List-Unsubscribe"] = f"<{_checked('List-Unsubscribe', stop)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if (recipient := mail.get("recipient_id")) is not None:
        headers[RECIPIENT] = str(recipient)
    return headers


def _attach(message: EmailMultiAlternatives, attached: Attachment) -> None:
    if not MIME_TYPE.fullmatch(attached.mime_type):
        raise BadMailHeader(field="Content-Type")
    message.attach(_checked("filename", attached.name), attached.content, attached.mime_type)


def _render(name: str, context: Mapping[str, object]) -> dict[str, str]:
    """Render each part by itself: what is plain text must not be escaped as HTML."""
    template = get_template(name).template  # type: ignore[attr-defined]
    _require_blocks(name, template.nodelist.get_nodes_by_type(ExtendsNode))
    around = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, **context}
    return {
        part: template.render(Context({**around, "part": part}, autoescape=part == "html")).strip()
        for part in ("subject", "text", "html")
    }


def _require_blocks(name: str, parents: Sequence[ExtendsNode]) -> None:
    written = {block for node in parents for block in node.blocks}
    missing = [block for block in NEEDED_BLOCKS if block not in written]
    if missing:
        raise TemplateSyntaxError(f"the mail {name!r} lacks the blocks {', '.join(missing)}")


def _addresses(header: str, addresses: Iterable[str]) -> list[str]:
    return [_one_address(header, address) for address in addresses]


def _one_address(header: str, address: str) -> str:
    """Return the address if it is one: a comma would make two of it, a new line another header."""
    known = getaddresses([_checked(header, address)])
    if len(known) != 1 or not re.fullmatch(r"[^@\s]+@[^@\s]+", known[0][1]):
        raise BadMailHeader(field=header)
    return address


def _checked(header: str, value: str) -> str:
    if any(unicodedata.category(letter) in NO_HEADER for letter in value):
        raise BadMailHeader(f"{BadMailHeader.message} ({header})", field=header)
    return value
