"""Mails about the account."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from djoser.utils import encode_uid

from tradepost.accounts.models import User
from tradepost.kit.jobs import job
from tradepost.kit.mail import send_mail


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
