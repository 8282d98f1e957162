"""One's own account."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tradepost.accounts.actions.users import change_profile
from tradepost.accounts.caller import SignedInRequest
from tradepost.accounts.forms import ProfileForm
from tradepost.accounts.queries import find_export, list_blocks
from tradepost.kit.http.pages import newest_first


@login_required
def account(request: SignedInRequest) -> HttpResponse:
    """Show the account; change the names and the phone number."""
    known = model_to_dict(request.user, ProfileForm.Meta.fields)
    form = ProfileForm(request.POST or None, initial=known)
    if not form.is_valid():
        return _show(request, form)
    change_profile(user=request.user, **form.cleaned_data)
    messages.success(request, _("Your changes are saved."))
    return redirect("account")


def _show(request: SignedInRequest, form: ProfileForm) -> HttpResponse:
    blocks = list_blocks(user=request.user)
    context = {
        "form": form,
        "export": find_export(user=request.user, now=timezone.now()),
        "blocks": newest_first(blocks, by="created_at", before=request.GET.get("before", "")),
    }
    return render(request, "accounts/account.html", context)
