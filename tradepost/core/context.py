"""What every page shows around its content."""

from django.conf import settings
from django.http import HttpRequest

from tradepost.messaging.queries import count_unread_conversations
from tradepost.notifications.models import Notification


def page(request: HttpRequest) -> dict[str, object]:
    """Return the site's name and, for people signed in, what waits for them."""
    shown: dict[str, object] = {"site_name": settings.SITE_NAME, "show_mail": settings.SHOW_MAIL}
    if request.path.startswith("/admin/") or not request.user.is_authenticated:
        return shown
    told = Notification.objects.visible_to(request.user).unread()
    return shown | {
        "unread_conversations": count_unread_conversations(user=request.user),
        "unread_notifications": told.count(),
    }
