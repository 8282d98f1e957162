"""Search: rows by the words of their texts, by one function over three engines.

``SearchIndex.matching(rows, text)`` narrows a query set. SQLite answers it from FTS5, PostgreSQL
from a ``tsvector`` in a side table, MariaDB from folded texts in one; triggers keep all of them in
the transaction of the write, however it is written. Other databases compare the columns themselves.
docs/search.md says what is found.

``words.py`` reads what people type, ``index.py`` asks, a file for each engine builds,
``operations.py`` is for migrations.
"""

from tradepost.kit.search.index import SearchIndex
from tradepost.kit.search.words import LONGEST_SEARCH, MOST_WORDS, words_of

__all__ = ["LONGEST_SEARCH", "MOST_WORDS", "SearchIndex", "words_of"]
