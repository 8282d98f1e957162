"""What every page shows around its content."""

from django.conf import settings
from django.http import HttpRequest

from tradepost.messaging.queries.conversations import count_unread_conversations
from tradepost.notifications.queries import count_unread

WITHOUT_OUR_FRAME = ("/admin/", "/api/")


def page(request: HttpRequest) -> dict[str, object]:
    """Return the site's facts and, for people signed in, what waits for them."""
    shown: dict[str, object] = {
        "site_name": settings.SITE_NAME,
        "currency": settings.CURRENCY,
        "show_mail": settings.SHOW_MAIL,
    }
    user = getattr(request, "user", None)  # none yet when the host's name was refused
    if user is None or not user.is_authenticated or request.path.startswith(WITHOUT_OUR_FRAME):
        return shown
    return shown | {
        "unread_conversations": count_unread_conversations(user=user),
        "unread_notifications": count_unread(user=user),
    }
