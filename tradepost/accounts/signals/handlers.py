"""What accounts listen to: rows of theirs that go, by whatever way."""

from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone

from tradepost.accounts.actions.exports import forget_export_file
from tradepost.accounts.actions.users import forget_traces
from tradepost.accounts.models import Export, User
from tradepost.accounts.sessions import remember_device


@receiver(user_logged_in, dispatch_uid="accounts.device_of_session")
def remember_device_of_session(request: Any, **kwargs: Any) -> None:
    if SESSION_KEY in request.session:  # not where somebody asks for a token
        agent = request.headers.get("User-Agent", "")
        remember_device(request.session, agent=agent, now=timezone.now())


@receiver(post_delete, sender=Export, dispatch_uid="accounts.file_of_deleted_export")
def remove_file_of_deleted_export(instance: Export, **kwargs: Any) -> None:
    if instance.file:
        forget_export_file(name=str(instance.file))


@receiver(post_delete, sender=settings.AUTH_USER_MODEL, dispatch_uid="accounts.deleted_user")
def forget_traces_of_deleted_user(instance: User, **kwargs: Any) -> None:
    forget_traces(user=instance)
