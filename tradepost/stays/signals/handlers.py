"""What stays listen to."""

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from tradepost.accounts.models import User
from tradepost.accounts.signals import account_closed
from tradepost.stays.actions.erasure import forget_stays
from tradepost.stays.actions.photos import forget_files
from tradepost.stays.models import Photo


@receiver(post_delete, sender=Photo, dispatch_uid="stays.files_of_deleted_photo")
def remove_files_of_deleted_photo(instance: Photo, **kwargs: Any) -> None:
    forget_files(instance)


@receiver(account_closed, dispatch_uid="stays.stays_of_closed_account")
def forget_stays_of_closed_account(user: User, **kwargs: Any) -> None:
    forget_stays(user=user)
