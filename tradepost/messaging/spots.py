"""Places in the list of conversations as text for addresses."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

import orjson

from tradepost.kit.http.keyset import LONGEST_CURSOR, BadCursor
from tradepost.messaging.queries.conversation_rows import ConversationRow
from tradepost.messaging.queries.conversations import NEVER, Spot


def spot_beside(row: ConversationRow | None, *, backwards: bool = False) -> Spot:
    """Return the spot just after a conversation, or before it; without one, an end of the list."""
    if row is None:
        return Spot(backwards=backwards)
    return Spot((row.my.pinned_at or NEVER, row.updated_at, row.conversation_id), backwards)


def write_spot(spot: Spot) -> str:
    """Return the spot as text."""
    return urlsafe_b64encode(orjson.dumps([spot.backwards, spot.values])).decode().rstrip("=")


def read_spot(written: str) -> Spot:
    """Return the spot that ``write_spot`` wrote. Raises BadCursor."""
    if len(written) > LONGEST_CURSOR:
        raise BadCursor
    try:
        text = urlsafe_b64decode(written.encode("ascii") + b"=" * (-len(written) % 4))
        backwards, values = orjson.loads(text)
        if not isinstance(backwards, bool):
            raise BadCursor
        if values is None:
            return Spot(backwards=backwards)
        pinned, updated, pk = values
        return Spot((_read_moment(pinned), _read_moment(updated), UUID(pk)), backwards)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise BadCursor from error


def _read_moment(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise BadCursor
    return moment.astimezone(UTC)
