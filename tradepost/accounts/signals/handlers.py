"""What accounts listen to: rows of theirs that go, by whatever way."""

from typing import Any

from django.conf import settings
from django.db.models.signals import post_delete
from django.dispatch import receiver

from tradepost.accounts.actions.exports import forget_export_file
from tradepost.accounts.actions.users import forget_traces
from tradepost.accounts.models import Export, User


@receiver(post_delete, sender=Export, dispatch_uid="accounts.file_of_deleted_export")
def remove_file_of_deleted_export(instance: Export, **kwargs: Any) -> None:
    if instance.file:
        forget_export_file(name=str(instance.file))


@receiver(post_delete, sender=settings.AUTH_USER_MODEL, dispatch_uid="accounts.deleted_user")
def forget_traces_of_deleted_user(instance: User, **kwargs: Any) -> None:
    forget_traces(user=instance)
