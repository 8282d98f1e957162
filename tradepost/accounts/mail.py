"""djoser's mails, sent by our jobs."""

from collections.abc import Sequence
from typing import Any

from tradepost.kit.jobs import enqueue


class PasswordResetMail:
    """What djoser calls when somebody asks for a new password."""

    def __init__(self, request: object, context: dict[str, Any]) -> None:
        self.user = context["user"]

    def send(self, to: Sequence[str]) -> None:
        enqueue("accounts.send_password_reset", user_id=str(self.user.pk))
