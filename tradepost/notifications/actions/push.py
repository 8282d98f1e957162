"""Browsers that take pushes, and what is to be pushed to them."""

import binascii
import ipaddress
from base64 import urlsafe_b64decode
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, F, OuterRef

from tradepost.accounts.actions.users import lock_account
from tradepost.accounts.models import User
from tradepost.kit.errors import NotFound
from tradepost.kit.jobs import enqueue
from tradepost.kit.transactions import atomic
from tradepost.notifications.errors import BadEndpoint, BadKey, PushIsOff
from tradepost.notifications.kinds import Channel, find_kind
from tradepost.notifications.models import (
    Notification,
    NotificationQuerySet,
    Preference,
    PushSubscription,
)

MOST_SUBSCRIPTIONS = 20  # of one user; a new one takes the place of the oldest
MOST_FAILURES = 10
POINT_BYTES, AUTH_BYTES = 65, 16
UNCOMPRESSED = b"\x04"


@atomic
def subscribe_to_push(*, user: User, endpoint: str, p256dh: str, auth: str) -> PushSubscription:
    """Have a browser take the user's pushes, and nobody else's: it belongs to who signed in last.

    ``p256dh`` and ``auth`` are the browser's keys, base64url. Raises BadEndpoint, BadKey,
    AccountClosed, and PushIsOff where the server has no keys of its own.
    """
    if not settings.VAPID_PRIVATE_KEY:
        raise PushIsOff
    check_endpoint(endpoint)
    if len(point := _decode("p256dh", p256dh)) != POINT_BYTES or point[:1] != UNCOMPRESSED:
        raise BadKey(field="p256dh")
    if len(_decode("auth", auth)) != AUTH_BYTES:
        raise BadKey(field="auth")
    lock_account(user)
    subscription, _ = PushSubscription.objects.update_or_create(
        endpoint=endpoint,
        defaults={"user": user, "p256dh": p256dh, "auth": auth, "failures": 0},
    )
    mine = PushSubscription.objects.filter(user=user).exclude(pk=subscription.pk)
    extra = mine.order_by("-created_at", "-pk")[MOST_SUBSCRIPTIONS - 1 :]
    PushSubscription.objects.filter(pk__in=[old.pk for old in extra]).delete()
    return subscription


@atomic
def unsubscribe_from_push(*, user: User, subscription_id: UUID) -> None:
    """Send no more pushes to one of the user's browsers. Raises NotFound."""
    mine = PushSubscription.objects.visible_to(user).filter(pk=subscription_id)
    deleted, _ = mine.delete()
    if not deleted:
        raise NotFound


@atomic
def hand_out_pushes(*, kind: str, cause: str) -> int:
    """Hand out a push for each browser of those who were told, have not read it and want pushes;
    return how many."""
    unread = _wanted(Notification.objects.filter(kind=kind, cause=cause).unread(), kind)
    told = dict(unread.values_list("user_id", "pk"))
    browsers = PushSubscription.objects.filter(user__in=unread.values("user")).order_by("pk")
    count = 0
    for pk, user_id in browsers.values_list("pk", "user_id"):
        if user_id in told:  # or was told only between the two looks
            _enqueue_push(subscription_id=pk, notification_id=told[user_id])
            count += 1
    return count


@atomic
def note_pushed(*, subscription_id: UUID) -> None:
    """Forget the failures of a browser that a push has reached."""
    failed = PushSubscription.objects.filter(pk=subscription_id, failures__gt=0)
    failed.update(failures=0)


@atomic
def note_push_failed(*, subscription_id: UUID) -> None:
    """Count a push that was given up; a browser that none reaches any more is forgotten."""
    rows = PushSubscription.objects.filter(pk=subscription_id)
    rows.update(failures=F("failures") + 1)
    rows.filter(failures__gte=MOST_FAILURES).delete()


@atomic
def forget_push_subscription(*, subscription_id: UUID) -> None:
    """Delete a subscription that its push service does not know, or that was never one."""
    PushSubscription.objects.filter(pk=subscription_id).delete()


def check_endpoint(endpoint: str) -> None:  # house: allow A1 because it reads an address, no rows
    """Raise BadEndpoint unless this is an https address that the public could reach.

    What its name stands for is looked at when something is sent (webpush.py).
    """
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError as error:
        raise BadEndpoint(field="endpoint") from error
    host = parts.hostname or ""
    plain = parts.scheme == "https" and not parts.username and not parts.fragment
    if not (plain and endpoint.isascii() and endpoint.isprintable() and " " not in endpoint):
        raise BadEndpoint(field="endpoint")
    if not settings.PUSH_TO_PRIVATE_ADDRESSES and (port not in (None, 443) or not _is_public(host)):
        raise BadEndpoint(field="endpoint")


def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host.strip(".") and not host.endswith((".localhost", ".local", ".internal"))


def _decode(field: str, key: str) -> bytes:
    try:
        return urlsafe_b64decode(key.rstrip("=") + "=" * (-len(key.rstrip("=")) % 4))
    except (binascii.Error, ValueError) as error:
        raise BadKey(field=field) from error


def _wanted(told: NotificationQuerySet, kind: str) -> NotificationQuerySet:
    """Return the notifications whose readers want pushes of this kind."""
    offer = find_kind(kind).offers[Channel.PUSH]
    if not offer.may_be_switched:
        return told if offer.is_on else told.none()
    said = Preference.objects.filter(user=OuterRef("user"), kind=kind, channel=Channel.PUSH)
    if offer.is_on:
        return told.exclude(Exists(said.filter(is_on=False)))
    return told.filter(Exists(said.filter(is_on=True)))


def _enqueue_push(*, subscription_id: UUID, notification_id: UUID) -> None:
    enqueue(
        "notifications.push_one",
        subscription_id=str(subscription_id),
        notification_id=str(notification_id),
        dedupe_key=f"push:{notification_id}:{subscription_id}",
    )
