"""Mails and pushes about what somebody was told."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from tradepost.accounts.models import User
from tradepost.kit.jobs import job
from tradepost.kit.mail import send_mail
from tradepost.notifications import webpush
from tradepost.notifications.actions.mails import (
    ask_for_digests,
    ask_for_missed_mails,
    hand_out_missed_mail,
)
from tradepost.notifications.actions.push import (
    forget_push_subscription,
    hand_out_pushes,
    note_push_failed,
    note_pushed,
)
from tradepost.notifications.kinds import link_for, sentence_for
from tradepost.notifications.links import sign_unsubscription
from tradepost.notifications.models import Notification, PushSubscription
from tradepost.notifications.queries import Group, list_missed, list_unread

log = structlog.get_logger(__name__)

MINUTE, HOUR = 60, 3600
WORTH_A_PUSH = timedelta(hours=1)
LONGEST_PUSH = 500  # letters


@job("notifications.find_missed", every_seconds=MINUTE)
def find_missed() -> None:
    """Find who has missed something for long enough."""
    ask_for_missed_mails(now=timezone.now())


@job("notifications.collect_missed")
def collect_missed(*, user_id: str) -> None:
    """Decide what one mail tells a user."""
    hand_out_missed_mail(user_id=UUID(user_id), now=timezone.now())


@job("notifications.send_missed")
def send_missed(*, user_id: str, mailed_at: str) -> None:
    """Mail a user what the mail of that moment is about, if any of it is still unread."""
    user = _reader(user_id)
    if user is not None:
        groups = list_missed(user=user, mailed_at=datetime.fromisoformat(mailed_at))
        _mail(user, "missed", groups, key=f"missed:{user_id}:{mailed_at}")


@job("notifications.find_digests", every_seconds=HOUR)
def find_digests() -> None:
    """Find whose daily digest is due."""
    ask_for_digests(now=timezone.now())


@job("notifications.send_digest")
def send_digest(*, user_id: str, day: str) -> None:
    """Mail a user everything that is unread."""
    user = _reader(user_id)
    if user is not None:
        _mail(user, "digest", list_unread(user=user), key=f"digest:{user_id}:{day}")


@job("notifications.push")
def push(*, kind: str, cause: str) -> None:
    """Hand out the pushes of one cause, so that each is tried again by itself."""
    hand_out_pushes(kind=kind, cause=cause)


@job("notifications.push_one", max_attempts=12)
def push_one(*, subscription_id: str, notification_id: str) -> None:
    """Push one notification to one browser, unless it was read meanwhile.

    It is tried for an hour and then given up quietly: the push service is somebody else's.
    """
    browser = PushSubscription.objects.filter(pk=subscription_id).first()
    unread = Notification.objects.unread().select_related("actor").filter(pk=notification_id)
    notification = unread.filter(user=browser.user_id).first() if browser else None
    if browser is None or notification is None:
        return
    try:
        webpush.send_push(browser, _message(notification))
    except webpush.SubscriptionGone:
        forget_push_subscription(subscription_id=browser.pk)
    except (webpush.PushRefused, webpush.PushFailed) as error:
        too_late = timezone.now() - notification.created_at > WORTH_A_PUSH
        if isinstance(error, webpush.PushFailed) and not too_late:
            raise
        log.warning("push.given_up", service=browser.service, reason=str(error))
        note_push_failed(subscription_id=browser.pk)
    else:
        note_pushed(subscription_id=browser.pk)


def _message(notification: Notification) -> dict[str, str]:
    return {
        "title": settings.SITE_NAME,
        "body": sentence_for(notification)[:LONGEST_PUSH],
        "link": link_for(notification),
        "tag": notification.group,
    }


def _reader(user_id: str) -> User | None:
    """Return who reads the mail; None if the account was closed meanwhile."""
    user: User | None = User.objects.filter(pk=user_id, is_active=True).first()
    return user


def _mail(user: User, which: str, groups: Sequence[Group], *, key: str) -> None:
    if not groups:
        return
    stop = reverse("stop-mail", args=[sign_unsubscription(user_id=user.pk, which=which)])
    send_mail(
        template=f"mail/{which}.html",
        to=user.email,
        recipient_id=user.pk,
        context={
            "reader": user,
            "lines": [(group, settings.SITE_URL + group.link) for group in groups],
            "url": settings.SITE_URL + reverse("notifications"),
            "stop_url": settings.SITE_URL + stop,
        },
        key=key,
        unsubscribe=settings.SITE_URL + stop,
    )
