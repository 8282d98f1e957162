"""Mails about the account, and copies of what is known about its owner."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from djoser.utils import encode_uid

from tradepost.accounts.actions import exports
from tradepost.accounts.models import Export, User
from tradepost.kit.jobs import job
from tradepost.kit.mail import send_mail

HOUR = 3600
DAY = 24 * HOUR


@job("accounts.send_password_reset")
def send_password_reset(*, user_id: str) -> None:
    """Mail a link that sets a new password; the token is made here and stored nowhere."""
    user = User.objects.get(pk=user_id)
    token = default_token_generator.make_token(user)
    path = reverse("new-password", args=[encode_uid(user.pk), token])
    send_mail(
        template="mail/password_reset.html",
        to=user.email,
        recipient_id=user.pk,
        context={"user": user, "url": f"{settings.SITE_URL}{path}"},
        key=f"password-reset:{token}",
    )


@job("accounts.make_export", lease_seconds=HOUR)
def make_export(*, export_id: str) -> None:
    """Write the archive with what is known about a user."""
    exports.make_export(export_id=UUID(export_id), now=timezone.now())


@job("accounts.send_export_ready")
def send_export_ready(*, export_id: str) -> None:
    """Mail where the copy can be fetched: a page that only its owner can open."""
    export = Export.objects.select_related("user").filter(pk=export_id).first()
    if export is None:  # the account was closed, or another copy asked for
        return
    send_mail(
        template="mail/export_ready.html",
        to=export.user.email,
        recipient_id=export.user_id,
        context={"export": export, "url": f"{settings.SITE_URL}{reverse('account')}#export"},
        key=f"export:{export.pk}",
    )


@job("accounts.remove_export_file")
def remove_export_file(*, name: str) -> None:
    """Remove a file whose row is gone."""
    default_storage.delete(name)


@job("accounts.end_exports", every_seconds=HOUR)
def end_exports() -> None:
    """Take copies away that were there long enough."""
    exports.end_exports(now=timezone.now())


@job("accounts.sweep_export_files", every_seconds=DAY, lease_seconds=600)
def sweep_export_files() -> None:
    """Remove copies that no row knows."""
    exports.sweep_export_files(now=timezone.now())
