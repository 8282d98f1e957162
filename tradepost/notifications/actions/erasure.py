"""What goes with an account."""

from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.transactions import atomic
from tradepost.notifications.actions.notifications import lock_notifications
from tradepost.notifications.models import Notification, Preference, PushSubscription


@atomic
def erase_notifications(*, user: User) -> None:
    """Delete what the user was told and how they wanted to be told; others keep what they were
    told, of somebody, and hear that it says so now."""
    told = Notification.objects.filter(user_id=user.pk)
    lock_notifications(told)
    for rows in (
        told,
        PushSubscription.objects.filter(user_id=user.pk),
        Preference.objects.filter(user_id=user.pk),
    ):
        rows.delete()
    about = Notification.objects.filter(actor_id=user.pk)
    lock_notifications(about)
    readers = set(about.values_list("user_id", flat=True))
    about.update(actor=None)
    publish(kind="notification.changed", user_ids=readers, data={"actor": str(user.pk)})
