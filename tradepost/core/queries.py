"""Reads for the glue: the mails that the embedded mode keeps in a folder instead of sending them,
and whether anybody is here yet."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from itertools import islice
from pathlib import Path

from django.conf import settings

from tradepost.accounts.models import User
from tradepost.kit.errors import NotFound
from tradepost.kit.mail import RECIPIENT  # house: allow E1 because it reads mails, sends none

MOST_LISTED = 100
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
    text: str = ""
    html: str = ""


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
    return _describe(file, message, text=_part(message, "plain"), html=_part(message, "html"))


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

    A mail that names no account and is older than the reader's went to whoever had the address
    before.
    """
    if reader.is_superuser:
        return True
    if message[RECIPIENT] is not None:
        return str(message[RECIPIENT]) == str(reader.pk)
    if file.stat().st_mtime + CLOCK_SECONDS < reader.created_at.timestamp():
        return False
    to = message["to"]
    addresses = {address.addr_spec.lower() for address in to.addresses} if to else set()
    return reader.email.lower() in addresses


def _describe(file: Path, message: EmailMessage, *, text: str = "", html: str = "") -> Mail:
    kept_at = datetime.fromtimestamp(file.stat().st_mtime, tz=UTC)
    return Mail(
        file.stem,
        str(message["subject"]),
        str(message["from"]),
        str(message["to"]),
        kept_at,
        text,
        html,
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return "" if part is None else str(part.get_content())
