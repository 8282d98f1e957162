"""SMTP, minded about each recipient: Django's backend drops what was said about some of them."""

import smtplib
from collections.abc import Sequence
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

from tradepost.kit.mail.errors import MailRefused


class _MindsRecipients(smtplib.SMTP):
    def sendmail(
        self, from_addr: str, to_addrs: str | Sequence[str], msg: Any,
        mail_options: Sequence[str] = (), rcpt_options: Sequence[str] = (),
    ) -> Any:  # fmt: skip
        """Send it to all who are accepted. Raises MailRefused when others were not.

        Final even if their refusal may pass: another try would reach the rest a second time.
        """
        refused = super().sendmail(from_addr, to_addrs, msg, mail_options, rcpt_options)
        if refused:
            raise MailRefused(f"sent, but not to all: {refused}")
        return refused


class _MindsRecipientsOverTls(_MindsRecipients, smtplib.SMTP_SSL):
    pass


class SmtpBackend(EmailBackend):
    """Sends mails over SMTP as the settings ``EMAIL_…`` say."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _MindsRecipientsOverTls if self.use_ssl else _MindsRecipients
