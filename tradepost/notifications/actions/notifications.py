"""Telling people things, and their having read them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings

from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.errors import NotFound
from tradepost.kit.inserts import insert_columns
from tradepost.kit.jobs import enqueue
from tradepost.kit.locks import weak
from tradepost.kit.transactions import atomic
from tradepost.notifications.kinds import Channel, Offer, Value, find_kind
from tradepost.notifications.models import Notification, NotificationQuerySet


@atomic
def notify(
    *,
    user_ids: Collection[UUID],
    kind: str,
    cause: str,
    actor: User | None = None,
    data: Mapping[str, Value] | None = None,
    group: str = "",
    seq: int = 0,
) -> None:
    """Tell these users something, each at most once per ``cause``.

    The event in their feeds may come again with a repeated cause; the notification does not.
    ``data`` holds the ids from which ``kind`` makes its sentence, besides the actor's name, and
    its link. What has the same ``group`` is shown as one; ``seq`` is its number there (a message's)
    for a group that is read step by step. It takes the same few statements for any number of users:
    nobody's preferences are asked here (docs/notifications.md says where).
    """
    offers = find_kind(kind).offers
    if not user_ids:
        return
    insert_columns(
        Notification,
        each={"user": sorted(set(user_ids))},
        all={
            "kind": kind,
            "cause": cause,
            "group": group or cause,
            "seq": seq,
            "actor": actor,
            "data": dict(data or {}),
            "awaits_mail": offers[Channel.EMAIL] is not Offer.NEVER,
        },
        unless_taken=["cause", "user"],
    )
    about = {"kind": kind, "cause": cause, "group": group or cause}
    publish(kind="notification.created", user_ids=user_ids, data=about)
    if settings.VAPID_PRIVATE_KEY and offers[Channel.PUSH] is not Offer.NEVER:
        key = f"push:{kind}:{cause}"
        enqueue("notifications.push", kind=kind, cause=cause, dedupe_key=key)


@atomic
def withdraw_notifications(*, cause: str, user_ids: Collection[UUID] | None = None) -> int:
    """Take back what these users, or all, were told for a cause that is no more.

    Returns how many notifications went.
    """
    told = Notification.objects.filter(cause=cause)
    if user_ids is not None:
        told = told.filter(user__in=user_ids)
    lock_notifications(told)
    readers = list(told.values_list("user_id", flat=True))
    told.filter(user__in=readers).delete()
    publish(kind="notification.withdrawn", user_ids=readers, data={"cause": cause})
    return len(readers)


@atomic
def mark_notification_read(*, user: User, notification_id: UUID, now: datetime) -> Notification:
    """Mark one of the user's notifications read; the first time counts."""
    notification = _get(user, notification_id)
    if notification.read_at is None:
        notification.read_at = now
        notification.save(update_fields=["read_at"])
        publish(
            kind="notification.read",
            user_ids=[user.pk],
            data={"notification": str(notification.pk)},
        )
    return notification


@atomic
def open_notification(*, user: User, notification_id: UUID, now: datetime) -> Notification:
    """Mark one of the user's notifications read with its whole group, and return it."""
    notification = _get(user, notification_id)
    mark_group_read(user=user, group=notification.group, now=now)
    return notification


@atomic
def mark_group_read(*, user: User, group: str, now: datetime, up_to: int | None = None) -> int:
    """Mark what the user was told in one group, ``up_to`` a number or all of it, read and return
    how many were not.

    Also what the user keeps out of the list: it was read where it happened, and is not mailed.
    """
    told = Notification.objects.filter(user=user, group=group)
    count = _read(told if up_to is None else told.filter(seq__lte=up_to), now)
    if count:
        publish(
            kind="notification.group_read",
            user_ids=[user.pk],
            data={"group": group, "count": count, "up_to": up_to},
        )
    return count


@atomic
def mark_all_notifications_read(*, user: User, now: datetime) -> int:
    """Mark everything in the user's list read and return how many were not."""
    count = _read(Notification.objects.visible_to(user), now)
    if count:
        publish(kind="notification.all_read", user_ids=[user.pk], data={"count": count})
    return count


def _get(user: User, notification_id: UUID) -> Notification:
    mine = Notification.objects.visible_to(user).select_related("actor")
    notification = mine.filter(pk=notification_id).first()
    if notification is None:
        raise NotFound
    return notification


def _read(told: NotificationQuerySet, now: datetime) -> int:
    unread = told.unread()
    return unread.update(read_at=now) if lock_notifications(unread) else 0


def lock_notifications(rows: NotificationQuerySet) -> int:
    """Lock these in key order, as everybody does who writes several; return how many there are."""
    keys = rows.order_by("pk").select_for_update(no_key=weak()).values_list("pk", flat=True)
    return len(keys)
