"""One conversation: reading it, and writing into it."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tradepost.accounts.caller import SignedInRequest
from tradepost.accounts.models import User
from tradepost.kit.errors import DomainError
from tradepost.kit.http.pages import posted_from
from tradepost.messaging.actions.reading import mark_conversation_read
from tradepost.messaging.actions.sending_files import send_with_files
from tradepost.messaging.forms import MessageForm, PlaceForm, ReadUpToForm
from tradepost.messaging.limits import OF_PAGES, Uploads
from tradepost.messaging.models import Message
from tradepost.messaging.queries.conversations import (
    NEWEST_SHOWN,
    ConversationDetail,
    read_conversation,
)
from tradepost.messaging.queries.messages import find_place, rows_of_conversation, rows_of_reader
from tradepost.messaging.rows import Shown, reader_of, shown_messages
from tradepost.messaging.views.lines import lines_of, quote_of
from tradepost.messaging.views.refusals import as_refusal, check_limits
from tradepost.messaging.views.wording import name_of

EMOJI = ("👍", "❤️", "😄", "🎉", "🙏")


@login_required
def conversation(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The newest messages of a conversation, those before message number ``before``, or those
    around one."""
    return _show(request, pk)


@login_required
@posted_from("conversation", "pk")
def conversation_send(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Send a message, with its files; the sender's place moves with it."""
    form = MessageForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, pk, form)
    try:
        check_limits(request, OF_PAGES)
        check_limits(request, [Uploads] * len(form.cleaned_data["attachments"]))
        sent = send_with_files(sender=request.user, conversation_id=pk, **form.cleaned_data)
    except DomainError as error:
        form.refuse(error)
        return as_refusal(_show(request, pk, form), error)
    return go_to_message(sent.message)


@login_required
@posted_from("conversation", "pk")
def conversation_read(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Mark what was shown read; what came since stays unread."""
    form = ReadUpToForm(request.POST)
    if form.is_valid():
        mark_conversation_read(reader=request.user, conversation_id=pk, **form.cleaned_data)
    return redirect("conversation", pk=pk)


def go_to_message(message: Message) -> HttpResponse:
    """Return to a message on the page of its conversation."""
    address = reverse("conversation", args=[message.conversation_id])
    return redirect(f"{address}?around={message.seq}#m-{message.seq}")


def _show(request: SignedInRequest, pk: UUID, form: MessageForm | None = None) -> HttpResponse:
    reader = request.user
    shown = read_conversation(user=reader, conversation_id=pk, wants_html=True)
    asked = _read_asked(request)
    messages = _choose_messages(shown, reader, asked)
    parent_id = form.cleaned_data.get("parent_id") if form else asked.get("reply")
    answered = _find_answered(messages, reader, pk, parent_id)
    may_write = not shown.my.has_left
    lines = lines_of(
        messages,
        reader=reader,
        conversation_id=pk,
        members=shown.members,
        may_write=may_write,
    )
    context = {
        "conversation": shown,
        "name": name_of(shown, reader),
        "lines": lines,
        "may_write": may_write,
        "answered": quote_of(answered, reader) if answered else None,
        "form": form or MessageForm(initial={"parent_id": answered and answered["message_id"]}),
        "emoji": EMOJI,
        "people": {str(person.user_id): str(person) for person in shown.participants},
        **_ways_on(shown, messages),
    }
    return render(request, "messaging/conversation.html", context)


def _read_asked(request: SignedInRequest) -> dict[str, Any]:
    """Return what the address asks for; what cannot be read is as good as not said."""
    form = PlaceForm(request.GET)
    form.is_valid()
    return {name: value for name, value in form.cleaned_data.items() if value is not None}


def _choose_messages(shown: ConversationDetail, reader: User, asked: dict[str, Any]) -> list[Shown]:
    newest: list[Any] = list(shown.messages)
    around, before = asked.get("around"), asked.get("before")
    if around is not None and newest and around < newest[0]["seq"]:
        before = around + NEWEST_SHOWN // 2
    if before is None or not newest or before > newest[-1]["seq"]:
        return newest
    place = find_place(user_id=reader.pk, conversation_id=shown.conversation_id)
    earlier = rows_of_conversation(place=place).filter(seq__lt=before).order_by("-seq")
    rows = list(earlier[:NEWEST_SHOWN])
    return shown_messages(reversed(rows), reader_of(reader.pk, wants_html=True))


def _find_answered(
    messages: list[Shown], reader: User, pk: UUID, parent_id: UUID | None
) -> Shown | None:
    """Return the message that is to be answered; None for one that the reader does not see."""
    if parent_id is None:
        return None
    here = next((one for one in messages if one["message_id"] == parent_id), None)
    if here is not None:
        return here
    rows = rows_of_reader(user=reader, conversation_id=pk).filter(pk=parent_id).order_by()
    return next(iter(shown_messages(rows, reader_of(reader.pk))), None)


def _ways_on(shown: ConversationDetail, messages: list[Any]) -> dict[str, object]:
    """Return where the messages before and after these begin, what of these is unread, and up to
    where a look at them has read; None for what there is not."""
    if not messages:
        return {"is_newest": not shown.messages}
    newest: Any = shown.messages[-1]["seq"]
    first_seen = newest - shown.message_count + 1
    first, last = messages[0]["seq"], messages[-1]["seq"]
    unread = shown.my.first_unread_seq
    return {
        "earlier": first if first > first_seen else None,
        "later": last + NEWEST_SHOWN + 1 if last < newest else None,
        "is_newest": last == newest,
        "unread_before": unread if unread is not None and unread < first else None,
        "read_up_to": last if unread is not None and unread <= last else None,
    }
