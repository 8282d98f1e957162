"""The index of what messages say."""

from tradepost.kit.search import SearchIndex

MESSAGE_TEXTS = SearchIndex(
    table="messaging_message_search", fields=("body",), scope="conversation"
)
