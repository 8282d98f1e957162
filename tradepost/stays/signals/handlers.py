"""What stays listen to."""

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from tradepost.stays.actions.photos import forget_files
from tradepost.stays.models import Photo


@receiver(post_delete, sender=Photo, dispatch_uid="stays.files_of_deleted_photo")
def remove_files_of_deleted_photo(instance: Photo, **kwargs: Any) -> None:
    forget_files(instance)
