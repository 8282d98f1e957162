"""What payments listen to."""

from typing import Any

from django.dispatch import receiver

from tradepost.accounts.models import User
from tradepost.accounts.signals import account_closed
from tradepost.payments.actions.events import forget_payloads


@receiver(account_closed, dispatch_uid="payments.payloads_of_closed_account")
def forget_payloads_of_closed_account(user: User, **kwargs: Any) -> None:
    forget_payloads(payer_id=user.pk)
