"""Searching messages."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from tradepost.accounts.caller import SignedInRequest
from tradepost.accounts.models import User
from tradepost.kit.errors import DomainError
from tradepost.kit.replica import reads_from_replica
from tradepost.messaging.forms import SearchForm
from tradepost.messaging.limits import Searches
from tradepost.messaging.models import Conversation, Message
from tradepost.messaging.queries.search import find_messages, list_rows
from tradepost.messaging.rows import reader_of, shown_messages
from tradepost.messaging.search_words import Search, read_search
from tradepost.messaging.snippets import make_snippet
from tradepost.messaging.views.refusals import as_refusal, check_limits
from tradepost.messaging.views.wording import author_of, gist_of

FOUND_A_PAGE = 20


@login_required
@reads_from_replica
def search(request: SignedInRequest) -> HttpResponse:
    """Messages that the reader sees, by what they say, newest first."""
    form = SearchForm(request.GET if "q" in request.GET else None)
    context: dict[str, Any] = {"form": form}
    error: DomainError | None = None
    if form.is_valid():
        try:
            check_limits(request, [Searches])
            asked = read_search(form.cleaned_data["q"])
            context |= _find(request.user, asked, form.cleaned_data["before"])
        except DomainError as refusal:
            form.refuse(error := refusal)
    return as_refusal(render(request, "messaging/search.html", context), error)


def _find(reader: User, asked: Search, before: UUID | None) -> dict[str, Any]:
    """Return the messages found before one, and where the next ones begin."""
    who = reader_of(reader.pk)
    looks = find_messages(user=reader, reader=who, search=asked)
    ids = _first_ids(looks, before)
    rows = list_rows(user=reader, message_ids=ids[:FOUND_A_PAGE])
    shown: list[Any] = shown_messages(rows, who)
    has_more = len(ids) > FOUND_A_PAGE
    titles = _read_titles(reader, {message["conversation"] for message in shown})
    results = [
        {
            "message": message,
            "author": author_of(message, reader),
            "title": titles[message["conversation"]],
            "snippet": make_snippet(gist_of(message), asked.words),
        }
        for message in shown
    ]
    page = {
        "older": shown[-1]["message_id"] if has_more else "",
        "is_top": before is None,
    }
    return {"results": results, "page": page}


def _first_ids(looks: list[QuerySet[Message]], before: UUID | None) -> list[UUID]:
    """Return the ids of the first look that fills more than a page, or of the last look."""
    ids: list[UUID] = []
    for look in looks:
        found = look if before is None else look.filter(pk__lt=before)
        ids = list(found.values_list("pk", flat=True)[: FOUND_A_PAGE + 1])
        if len(ids) > FOUND_A_PAGE:
            break
    return ids


def _read_titles(reader: User, ids: set[UUID]) -> dict[UUID, str]:
    named = Conversation.objects.visible_to(reader).filter(pk__in=ids)
    return dict(named.order_by().values_list("pk", "title"))
