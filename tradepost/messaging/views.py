"""The page door to messaging."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.accounts.models import User
from tradepost.kit.errors import Invalid
from tradepost.kit.http.pages import newest_first, posted_from
from tradepost.messaging.actions.messages import Sent, send_message, write_to
from tradepost.messaging.actions.reading import mark_conversation_read
from tradepost.messaging.errors import ClientIdReused
from tradepost.messaging.forms import FindPeopleForm, MessageForm, ReadUpToForm
from tradepost.messaging.models import Conversation, Message
from tradepost.messaging.queries import (
    NEWEST_SHOWN,
    list_conversations,
    list_messages,
    read_conversation,
)

PEOPLE_SHOWN = 20


@login_required
def inbox(request: SignedInRequest) -> HttpResponse:
    """The reader's conversations, newest activity first."""
    page = newest_first(
        list_conversations(user=request.user),
        by="updated_at",
        before=request.GET.get("before", ""),
    )
    rows = [(conversation, _name_of(conversation, request.user)) for conversation in page.rows]
    return render(request, "messaging/inbox.html", {"page": page, "rows": rows})


@login_required
def conversation(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The newest messages of a conversation, or those before message number ``before``."""
    return _show_conversation(request, pk, MessageForm())


def _show_conversation(
    request: SignedInRequest, pk: UUID, form: MessageForm, status: int = 200
) -> HttpResponse:
    shown = read_conversation(user=request.user, conversation_id=pk)
    rows: list[Message] = shown.recent  # type: ignore[attr-defined]
    before = _read(ReadUpToForm.base_fields["up_to_seq"], request.GET.get("before", ""))
    if before is not None:
        earlier = list_messages(user=request.user).filter(conversation=shown, seq__lt=before)
        rows = list(reversed(earlier.order_by("-seq")[:NEWEST_SHOWN]))
    context = {
        "conversation": shown,
        "name": _name_of(shown, request.user),
        "rows": rows,
        "is_top": before is None,
        "earlier": rows[0].seq if len(rows) == NEWEST_SHOWN and rows[0].seq > 1 else None,
        "form": form,
    }
    return render(request, "messaging/conversation.html", context, status=status)


@login_required
@posted_from("conversation", "pk")
def conversation_send(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Send a reply; the sender's place moves with it."""
    form = MessageForm(request.POST)
    send = partial(send_message, sender=request.user, conversation_id=pk)
    if form.is_valid() and _send(form, send):
        return _go_to_end_of(pk)
    return _show_conversation(request, pk, form)


@login_required
@posted_from("conversation", "pk")
def conversation_read(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Mark what was shown read; what came since stays unread."""
    form = ReadUpToForm(request.POST)
    if form.is_valid():
        mark_conversation_read(reader=request.user, conversation_id=pk, **form.cleaned_data)
    return redirect("conversation", pk=pk)


@login_required
def start_conversation(request: SignedInRequest) -> HttpResponse:
    """Find somebody by name, then write to them."""
    person_id = _read(forms.UUIDField(), request.GET.get("to", ""))
    if person_id is None:
        return _find_people(request)
    person = get_object_or_404(User.objects.visible_to(request.user), pk=person_id)
    form = MessageForm(request.POST or None)
    send = partial(write_to, sender=request.user, recipient_id=person.pk)
    if form.is_valid() and (sent := _send(form, send)):
        return _go_to_end_of(sent.message.conversation_id)
    return render(request, "messaging/write.html", {"person": person, "form": form})


def _find_people(request: SignedInRequest) -> HttpResponse:
    form = FindPeopleForm(request.GET if "search" in request.GET else None)
    people = User.objects.visible_to(request.user)
    if not form.is_valid():
        return render(request, "messaging/find_people.html", {"form": form})
    for word in form.cleaned_data["search"].split():
        people = people.filter(
            Q(username__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
        )
    found = list(people.order_by("username", "id")[: PEOPLE_SHOWN + 1])
    context = {"form": form, "people": found[:PEOPLE_SHOWN], "more": len(found) > PEOPLE_SHOWN}
    return render(request, "messaging/find_people.html", context)


def _send(form: MessageForm, send: Callable[..., Sent]) -> Sent | None:
    """Send what the form holds; a refusal is left in the form."""
    body, client_id = form.cleaned_data["body"], str(form.cleaned_data["client_id"])
    try:
        return send(body=body, client_id=client_id)
    except ClientIdReused:
        form.renew_client_id()
        form.add_error("body", _("This page had sent another message. Send again if you want to."))
    except Invalid as error:
        form.add_error("body", str(error))
    return None


def _go_to_end_of(conversation_id: UUID) -> HttpResponse:
    return redirect(f"{reverse('conversation', args=[conversation_id])}#reply")


def _name_of(conversation: Conversation, reader: User) -> str:
    """Return the title, or who else takes part."""
    people = [member.user for member in conversation.people]
    others = [str(person) for person in people if person != reader]
    return conversation.title or ", ".join(others) or _("Only you")


def _read(field: forms.Field, written: str) -> Any:
    """Return what an address says, or None when it cannot be read."""
    try:
        return field.clean(written)
    except forms.ValidationError:
        return None
