"""Taking one's data along, and going."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from tradepost.accounts.actions.exports import ask_for_export
from tradepost.accounts.actions.users import close_account
from tradepost.accounts.caller import SignedInRequest, knows_password
from tradepost.accounts.forms import LeaveForm
from tradepost.accounts.limits import OwnPasswords
from tradepost.accounts.models import Export
from tradepost.kit.http.pages import check_limit, posted_from


@login_required
@posted_from("account")
def export_ask(request: SignedInRequest) -> HttpResponse:
    """Ask for a copy of one's data."""
    export = ask_for_export(user=request.user, now=timezone.now())
    if export.state == Export.State.ASKED:
        messages.success(request, _("Your data is being collected. A mail will say when."))
    else:
        messages.info(request, _("There is a copy already. You can have a new one once a day."))
    return redirect("account")


@never_cache
@sensitive_post_parameters("password")
@login_required
def leave(request: SignedInRequest) -> HttpResponse:
    """Close the account for good, for somebody who knows its password."""
    form = LeaveForm(request.POST or None)
    if form.is_valid() and not _knows_password(request, form):
        form.add_error("password", _("This is not your password."))
    if not form.is_valid():
        return render(request, "accounts/leave.html", {"form": form})
    close_account(user=request.user)
    logout(request)
    messages.success(request, _("Your account is deleted."))
    return redirect("home")


def _knows_password(request: SignedInRequest, form: LeaveForm) -> bool:
    check_limit(OwnPasswords(), request)
    return knows_password(request, password=form.cleaned_data["password"])
