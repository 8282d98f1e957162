"""Telling people things, and their having read them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.errors import NotFound
from tradepost.kit.inserts import insert
from tradepost.kit.transactions import atomic
from tradepost.notifications.kinds import Value, check_kind
from tradepost.notifications.models import Notification


@atomic
def notify(
    *,
    user_ids: Collection[UUID],
    kind: str,
    cause: str,
    actor: User | None = None,
    data: Mapping[str, Value] | None = None,
) -> None:
    """Tell these users something, each at most once per ``cause``.

    The event in their feeds may come again with a repeated cause; the notification does not.
    ``data`` holds the ids from which ``kind`` makes its sentence, besides the actor's name, and
    its link.
    """
    check_kind(kind)
    rows = [
        Notification(user_id=user_id, kind=kind, cause=cause, actor=actor, data=dict(data or {}))
        for user_id in sorted(set(user_ids))
    ]
    insert(rows, unless_taken=["user", "cause"])
    publish(kind="notification.created", user_ids=user_ids, data={"kind": kind, "cause": cause})


@atomic
def mark_notification_read(*, user: User, notification_id: UUID, now: datetime) -> Notification:
    """Mark one of the user's notifications read; the first time counts."""
    notification = Notification.objects.visible_to(user).filter(pk=notification_id).first()
    if notification is None:
        raise NotFound
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
def mark_all_notifications_read(*, user: User, now: datetime) -> int:
    """Mark everything the user was told read and return how many were not."""
    count = Notification.objects.visible_to(user).unread().update(read_at=now)
    if count:
        publish(kind="notification.all_read", user_ids=[user.pk], data={"count": count})
    return count
