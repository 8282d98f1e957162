"""Mails: one template with blocks (subject, text, html, why), sent by jobs only. docs/mail.md."""

from tradepost.kit.mail.errors import BadMailHeader, MailRefused
from tradepost.kit.mail.folder import FolderBackend, remove_mails
from tradepost.kit.mail.message import RECIPIENT, Attachment, Mail, message_id
from tradepost.kit.mail.sending import mail_the_admins, send_mail, send_mails
from tradepost.kit.mail.smtp import SmtpBackend

__all__ = [
    "RECIPIENT",
    "Attachment",
    "BadMailHeader",
    "FolderBackend",
    "Mail",
    "MailRefused",
    "SmtpBackend",
    "mail_the_admins",
    "message_id",
    "remove_mails",
    "send_mail",
    "send_mails",
]
