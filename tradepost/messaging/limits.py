"""How often somebody may write to others, and what else they may do only so often.

All are counted by account. Windows are fixed, so that what was refused may come through in the next
one: a device that sends the same ``client_id`` again after ``Retry-After`` loses nothing.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from tradepost.accounts.caller import caller
from tradepost.kit.http.throttling import Limit
from tradepost.messaging.queries.members import have_talked

MINUTE, HOUR = 60, 3600


class Messages(Limit):
    """New ones, changed and restored ones."""

    scope = "messages"
    most = 60
    seconds = MINUTE
    methods = frozenset({"POST", "PATCH"})


class MessagesInAnHour(Messages):
    scope = "messages-in-an-hour"
    most = 1000
    seconds = HOUR


class NewConversations(Limit):
    """To write to many people who never asked is what spam is; those whom one talks with already
    do not count."""

    scope = "new-conversations"
    most = 30
    seconds = HOUR

    def allow_request(self, request: Request, view: APIView) -> bool:
        if isinstance(request, Request) and not _opens_a_conversation(request):
            return True
        return super().allow_request(request, view)


class People(Limit):
    """Taken into groups and out of them."""

    scope = "conversation-people"
    most = 120
    seconds = MINUTE


class Reactions(Limit):
    scope = "reactions"
    most = 120
    seconds = MINUTE
    methods = frozenset({"POST", "DELETE"})


class Reports(Limit):
    scope = "reports"
    most = 30
    seconds = HOUR


class Uploads(Limit):
    """Files, sent already or not yet."""

    scope = "uploads"
    most = 60
    seconds = 60


class Searches(Limit):
    scope = "message-searches"
    most = 60
    seconds = MINUTE
    methods = frozenset({"GET"})


class Limited:
    """A view set of which some actions have ``limits``, by their names."""

    limits: ClassVar[Mapping[str, Sequence[type[Limit]]]] = {}
    action: str

    def get_throttles(self) -> list[BaseThrottle]:
        return [limit() for limit in self.limits.get(self.action, ())]


OF_MESSAGES = {
    "create": (Messages, MessagesInAnHour, NewConversations),
    "partial_update": (Messages, MessagesInAnHour),
    "restore": (Messages, MessagesInAnHour),
    "reactions": (Reactions,),
    "remove_reaction": (Reactions,),
}
OF_CONVERSATIONS = {
    "create": (NewConversations,),
    "partial_update": (Messages, MessagesInAnHour),  # the house says each in a message
    "add_participant": (People,),
    "remove_participant": (People,),
}
OF_PAGES = (Messages, MessagesInAnHour)  # for each message that a form sends


def _opens_a_conversation(request: Request) -> bool:
    """Whether the body names a person to write to whom the caller does not talk with, or several
    people."""
    said = request.data if isinstance(request.data, Mapping) else {}
    if "receiver" in said:
        return not _is_known(request, said["receiver"])
    people = said.get("participant_ids")
    if isinstance(people, list) and len(people) == 1 and said.get("title") in (None, ""):
        return not _is_known(request, people[0])
    return "participant_ids" in said


def _is_known(request: Request, person_id: object) -> bool:
    try:
        return have_talked(first=caller(request).pk, second=UUID(str(person_id)))
    except ValueError:
        return False
