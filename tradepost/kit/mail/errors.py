"""Why a mail is not sent. Both are final: a job that raises one becomes a dead letter at once."""

from tradepost.kit.errors import Invalid
from tradepost.kit.jobs import GiveUp


class BadMailHeader(Invalid, GiveUp):
    """An address, a subject or a name that is no header, or would smuggle another one in."""

    code = "bad_mail_header"
    message = "A header of the mail is not allowed."


class MailRefused(GiveUp):
    """The mail server said for good that it does not take the mail, or not for all."""
