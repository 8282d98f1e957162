"""What notifications keep about a person, for their export."""

from collections.abc import Iterable, Iterator

from tradepost.accounts.models import User
from tradepost.accounts.personal_data import json_list
from tradepost.notifications.kinds import link_for, sentence_for
from tradepost.notifications.models import Notification, Preference, PushSubscription


def collect_notifications(user: User) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield what the person was told, how they want to be told, and where pushes go."""
    yield "notifications/notifications.json", json_list(_told(user))
    said = Preference.objects.filter(user=user).order_by("kind", "channel")
    yield "notifications/preferences.json", json_list(said.values("kind", "channel", "is_on"))
    browsers = PushSubscription.objects.visible_to(user).order_by("created_at", "pk")
    yield "notifications/browsers.json", json_list(browsers.values("endpoint", "created_at"))


def _told(user: User) -> Iterator[dict[str, object]]:
    told = Notification.objects.filter(user=user).select_related("actor")
    for notification in told.order_by("created_at", "pk").iterator():
        yield {
            "kind": notification.kind,
            "text": sentence_for(notification),
            "link": link_for(notification),
            "created_at": notification.created_at,
            "read_at": notification.read_at,
            "mailed_at": notification.mailed_at,
        }
