"""Reads for the glue: the mails that the embedded mode keeps in a folder instead of sending them,
the likes of products, and whether anybody is here yet."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from itertools import islice
from pathlib import Path

from django.conf import settings

from tradepost.accounts.models import User
from tradepost.kit.errors import NotFound
from tradepost.kit.mail import RECIPIENT  # house: allow E1 because it reads mails, sends none
from tradepost.likes.queries import Likes, count_likes, liked_by
from tradepost.store.models import Product

MOST_LISTED = 100
LONGEST_NAME = 100
CLOCK_SECONDS = 2  # how far the clock of a file system may lag
NAME = re.compile(r"[A-Za-z0-9]{1,64}")


@dataclass(frozen=True)
class Mail:
    """One mail; ``name`` is its file's name without the ending. In lists the parts are empty."""

    name: str
    subject: str
    sender: str
    to: str
    kept_at: datetime
    cc: str = ""
    text: str = ""
    html: str = ""
    attachments: Sequence["MailAttachment"] = ()


@dataclass(frozen=True)
class MailAttachment:
    """A file that came with a mail; ``name`` is safe to store it under."""

    name: str
    content: bytes


def read_product_likes(product_id: int, reader: User | None) -> Likes:
    """Return the likes of a product that is there, in one query, and one more for a reader."""
    count = count_likes(model=Product, ids=[product_id]).get(product_id, 0)
    liked = reader is not None and liked_by(user=reader, model=Product, ids=[product_id])
    return Likes("product", product_id, count, bool(liked))


def has_people() -> bool:
    """Return whether there are any users."""
    return bool(User.objects.exists())


def list_mails(*, reader: User) -> list[Mail]:
    """Return the newest mails to the reader, or to anybody when the reader is a superuser."""
    files = Path(settings.MAIL_DIR).glob("*.eml")
    newest = sorted(files, key=lambda file: (file.stat().st_mtime, file.name), reverse=True)
    return list(islice(_read_heads(newest, reader), MOST_LISTED))


def get_mail(*, reader: User, name: str) -> Mail:
    """Return a mail with its parts. Raises NotFound, for somebody else's mail too."""
    file = Path(settings.MAIL_DIR) / f"{name}.eml"
    if not NAME.fullmatch(name) or not file.is_file():
        raise NotFound
    message = _parse(file)
    if not _may_read(reader, file, message):
        raise NotFound
    return replace(
        _describe(file, message),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        attachments=[_attachment(part) for part in message.iter_attachments()],
    )


def get_attachment(*, reader: User, name: str, number: int) -> MailAttachment:
    """Return an attachment by its place among those of the mail, from 0. Raises NotFound."""
    attachments = get_mail(reader=reader, name=name).attachments
    if not 0 <= number < len(attachments):
        raise NotFound
    return attachments[number]


def _read_heads(files: list[Path], reader: User) -> Iterator[Mail]:
    for file in files:
        message = _parse(file, headers_only=True)
        if _may_read(reader, file, message):
            yield _describe(file, message)


def _parse(file: Path, *, headers_only: bool = False) -> EmailMessage:
    with file.open("rb") as content:
        return BytesParser(policy=policy.default).parse(content, headersonly=headers_only)


def _may_read(reader: User, file: Path, message: EmailMessage) -> bool:
    """Say whether it is the reader's mail: meant for the account, or else sent to its address.

    A mail that names an account is no other's, unless copies went to other addresses. A mail that
    is older than the reader's account went to whoever had the address before.
    """
    if reader.is_superuser:
        return True
    if message[RECIPIENT] is not None and str(message[RECIPIENT]) == str(reader.pk):
        return True
    if file.stat().st_mtime + CLOCK_SECONDS < reader.created_at.timestamp():
        return False
    headers = ("cc", "bcc") if message[RECIPIENT] is not None else ("to", "cc", "bcc")
    return reader.email.lower() in _addresses(message, headers)


def _addresses(message: EmailMessage, headers: Iterable[str]) -> set[str]:
    found = [message[name].addresses for name in headers if message[name]]
    return {address.addr_spec.lower() for addresses in found for address in addresses}


def _describe(file: Path, message: EmailMessage) -> Mail:
    kept_at = datetime.fromtimestamp(file.stat().st_mtime, tz=UTC)
    return Mail(
        file.stem,
        str(message["subject"]),
        str(message["from"]),
        str(message["to"] or ""),
        kept_at,
        str(message["cc"] or ""),
    )


def _attachment(part: Message) -> MailAttachment:
    content = part.get_payload(decode=True)
    return MailAttachment(
        _safe_name(part.get_filename()), content if isinstance(content, bytes) else b""
    )


def _safe_name(name: str | None) -> str:
    """Return the last part of the name, without what leads elsewhere or cannot be shown."""
    last = re.split(r"[/\\]", name or "")[-1]
    shown = "".join(letter for letter in last if letter.isprintable()).strip(". ")
    return shown[-LONGEST_NAME:] or "attachment"


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return "" if part is None else str(part.get_content())
