"""The list of conversations."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from tradepost.accounts.caller import SignedInRequest
from tradepost.accounts.models import User
from tradepost.kit.http.keyset import BadCursor
from tradepost.messaging.forms import InboxForm
from tradepost.messaging.queries.conversation_rows import ConversationRow
from tradepost.messaging.queries.conversations import START, Spot, list_conversations
from tradepost.messaging.spots import read_spot, spot_beside, write_spot
from tradepost.messaging.views.wording import author_of, gist_of, name_of


@login_required
def inbox(request: SignedInRequest) -> HttpResponse:
    """The reader's conversations, pinned ones first, then the newest activity."""
    spot = _read_spot(request.GET.get("before", ""))
    form = InboxForm(request.GET)
    filters = form.asked()
    stretch = list_conversations(user=request.user, filters=filters, spot=spot)
    older = write_spot(spot_beside(stretch.rows[-1])) if stretch.has_more else ""
    rows = [_row_of(conversation, request.user) for conversation in stretch.rows]
    page = {"older": older, "is_top": spot == START}
    context = {"page": page, "rows": rows, "form": form, "is_narrowed": filters != type(filters)()}
    return render(request, "messaging/inbox.html", context)


def _read_spot(written: str) -> Spot:
    """Return a place in the list; what cannot be read means the top."""
    try:
        return read_spot(written) if written else START
    except BadCursor:
        return START


def _row_of(conversation: ConversationRow, reader: User) -> dict[str, object]:
    last = conversation.last_message
    said_by = author_of(last, reader) if last and last["kind"] != "system" else ""
    return {
        "conversation": conversation,
        "name": name_of(conversation, reader),
        "author": said_by,
        "gist": gist_of(last) if last else "",
    }
