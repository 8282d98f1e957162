"""Checks that a text must pass before it is sent or takes the place of an earlier one; titles too.

Whoever runs the market registers theirs, from an ``apps.py``: words that nobody shall use, phone
numbers before an order is paid, whatever the house wants to keep out. Checks run before any lock
is taken, so they may take a moment, and are asked again by whoever edits.
"""

from collections.abc import Callable

from tradepost.accounts.models import User
from tradepost.messaging.errors import TextRefused, TextTooLong
from tradepost.messaging.models import LONGEST_BODY

Check = Callable[..., None]  # (*, sender: User, body: str) -> None

_checks: list[Check] = []


def register_check(check: Check) -> None:
    """Have every text pass ``check(sender=…, body=…)``, which raises TextRefused for a bad one."""
    _checks.append(check)


def check_title(*, sender: User, title: str) -> None:
    """Raise TextRefused, about the title, when a check of this house does."""
    try:
        check_text(sender=sender, body=title)
    except TextRefused as refusal:
        refusal.field = "title"
        raise


def check_text(*, sender: User, body: str) -> None:
    """Raise TextTooLong, or TextRefused when a check of this house does."""
    if len(body) > LONGEST_BODY:
        raise TextTooLong(field="message_body")
    for check in _checks:
        check(sender=sender, body=body)
