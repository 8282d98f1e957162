"""What the catalogue is searched by."""

from tradepost.kit.search import SearchIndex

CATALOGUE_TEXTS = SearchIndex(
    table="store_product_search", fields=("title", "collection__title", "description")
)
