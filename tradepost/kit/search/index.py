"""The question: which rows have all the words of a text."""

from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any, TypeVar

from django.db import connections
from django.db.models import BooleanField, Case, Expression, F, Func, Q, QuerySet, Value, When
from django.db.models.sql.compiler import SQLCompiler

from tradepost.kit.search import postgresql, sqlite
from tradepost.kit.search.words import words_of

Sql = tuple[str, tuple[Any, ...]]
Rows = TypeVar("Rows", bound="QuerySet[Any]")
INDEXED = {"sqlite", "postgresql"}


@dataclass(frozen=True, kw_only=True)
class SearchIndex:
    """Texts of rows, the most important first: ``fields`` of a model, up to four, in ``table``."""

    table: str
    fields: tuple[str, ...]

    def matching(self, rows: Rows, text: str) -> Rows:
        """Return the rows that have all the words, the best first: those that have them in the
        first field, then those in the first two, and so on. Rows of one rank stay in their order.

        A text without characters changes nothing, one of nothing but punctuation finds nothing.
        """
        if not text.strip():
            return rows
        words = words_of(text)
        if not words:
            return rows.none()
        order = rows.query.order_by or rows.model._meta.ordering or ["pk"]
        found = rows.filter(self._having(rows, words, len(self.fields)))
        return found.order_by(self._rank(rows, words), *order)

    def _rank(self, rows: QuerySet[Any], words: list[str]) -> Expression:
        ranks = range(1, len(self.fields))
        whens = [When(self._having(rows, words, first), then=Value(first)) for first in ranks]
        return Case(*whens, default=Value(len(self.fields)))

    def _having(self, rows: QuerySet[Any], words: list[str], first: int) -> Any:
        """A condition: all words are in the ``first`` so many fields."""
        if connections[rows.db].vendor in INDEXED:
            return Has(F("pk"), index=self, words=words, first=first)
        return reduce(and_, (self._contains(word, first) for word in words))

    def _contains(self, word: str, first: int) -> Q:
        return reduce(or_, (Q(**{f"{path}__icontains": word}) for path in self.fields[:first]))


class Has(Func):
    """Whether the row of the key has all the words in the first fields of its index."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, key: F, *, index: SearchIndex, words: list[str], first: int) -> None:
        super().__init__(key)
        self.index, self.words, self.first = index, words, first

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Sql:
        names = [path.replace("__", "_") for path in self.index.fields[: self.first]]
        asked = sqlite.match_of(self.words, names if self._is_narrower else [])
        table = f'"{self.index.table}"'
        ids = f"SELECT rowid FROM {table} WHERE {table} MATCH %s"  # noqa: S608 - a name of ours
        return self._among(compiler, ids, [asked])

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Sql:
        table = f'"{self.index.table}"'
        weights = postgresql.WEIGHTS[: self.first] if self._is_narrower else ""
        asked = f'"{self.index.table}_asked"(%s::text[], %s)'
        ids = f"SELECT id FROM {table} WHERE words @@ {asked}"  # noqa: S608 - a name of ours
        return self._among(compiler, ids, [self.words, weights])

    @property
    def _is_narrower(self) -> bool:
        """Not all fields are asked; the engines answer faster about all."""
        return self.first < len(self.index.fields)

    def _among(self, compiler: SQLCompiler, ids: str, params: list[Any]) -> Sql:
        key, of_key = compiler.compile(self.source_expressions[0])
        return f"{key} IN ({ids})", (*of_key, *params)
