"""What notifications listen to."""

from typing import Any

from django.conf import settings
from django.db.models.signals import post_delete
from django.dispatch import receiver

from tradepost.accounts.models import User
from tradepost.accounts.signals import account_closed
from tradepost.notifications.actions.erasure import erase_notifications


@receiver(account_closed, dispatch_uid="notifications.of_closed_account")
def erase_notifications_of_closed_account(user: User, **kwargs: Any) -> None:
    erase_notifications(user=user)


@receiver(
    post_delete, sender=settings.AUTH_USER_MODEL, dispatch_uid="notifications.of_deleted_user"
)
def erase_notifications_of_deleted_user(instance: User, **kwargs: Any) -> None:
    erase_notifications(user=instance)
