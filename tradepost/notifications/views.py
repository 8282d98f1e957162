"""The page door to notifications."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit.http.pages import newest_first, posted_from
from tradepost.notifications.actions.notifications import (
    mark_all_notifications_read,
    open_notification,
)
from tradepost.notifications.actions.preferences import change_preferences, stop_mails
from tradepost.notifications.forms import PreferencesForm
from tradepost.notifications.kinds import link_for
from tradepost.notifications.links import read_unsubscription
from tradepost.notifications.models import Notification
from tradepost.notifications.queries import describe_groups, get_choices


@login_required
def notifications(request: SignedInRequest) -> HttpResponse:
    """What the reader was told, by groups, newest first."""
    mine = Notification.objects.visible_to(request.user).recent()
    page = newest_first(
        mine.newest_of_groups().select_related("actor"),
        by="created_at",
        before=request.GET.get("before", ""),
    )
    groups = describe_groups(newest=page.rows, among=mine)
    return render(request, "notifications/notifications.html", {"page": page, "groups": groups})


@login_required
@posted_from("notifications")
def notification(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Mark one notification read with its group and go to what it is about."""
    told = open_notification(user=request.user, notification_id=pk, now=timezone.now())
    return redirect(link_for(told))


@login_required
@posted_from("notifications")
def notifications_read(request: SignedInRequest) -> HttpResponse:
    """Mark everything read."""
    mark_all_notifications_read(user=request.user, now=timezone.now())
    messages.success(request, _("Everything is marked read."))
    return redirect("notifications")


@login_required
def preferences(request: SignedInRequest) -> HttpResponse:
    """By which ways the reader is told what."""
    posted = request.POST if request.method == "POST" else None
    form = PreferencesForm(posted, choices=get_choices(user=request.user))
    if form.is_valid():
        change_preferences(user=request.user, switches=form.switches())
        messages.success(request, _("Your preferences are saved."))
        return redirect("notification-preferences")
    shown = {"form": form, "push_key": settings.VAPID_PUBLIC_KEY}
    return render(request, "notifications/preferences.html", shown)


def push_worker(request: HttpRequest) -> HttpResponse:
    """The script that shows pushes; at the root, because it works for what stands below it."""
    return render(request, "notifications/push-worker.js", content_type="text/javascript")


@csrf_exempt  # mail programs post here for their readers (RFC 8058); the token says who it is for
def stop_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the mails that the link is about, without signing in; a look at it stops nothing."""
    if request.method == "POST":
        stop_mails(token=token)
        return render(request, "notifications/mail_stopped.html")
    _user_id, which = read_unsubscription(token)
    return render(request, "notifications/stop_mail.html", {"which": which})
