"""Background work to try the workers on."""

import time
from uuid import UUID

import structlog

from tradepost.accounts.models import User
from tradepost.kit.jobs import job
from tradepost.kit.mail import send_mail

log = structlog.get_logger("tradepost.playground")

NOTIFY_SECONDS = 10


@job("playground.notify_customers", shown=("message",))
def notify_customers(*, message: str) -> None:
    """Take a while, as work does that no request should wait for, and log start and success."""
    log.info("notify_customers.started", message=message)
    time.sleep(NOTIFY_SECONDS)
    log.info("notify_customers.succeeded", message=message)


@job("playground.send_hello")
def send_hello(*, user_id: str, key: str) -> None:
    """Mail somebody a greeting; ``key`` tells one greeting from the next."""
    user = User.objects.get(pk=UUID(user_id))
    send_mail(
        template="playground/mail.html",
        to=user.email,
        recipient_id=user.pk,
        context={"name": user.first_name or user.username},
        key=f"hello:{key}",
    )
