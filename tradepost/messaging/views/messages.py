"""What is done to single messages: their buttons, and the pages behind these."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit.errors import DomainError
from tradepost.kit.http.pages import posted_from
from tradepost.messaging.actions.edits import delete_message, edit_message, restore_message
from tradepost.messaging.actions.reactions import add_reaction, remove_reaction
from tradepost.messaging.actions.reading import mark_unread_from
from tradepost.messaging.actions.reports import report_message
from tradepost.messaging.actions.saying import press_button
from tradepost.messaging.errors import (
    MessageChanged,
    MessageDeleted,
    NoEmoji,
    NoSuchMessage,
    SendersOnly,
)
from tradepost.messaging.forms import EditForm, PressForm, ReactionForm, ReportForm
from tradepost.messaging.limits import OF_PAGES, Reactions, Reports
from tradepost.messaging.queries.messages import get_row, list_history
from tradepost.messaging.rich_text import to_html
from tradepost.messaging.rows import Shown, reader_of, shown_messages
from tradepost.messaging.texts import clean_text
from tradepost.messaging.views.conversation import go_to_message
from tradepost.messaging.views.lines import is_by, lines_of
from tradepost.messaging.views.refusals import as_refusal, check_limits

MOST_VERSIONS = 100  # on a page


@login_required
def message_edit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Change the text of one's own message; whoever saw an older one is shown what it says now."""
    shown: Any = _read(request, pk)
    if not is_by(shown, request.user):
        raise SendersOnly
    if shown["deleted"]:
        raise MessageDeleted
    if request.method != "POST":
        form = EditForm(initial={"body": shown["message_body"], "version": shown["version"]})
        return _show_edit(request, shown, form)
    form = EditForm(request.POST)
    if not form.is_valid():
        return _show_edit(request, shown, form)
    try:
        check_limits(request, OF_PAGES)
        changed = edit_message(
            editor=request.user, message_id=pk, now=timezone.now(), **form.cleaned_data
        )
    except MessageChanged as error:
        return _show_stale(request, pk, form, error)
    except DomainError as error:
        form.refuse(error)
        return as_refusal(_show_edit(request, shown, form), error)
    return go_to_message(changed)


def _show_stale(
    request: SignedInRequest, pk: UUID, form: EditForm, error: MessageChanged
) -> HttpResponse:
    """Ask again, with what the message says now; a repeated post says that already."""
    now_said, version = error.details["message_body"], error.details["version"]
    shown = _read(request, pk)
    if clean_text(form.cleaned_data["body"]) == now_said:
        return _go_to(shown)
    form.data = {**dict(form.data.items()), "version": str(version)}
    form.add_error(None, _("It was changed meanwhile. Save again to have it say what you wrote."))
    return as_refusal(_show_edit(request, shown, form, now_said=now_said), error)


def _show_edit(
    request: SignedInRequest, shown: Shown, form: EditForm, *, now_said: object = None
) -> HttpResponse:
    context = {"message": shown, "form": form, "now_said": now_said}
    return render(request, "messaging/message_edit.html", context)


@login_required
@posted_from("message-history-page", "pk")
def message_delete(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Take one's own message back; for a while its place-holder has a button to restore it."""
    return go_to_message(delete_message(deleter=request.user, message_id=pk, now=timezone.now()))


@login_required
@posted_from("message-history-page", "pk")
def message_restore(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Bring a message back that one has taken back."""
    check_limits(request, OF_PAGES)
    return go_to_message(restore_message(restorer=request.user, message_id=pk))


@login_required
@posted_from("message-history-page", "pk")
def message_react(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Put an emoji below a message."""
    check_limits(request, [Reactions])
    return go_to_message(add_reaction(user=request.user, message_id=pk, emoji=_emoji_of(request)))


@login_required
@posted_from("message-history-page", "pk")
def message_unreact(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Take one's emoji away."""
    check_limits(request, [Reactions])
    emoji = _emoji_of(request)
    return go_to_message(remove_reaction(user=request.user, message_id=pk, emoji=emoji))


@login_required
@posted_from("message-history-page", "pk")
def message_unread(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Have a message and what came after it count as unread, and leave: to look is to read."""
    mark_unread_from(reader=request.user, message_id=pk)
    messages.success(request, _("Marked as unread from there."))
    return redirect("inbox")


@login_required
@posted_from("message-history-page", "pk")
def message_press(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Press a button of a card."""
    form = PressForm(request.POST)
    if not form.is_valid():
        raise NoSuchMessage
    return go_to_message(press_button(presser=request.user, message_id=pk, **form.cleaned_data))


@login_required
def message_report(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Tell those who keep the peace what is wrong with a message."""
    shown = _read(request, pk)
    form = ReportForm(request.POST if request.method == "POST" else None)
    error: DomainError | None = None
    if form.is_valid():
        try:
            check_limits(request, [Reports])
            report_message(reporter=request.user, message_id=pk, **form.cleaned_data)
        except DomainError as refusal:
            form.refuse(error := refusal)
        else:
            messages.success(request, _("Thank you. Somebody will look at it."))
            return _go_to(shown)
    [line] = _lines(request, [shown])
    page = render(request, "messaging/message_report.html", {"line": line, "form": form})
    return as_refusal(page, error)


@login_required
def message_history(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What a message says, and what it said earlier, newest first."""
    reader = reader_of(request.user.pk, wants_html=True)
    row = get_row(user=request.user, message_id=pk)
    shown = shown_messages([row], reader)
    [line] = _lines(request, shown)
    earlier = [
        {"version": kept, "html": to_html(kept.body)}
        for kept in list_history(message=row, reader=reader)[:MOST_VERSIONS]
    ]
    context = {"line": line, "earlier": earlier}
    return render(request, "messaging/message_history.html", context)


def _read(request: SignedInRequest, pk: UUID) -> Shown:
    row = get_row(user=request.user, message_id=pk)
    [shown] = shown_messages([row], reader_of(request.user.pk, wants_html=True))
    return shown


def _lines(request: SignedInRequest, shown: list[Shown]) -> Any:
    conversation: Any = shown[0]["conversation"]
    return lines_of(shown, reader=request.user, conversation_id=conversation)


def _go_to(shown: Shown) -> HttpResponse:
    return redirect("conversation", pk=shown["conversation"])


def _emoji_of(request: SignedInRequest) -> str:
    form = ReactionForm(request.POST)
    if not form.is_valid():
        raise NoEmoji
    return str(form.cleaned_data["emoji"])
