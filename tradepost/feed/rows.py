"""Events straight from queries to JSON, without model instances or serializers.

``FeedOutput`` defines the contract; a test holds this form equal to it.
"""

from datetime import UTC, datetime

import orjson

from tradepost.feed.queries import FeedPage


def page_as_json(page: FeedPage) -> dict[str, object]:
    """Return what ``FeedOutput`` would say about a page."""
    return {
        "epoch": page.epoch,
        "seq": page.seq,
        "reset": page.reset,
        "more": page.more,
        "results": [
            {"seq": seq, "kind": kind, "data": orjson.Fragment(data), "at": in_utc(at)}
            for seq, kind, data, at in page.rows
        ],
    }


def in_utc(moment: datetime) -> datetime:
    """Return a moment as it is: some drivers leave out that those of a database are in UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
