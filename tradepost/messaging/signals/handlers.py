"""What messaging listens to."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from tradepost.messaging.actions.messages import notify_about_message
from tradepost.messaging.models import Message


@receiver(post_save, sender=Message, dispatch_uid="messaging.notify_about_message")
def tell_the_others(instance: Message, created: bool, raw: bool = False, **kwargs: Any) -> None:
    if created and not raw:
        notify_about_message(message=instance)
