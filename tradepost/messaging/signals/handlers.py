"""What messaging listens to."""

from typing import Any

from django.conf import settings
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from django.utils import timezone

from tradepost.accounts.models import User
from tradepost.accounts.signals import account_closed
from tradepost.messaging.actions.edits import keep_history
from tradepost.messaging.actions.erasure import erase_person, erase_what_nobody_wrote
from tradepost.messaging.actions.messages import notify_about_message
from tradepost.messaging.models import Message


@receiver(post_save, sender=Message, dispatch_uid="messaging.notify_about_message")
def tell_the_others(instance: Message, created: bool, raw: bool = False, **kwargs: Any) -> None:
    if created and not raw:
        notify_about_message(message=instance)


@receiver(pre_save, sender=Message, dispatch_uid="messaging.keep_history")
def keep_what_it_said(instance: Message, raw: bool = False, **kwargs: Any) -> None:
    if not raw and not instance._state.adding:
        keep_history(message=instance)


@receiver(account_closed, dispatch_uid="messaging.erase_person")
def forget_person_of_closed_account(user: User, **kwargs: Any) -> None:
    erase_person(user=user, now=timezone.now())


@receiver(pre_delete, sender=settings.AUTH_USER_MODEL, dispatch_uid="messaging.erase_deleted")
def forget_person_of_deleted_user(instance: User, **kwargs: Any) -> None:
    # Afterwards nobody could say any more where they took part.
    erase_person(user=instance, now=timezone.now())


@receiver(post_delete, sender=settings.AUTH_USER_MODEL, dispatch_uid="messaging.erase_orphans")
def forget_what_a_deleted_user_wrote(**kwargs: Any) -> None:
    erase_what_nobody_wrote(now=timezone.now())
