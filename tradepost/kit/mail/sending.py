"""Sends mails through whatever ``settings.EMAIL_BACKEND`` says."""

from collections.abc import Mapping, Sequence
from email.utils import parseaddr
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Unpack

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from tradepost.kit.mail.errors import MailRefused
from tradepost.kit.mail.message import Mail, write_message

log = structlog.get_logger(__name__)

NOWHERE = ".invalid"  # RFC 2606: addresses that nobody has, of closed and imported accounts
FOR_GOOD = 500  # from this reply code on, a mail server means it


def send_mail(**mail: Unpack[Mail]) -> None:
    """Send one mail; ``Mail`` says what it is made of.

    Raises BadMailHeader, MailRefused, or what smtplib raises when another try may succeed.
    """
    send_mails([mail])


def send_mails(mails: Sequence[Mail]) -> None:
    """Send mails one after the other through one connection; those to nobody are left out.

    Nothing is sent when one of them has a bad header. A mail that the server refuses for good does
    not keep back those after it: MailRefused names all such mails at the end. A fault that may
    pass ends it at once; when it is all done again, the repeated mails have their old Message-IDs.
    """
    messages = [message for message in map(write_message, mails) if _is_for_somebody(message)]
    if not messages:
        return
    refused = []
    with get_connection() as connection:
        for message in messages:
            try:
                _hand_over(connection, message)
            except MailRefused as error:
                refused.append(str(error))
    if refused:
        raise MailRefused("; ".join(refused))


def mail_the_admins(*, template: str, context: Mapping[str, object], key: str) -> None:
    """Send one mail to ``settings.ADMINS``, all of them; nothing while there are none."""
    if settings.ADMINS:
        send_mail(
            template=template,
            to=settings.ADMINS,
            context=context,
            key=key,
            sender=settings.SERVER_EMAIL,
        )


def _is_for_somebody(message: EmailMultiAlternatives) -> bool:
    reaches = any(not parseaddr(to)[1].endswith(NOWHERE) for to in message.recipients())
    if not reaches:
        log.info("mail.nobody_to_tell", message_id=message.extra_headers.get("Message-ID"))
    return reaches


def _hand_over(connection: BaseEmailBackend, message: EmailMultiAlternatives) -> None:
    """Tell what is final from what may pass, by the server's reply."""
    try:
        connection.send_messages([message])
    except SMTPRecipientsRefused as error:
        if all(code >= FOR_GOOD for code, _ in error.recipients.values()):
            raise MailRefused(f"no recipient was accepted: {error.recipients}") from error
        raise
    except SMTPResponseException as error:
        if error.smtp_code >= FOR_GOOD:
            raise MailRefused(f"{error.smtp_code} {error.smtp_error!r}") from error
        raise
