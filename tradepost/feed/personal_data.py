"""What the log keeps about a person, for their export."""

from collections.abc import Iterable, Iterator

from tradepost.accounts.models import User
from tradepost.accounts.personal_data import json_list
from tradepost.feed.models import Pointer


def collect_events(user: User) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield what happened to the person, as far back as it is kept."""
    yield "feed/events.json", json_list(_events_of(user))


def _events_of(user: User) -> Iterator[dict[str, object]]:
    pointers = Pointer.objects.visible_to(user).select_related("event").order_by("seq")
    for pointer in pointers.iterator():
        event = pointer.event
        yield {"seq": pointer.seq, "kind": event.kind, "at": event.created_at, "data": event.data}
