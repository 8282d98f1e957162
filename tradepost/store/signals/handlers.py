"""What the shop listens to."""

from typing import Any

from django.conf import settings
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from tradepost.accounts.models import User
from tradepost.store.actions.customers import ensure_customer
from tradepost.store.actions.images import forget_files
from tradepost.store.models import ProductImage


@receiver(post_save, sender=settings.AUTH_USER_MODEL, dispatch_uid="store.customer_of_new_user")
def make_customer_of_new_user(
    instance: User, created: bool, raw: bool = False, **kwargs: Any
) -> None:
    if created and not raw:
        ensure_customer(user=instance)


@receiver(post_delete, sender=ProductImage, dispatch_uid="store.files_of_deleted_image")
def remove_files_of_deleted_image(instance: ProductImage, **kwargs: Any) -> None:
    forget_files(instance)
