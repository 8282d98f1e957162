"""Beginning to talk: with one person, or with several."""

import hashlib
from functools import partial
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from tradepost.accounts.caller import SignedInRequest
from tradepost.accounts.models import User
from tradepost.kit.errors import DomainError
from tradepost.kit.idempotency import Answer, answer_once
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.messages import write_to
from tradepost.messaging.forms import FindPeopleForm, GroupForm, TextForm
from tradepost.messaging.limits import OF_PAGES, NewConversations
from tradepost.messaging.queries.members import have_talked
from tradepost.messaging.views.conversation import go_to_message
from tradepost.messaging.views.finding import find_people
from tradepost.messaging.views.refusals import as_refusal, check_limits

MOST_CHOSEN = 250


@login_required
def start(request: SignedInRequest) -> HttpResponse:
    """Find somebody by name, then write to them."""
    person_id = _read_id(request.GET.get("to", ""))
    if person_id is None:
        return _find_people(request)
    person = get_object_or_404(User.objects.visible_to(request.user), pk=person_id)
    form = TextForm(request.POST or None)
    error: DomainError | None = None
    if form.is_valid():
        try:
            _check_limits(request, person)
            sent = write_to(sender=request.user, recipient_id=person.pk, **form.cleaned_data)
        except DomainError as refusal:
            form.refuse(error := refusal)
        else:
            return go_to_message(sent.message)
    page = render(request, "messaging/write.html", {"person": person, "form": form})
    return as_refusal(page, error)


def _find_people(request: SignedInRequest) -> HttpResponse:
    form = FindPeopleForm(request.GET if "search" in request.GET else None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        context["found"] = find_people(reader=request.user, name=form.cleaned_data["search"])
    return render(request, "messaging/find_people.html", context)


def _check_limits(request: SignedInRequest, person: User) -> None:
    check_limits(request, OF_PAGES)
    if not have_talked(first=request.user.pk, second=person.pk):
        check_limits(request, [NewConversations])


@login_required
def start_group(request: SignedInRequest) -> HttpResponse:
    """Choose people one after the other, then start a conversation with all of them.

    Who is chosen stands in the address as ``with``, so that going back takes the last one out.
    """
    chosen = _read_chosen(request)
    people = [(str(person.pk), str(person)) for person in chosen]
    initial = {"participant_ids": [pk for pk, _ in people]}
    form = GroupForm(request.POST or None, people=people, initial=initial)
    error: DomainError | None = None
    if form.is_valid():
        try:
            return redirect("conversation", pk=_start_once(request, form))
        except DomainError as refusal:
            form.refuse(error := refusal)
    find_form = FindPeopleForm(request.GET if "search" in request.GET else None)
    context = {"form": form, "find_form": find_form, "chosen": chosen}
    if find_form.is_valid():
        name, without = find_form.cleaned_data["search"], [person.pk for person in chosen]
        context["found"] = find_people(reader=request.user, name=name, without=without)
    return as_refusal(render(request, "messaging/start_group.html", context), error)


def _start_once(request: SignedInRequest, form: GroupForm) -> str:
    """Start the group, or find the one that this very form has started."""
    check_limits(request, [NewConversations])
    said = form.cleaned_data
    ids, title = said["participant_ids"], said["title"]
    begin = partial(start_conversation, starter=request.user, participant_ids=ids, title=title)
    asked = repr((sorted(ids), title)).encode()
    answer = answer_once(
        owner=f"user:{request.user.pk}",
        key=f"group-form:{said['client_id']}",
        fingerprint=hashlib.sha256(asked).hexdigest(),
        run=lambda: Answer(status=302, headers={}, body=str(begin().pk)),
    )
    return answer.body


def _read_chosen(request: SignedInRequest) -> list[User]:
    """Return the people whom the address names, those who cannot be found left out."""
    written = request.GET.getlist("with")[:MOST_CHOSEN]
    ids = [pk for pk in map(_read_id, written) if pk is not None]
    return list(User.objects.visible_to(request.user).filter(pk__in=ids).order_by("username"))


def _read_id(written: str) -> UUID | None:
    """Return the id that an address names, or None when it cannot be read."""
    try:
        pk: UUID | None = forms.UUIDField(required=False).clean(written)
    except forms.ValidationError:
        return None
    return pk
