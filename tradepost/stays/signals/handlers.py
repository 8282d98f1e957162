"""What stays listen to."""

from collections.abc import Collection
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from tradepost.accounts.models import User
from tradepost.accounts.signals import account_closed
from tradepost.stays.actions.erasure import forget_stays
from tradepost.stays.actions.people import rename_person_on_pages
from tradepost.stays.actions.photos import forget_files
from tradepost.stays.models import Photo

SHOWN = {"first_name", "username", "is_active"}  # on pages of places, of hosts and guests


@receiver(post_delete, sender=Photo, dispatch_uid="stays.files_of_deleted_photo")
def remove_files_of_deleted_photo(instance: Photo, **kwargs: Any) -> None:
    forget_files(instance)


@receiver(account_closed, dispatch_uid="stays.stays_of_closed_account")
def forget_stays_of_closed_account(user: User, **kwargs: Any) -> None:
    forget_stays(user=user)


@receiver(post_save, sender=User, dispatch_uid="stays.person_on_pages")
def note_changed_person(
    created: bool, raw: bool, update_fields: Collection[str] | None, **kwargs: Any
) -> None:
    is_seen = update_fields is None or not SHOWN.isdisjoint(update_fields)
    if is_seen and not created and not raw:
        rename_person_on_pages()
