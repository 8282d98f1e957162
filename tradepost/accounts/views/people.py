"""Whom one wants no word from."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from tradepost.accounts.actions.blocks import block_person, unblock_person
from tradepost.accounts.caller import SignedInRequest
from tradepost.kit.http.pages import posted_from


@login_required
@posted_from("account")
def person_block(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Block a person; the button is on other pages too, which say where to go on."""
    person = block_person(blocker=request.user, person_id=pk)
    messages.success(request, _("You have blocked %(name)s.") % {"name": person})
    return _go_on(request)


@login_required
@posted_from("account")
def person_unblock(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Let a person find and write to the reader again."""
    person = unblock_person(blocker=request.user, person_id=pk)
    messages.success(request, _("You no longer block %(name)s.") % {"name": person})
    return _go_on(request)


def _go_on(request: SignedInRequest) -> HttpResponse:
    place = request.POST.get("next", "")
    is_here = url_has_allowed_host_and_scheme(place, allowed_hosts=None)
    return redirect(place if is_here else "account")
