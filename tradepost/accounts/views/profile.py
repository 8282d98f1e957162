"""One's own account."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tradepost.accounts.actions.users import change_profile
from tradepost.accounts.caller import SignedInRequest
from tradepost.accounts.forms import ProfileForm


@login_required
def account(request: SignedInRequest) -> HttpResponse:
    """Show the account; change the names and the phone number."""
    known = model_to_dict(request.user, ProfileForm.Meta.fields)
    form = ProfileForm(request.POST or None, initial=known)
    if not form.is_valid():
        return render(request, "accounts/account.html", {"form": form})
    change_profile(user=request.user, **form.cleaned_data)
    messages.success(request, _("Your changes are saved."))
    return redirect("account")
