"""About a conversation: who is in it, how it is called and stands, and how one has it oneself."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.accounts.models import User
from tradepost.kit.errors import DomainError
from tradepost.kit.http.pages import posted_from
from tradepost.messaging.actions.conversations import rename_conversation, set_conversation_state
from tradepost.messaging.actions.members import (
    add_participant,
    leave_conversation,
    make_owner,
    remove_participant,
)
from tradepost.messaging.actions.places import arrange_conversation
from tradepost.messaging.errors import NoSuchMember, UnknownPerson
from tradepost.messaging.forms import (
    ArrangeForm,
    FindPeopleForm,
    MemberForm,
    NewMemberForm,
    StateForm,
    TitleForm,
)
from tradepost.messaging.limits import OF_PAGES, People
from tradepost.messaging.models import Conversation, Participant
from tradepost.messaging.queries.conversations import ConversationDetail, read_conversation
from tradepost.messaging.rows import reader_of
from tradepost.messaging.views.finding import find_people
from tradepost.messaging.views.refusals import as_refusal, check_limits
from tradepost.messaging.views.wording import name_of


@login_required
def about(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Everything that can be set of a conversation, for all and for oneself."""
    return _show(request, pk)


@login_required
@posted_from("about-conversation", "pk")
def title(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Give a group another title."""
    form = TitleForm(request.POST)
    if not form.is_valid():
        return _show(request, pk, title_form=form)
    try:
        check_limits(request, OF_PAGES)
        rename_conversation(owner=request.user, conversation_id=pk, **form.cleaned_data)
    except DomainError as error:
        form.refuse(error)
        return as_refusal(_show(request, pk, title_form=form), error)
    return _back(request, pk, _("The title is changed."))


@login_required
@posted_from("about-conversation", "pk")
def state(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Say how the matter stands."""
    form, now = StateForm(request.POST), timezone.now()
    if not form.is_valid():
        return _show(request, pk, state_form=form)
    check_limits(request, OF_PAGES)  # all are told in a message
    set_conversation_state(user=request.user, conversation_id=pk, now=now, **form.asked(now))
    return _back(request, pk, _("Everybody sees now how it stands."))


@login_required
@posted_from("about-conversation", "pk")
def arrange(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Pin, archive, mute: for the reader alone."""
    shown, now = read_conversation(user=request.user, conversation_id=pk), timezone.now()
    form = ArrangeForm(request.POST, place=shown.my, now=now)
    if not form.is_valid():
        return _show(request, pk, own_form=form)
    arrange_conversation(user=request.user, conversation_id=pk, now=now, **form.asked(now))
    return _back(request, pk, _("Your settings are saved."))


@login_required
@posted_from("about-conversation", "pk")
def person_add(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Take somebody in."""
    check_limits(request, [People])
    form = NewMemberForm(request.POST)
    if not form.is_valid():
        raise UnknownPerson
    add_participant(owner=request.user, conversation_id=pk, **form.cleaned_data)
    return _back(request, pk, _("They are in it now."))


@login_required
@posted_from("about-conversation", "pk")
def person_remove(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Take somebody out; they may go on reading what they could see until now."""
    check_limits(request, [People])
    remove_participant(owner=request.user, conversation_id=pk, user_id=_read_member(request))
    return _back(request, pk, _("They are in it no longer."))


@login_required
@posted_from("about-conversation", "pk")
def person_own(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Let somebody else own the conversation too."""
    make_owner(owner=request.user, conversation_id=pk, user_id=_read_member(request))
    return _back(request, pk, _("They own it too now."))


@login_required
@posted_from("about-conversation", "pk")
def leave(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Go out of a conversation; what was said until now can still be read."""
    leave_conversation(user=request.user, conversation_id=pk)
    messages.success(request, _("You have left. What was said until now stays readable for you."))
    return redirect("inbox")


def _read_member(request: SignedInRequest) -> UUID:
    form = MemberForm(request.POST)
    if not form.is_valid():
        raise NoSuchMember
    user_id: UUID = form.cleaned_data["user_id"]
    return user_id


def _back(request: SignedInRequest, pk: UUID, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("about-conversation", pk=pk)


def _show(request: SignedInRequest, pk: UUID, **forms: Any) -> HttpResponse:
    """Show the page, with ``forms`` that have mistakes in place of fresh ones."""
    shown = read_conversation(user=request.user, conversation_id=pk)
    is_here = not shown.my.has_left
    is_direct = shown.kind == Conversation.Kind.DIRECT
    context = {
        "conversation": shown,
        "name": name_of(shown, request.user),
        "is_here": is_here,
        "is_direct": is_direct,
        "is_owner": is_here and not is_direct and shown.my.role == Participant.Role.OWNER,
        "title_form": TitleForm(initial={"title": shown.title}),
        "state_form": StateForm(initial={"state": shown.state}),
        "own_form": ArrangeForm(place=shown.my, now=timezone.now()),
        **(_other_of(request.user, shown) if is_direct else _search(request, shown)),
        **forms,
    }
    return render(request, "messaging/about.html", context)


def _search(request: SignedInRequest, shown: ConversationDetail) -> dict[str, object]:
    """Return the form that finds people to take in, and those it found."""
    form = FindPeopleForm(request.GET if "search" in request.GET else None)
    if not form.is_valid():
        return {"find_form": form}
    here = [member.person.user_id for member in shown.members]
    found = find_people(reader=request.user, name=form.cleaned_data["search"], without=here)
    return {"find_form": form, "found": found, "new_form": NewMemberForm()}


def _other_of(reader: User, shown: ConversationDetail) -> dict[str, object]:
    """Return who else is in a conversation of two, and whether the reader blocks them."""
    for person in shown.participants:
        if person.user_id != reader.pk:
            other = User(pk=person.user_id, username=person.username)
            other.first_name, other.last_name = person.first_name, person.last_name
            return {"other": other, "is_blocked": other.pk in reader_of(reader.pk).blocked}
    return {}
