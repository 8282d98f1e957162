"""What places to stay are searched by."""

from tradepost.kit.search import SearchIndex

PROPERTY_TEXTS = SearchIndex(
    table="stays_property_search", fields=("name", "city", "neighbourhood", "region", "description")
)
