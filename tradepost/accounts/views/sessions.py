"""Where one is signed in, and signing out from afar."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from tradepost.accounts.actions.sessions import end_session, end_sessions
from tradepost.accounts.caller import SignedInRequest
from tradepost.accounts.queries import list_sessions
from tradepost.kit.http.pages import posted_from


@never_cache
@login_required
def sessions(request: SignedInRequest) -> HttpResponse:
    """The browsers that the reader is signed in with; this one is marked."""
    context = {
        "sessions": list_sessions(user=request.user, now=timezone.now()),
        "this": request.session.session_key,
    }
    return render(request, "accounts/sessions.html", context)


@login_required
@posted_from("sessions")
def session_end(request: SignedInRequest, handle: str) -> HttpResponse:
    """Sign out of one of them; of this very one, that is leaving."""
    end_session(user=request.user, handle=handle)
    messages.success(request, _("That browser is signed out."))
    return redirect("sessions")


@login_required
@posted_from("sessions")
def sessions_end(request: SignedInRequest) -> HttpResponse:
    """Sign out of all but this one."""
    count = end_sessions(user=request.user, but=request.session.session_key)
    text = ngettext("%(n)s browser is signed out.", "%(n)s browsers are signed out.", count)
    messages.success(request, text % {"n": count})
    return redirect("sessions")
