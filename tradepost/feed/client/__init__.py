"""A client of the feed for tests and scripts; docs/feed-protocol.md is its contract.

Nothing here needs Django.
"""

from tradepost.feed.client.connection import FeedClient
from tradepost.feed.client.effects import Answered
from tradepost.feed.client.errors import FeedStopped, Refused, SignInRefused
from tradepost.feed.client.frames import Cursor, Row

__all__ = ["Answered", "Cursor", "FeedClient", "FeedStopped", "Refused", "Row", "SignInRefused"]
