"""What the shop listens to."""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from tradepost.accounts.models import User
from tradepost.accounts.signals import account_closed
from tradepost.store.actions.carts import claim_cart
from tradepost.store.actions.conversations import reseat_desk
from tradepost.store.actions.customers import ensure_customer, forget_customer
from tradepost.store.actions.images import forget_files
from tradepost.store.errors import NoSuchCart
from tradepost.store.models import ProductImage
from tradepost.store.visits import take_cart_id


@receiver(post_save, sender=settings.AUTH_USER_MODEL, dispatch_uid="store.customer_of_new_user")
def make_customer_of_new_user(
    instance: User, created: bool, raw: bool = False, **kwargs: Any
) -> None:
    if created and not raw:
        ensure_customer(user=instance)


@receiver(account_closed, dispatch_uid="store.customer_of_closed_account")
def forget_customer_of_closed_account(user: User, **kwargs: Any) -> None:
    forget_customer(user=user)


@receiver(post_delete, sender=ProductImage, dispatch_uid="store.files_of_deleted_image")
def remove_files_of_deleted_image(instance: ProductImage, **kwargs: Any) -> None:
    forget_files(instance)


@receiver(user_logged_in, dispatch_uid="store.cart_of_visitor")
def claim_cart_of_visitor(request: Any, user: User, **kwargs: Any) -> None:
    cart_id = take_cart_id(getattr(request, "session", {}))
    if cart_id is not None:
        with suppress(NoSuchCart):  # swept away since the last visit
            claim_cart(cart_id=cart_id, user=user)


@receiver(m2m_changed, sender=User.groups.through, dispatch_uid="store.people_of_desk")
def reseat_people_of_desk(
    action: str, instance: User | Group, pk_set: set[Any] | None, **kwargs: Any
) -> None:
    if action in ("post_add", "post_remove", "pre_clear"):
        reseat_desk(changed=instance, with_ids=pk_set)
