"""The page door to notifications."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit.http.pages import newest_first, posted_from
from tradepost.notifications.actions.notifications import (
    mark_all_notifications_read,
    mark_notification_read,
)
from tradepost.notifications.kinds import link_for, sentence_for
from tradepost.notifications.models import Notification


@login_required
def notifications(request: SignedInRequest) -> HttpResponse:
    """What the reader was told, newest first."""
    page = newest_first(
        Notification.objects.visible_to(request.user).select_related("actor"),
        by="created_at",
        before=request.GET.get("before", ""),
    )
    rows = [(notification, sentence_for(notification)) for notification in page.rows]
    return render(request, "notifications/notifications.html", {"page": page, "rows": rows})


@login_required
@posted_from("notifications")
def notification(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Mark one notification read and go to what it is about."""
    told = mark_notification_read(user=request.user, notification_id=pk, now=timezone.now())
    return redirect(link_for(told))


@login_required
@posted_from("notifications")
def notifications_read(request: SignedInRequest) -> HttpResponse:
    """Mark everything read."""
    mark_all_notifications_read(user=request.user, now=timezone.now())
    messages.success(request, _("Everything is marked read."))
    return redirect("notifications")
