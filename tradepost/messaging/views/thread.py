"""A message and all replies below it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from tradepost.accounts.caller import SignedInRequest
from tradepost.messaging.forms import ThreadForm
from tradepost.messaging.queries.messages import find_place, get_row, list_replies
from tradepost.messaging.rows import Shown, reader_of, shown_messages
from tradepost.messaging.views.conversation import EMOJI
from tradepost.messaging.views.lines import lines_of

REPLIES_A_PAGE = 200


@login_required
def message_thread(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The tree below a message, each reply below what it answers; ``after`` a number on later
    pages."""
    start = get_row(user=request.user, message_id=pk)
    form = ThreadForm(request.GET)
    after = (form.cleaned_data["after"] or 0) if form.is_valid() else 0
    replies, more = list_replies(
        user=request.user, message=start, after=after, limit=REPLIES_A_PAGE
    )
    rows = [start, *replies] if after < start.seq else replies
    shown: list[Any] = shown_messages(rows, reader_of(request.user.pk, wants_html=True))
    ordered = in_order_of_tree(shown)
    levels = {message["message_id"]: message["depth"] - start.depth for message in ordered}
    talk = start.conversation_id
    may_write = find_place(user_id=request.user.pk, conversation_id=talk).left_seq is None
    context = {
        "start": start,
        "lines": lines_of(
            ordered, reader=request.user, conversation_id=talk, may_write=may_write, levels=levels
        ),
        "may_write": may_write,
        "after": shown[-1]["seq"] if more else None,
        "is_first": after < start.seq,
        "emoji": EMOJI,
    }
    return render(request, "messaging/thread.html", context)


def in_order_of_tree(messages: Sequence[Shown]) -> list[Any]:
    """Return the messages, which come after their parents, each with its replies behind it."""
    children: dict[object, list[Shown]] = {message["message_id"]: [] for message in messages}
    roots: list[Shown] = []
    for message in messages:
        children.get(message["parent_message"], roots).append(message)
    ordered, waiting = [], roots[::-1]
    while waiting:  # by hand: a thread may be deeper than calls may be
        message = waiting.pop()
        ordered.append(message)
        waiting += children[message["message_id"]][::-1]
    return ordered
