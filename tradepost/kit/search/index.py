"""The question: which rows have all the words of a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any, TypeVar

from django.db import connections
from django.db.models import (
    BooleanField,
    Case,
    Expression,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.sql.compiler import SQLCompiler

from tradepost.kit.search import mariadb, postgresql, sqlite
from tradepost.kit.search.source import target_of
from tradepost.kit.search.words import CLOSED, words_of

Sql = tuple[str, tuple[Any, ...]]
Rows = TypeVar("Rows", bound="QuerySet[Any]")
INDEXED = {"sqlite", "postgresql", "mysql"}
MOST_SCOPES = 50  # in one question to an index; for more it takes longer than without them


@dataclass(frozen=True, kw_only=True)
class SearchIndex:
    """Texts of rows, the most important first: ``fields`` of a model, up to four, in ``table``.

    ``scope`` is a field that says what the row is part of, where searches look at a few such parts
    and not at all rows: the conversation of a message.
    """

    table: str
    fields: tuple[str, ...]
    scope: str | None = None

    def matching(
        self,
        rows: Rows,
        text: str | Sequence[str],
        *,
        without: Sequence[str] = (),
        scope: Sequence[Any] | None = None,
        ranked: bool = True,
        newest: int | None = None,
    ) -> Rows:
        """Return the rows that have all the words, the best first: those that have them in the
        first field, then those in the first two, and so on. Rows of one rank stay in their order.

        ``text`` is what somebody typed, or its words; a word with spaces in it is a phrase. Rows
        that have one of ``without`` are left out; where no word is asked for, that is ignored. With
        ``scope`` only rows of these scopes (their keys); what the words find elsewhere costs
        little then. Not ``ranked``, all rows stay in their order. A text without characters changes
        nothing but that, one of nothing but punctuation finds nothing.

        With ``newest`` an engine that cannot begin at the newest by itself (SQLite) looks only at
        so many of the rows that have the words: those that came last.
        """
        words = words_of(text) if isinstance(text, str) else text
        if scope is not None and (not words or not self._is_quick(rows, scope)):
            rows, scope = rows.filter(**{f"{self.scope}__in": scope}), None
        if not "".join(text).strip():
            return rows
        if not words:
            return rows.none()
        kept = tuple(self._as_kept(rows, scope or ()))
        has_numbers = isinstance(rows.model._meta.pk, IntegerField)
        question = Question(self, tuple(words), tuple(without), newest, kept, has_numbers)
        found = rows.filter(self._having(rows, question, len(self.fields)))
        return self._best_first(found, question) if ranked and len(self.fields) > 1 else found

    def forget(self, *, using: str = "default") -> None:
        """Take what only deleted texts had out of the database's files, as far as the index goes.

        It rewrites much of the index: for a job after an erasure, outside a transaction.
        """
        connection = connections[using]
        if connection.vendor == "sqlite":
            sqlite.forget(connection, self.table)
        elif connection.vendor == "postgresql":
            postgresql.forget(connection, self.table)
        elif connection.vendor == "mysql":
            mariadb.forget(connection, self.table)

    def _is_quick(self, rows: QuerySet[Any], scope: Sequence[Any]) -> bool:
        """Whether the index is asked for the scopes, too; for many, the rows are."""
        return connections[rows.db].vendor in INDEXED and 0 < len(scope) <= MOST_SCOPES

    def _as_kept(self, rows: QuerySet[Any], scope: Sequence[Any]) -> list[str]:
        """The scopes as the index has them, each one token."""
        if not scope:
            return []
        assert self.scope
        field = target_of(rows.model._meta.get_field(self.scope))
        connection = connections[rows.db]
        return [str(field.get_db_prep_value(field.to_python(v), connection)) for v in scope]

    def _best_first(self, found: Rows, question: "Question") -> Rows:
        order = found.query.order_by or found.model._meta.ordering or ["pk"]
        return found.order_by(self._rank(found, question), *order)

    def _rank(self, rows: QuerySet[Any], question: "Question") -> Expression:
        ranks = range(1, len(self.fields))
        whens = [When(self._having(rows, question, first), then=Value(first)) for first in ranks]
        return Case(*whens, default=Value(len(self.fields)))

    def _having(self, rows: QuerySet[Any], question: "Question", first: int) -> Any:
        """A condition: all words are in the ``first`` so many fields."""
        if connections[rows.db].vendor in INDEXED:
            return Has(F("pk"), question=question, first=first)
        having = reduce(and_, (self._contains(word, first) for word in question.words))
        return reduce(and_, (~self._contains(word, first) for word in question.without), having)

    def _contains(self, word: str, first: int) -> Q:
        word = word.rstrip(CLOSED)
        return reduce(or_, (Q(**{f"{path}__icontains": word}) for path in self.fields[:first]))


@dataclass(frozen=True)
class Question:
    """What an index is asked: all of the words and none of those ``without``, in rows of one of the
    scopes if there are any."""

    index: SearchIndex
    words: tuple[str, ...]
    without: tuple[str, ...]
    newest: int | None
    scope: tuple[str, ...]
    has_numbers: bool  # for keys


class Has(Func):
    """Whether the row of the key has all the words in the first fields of its index."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, key: F, *, question: Question, first: int) -> None:
        super().__init__(key)
        self.question, self.index, self.first = question, question.index, first

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Sql:
        names = [path.replace("__", "_") for path in self.index.fields[: self.first]]
        is_narrower = self._is_narrower or self.index.scope is not None
        asked = sqlite.match_of(
            self.question.words,
            names if is_narrower else [],
            self.question.scope,
            without=self.question.without,
        )
        keys = sqlite.keys_of(
            self.index.table,
            has_numbers=self.question.has_numbers,
            newest=self.question.newest,
        )
        return self._among(compiler, keys, [asked])

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Sql:
        table = f'"{self.index.table}"'
        weights = postgresql.WEIGHTS[: self.first] if self._is_narrower else ""
        asked = f'"{self.index.table}_asked"(%s::text[], %s)'
        params: list[Any] = [list(self.question.words), weights]
        for word in self.question.without:
            asked = f'({asked} && !! "{self.index.table}_asked"(%s::text[], %s))'
            params += [[word], weights]
        if self.question.scope:
            asked = f"({asked} && %s::tsquery)"
            params.append(postgresql.asked_scope(self.question.scope))
        ids = f"SELECT id FROM {table} WHERE words @@ {asked}"  # noqa: S608 - a name of ours
        return self._among(compiler, ids, params)

    def as_mysql(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Sql:
        names = [path.replace("__", "_") for path in self.index.fields[: self.first]]
        asked, params = mariadb.keys_of(
            self.index.table,
            self.question.words,
            names,
            self.question.scope,
            without=self.question.without,
        )
        return self._among(compiler, asked, params)

    @property
    def _is_narrower(self) -> bool:
        """Not all fields are asked; the engines answer faster about all."""
        return self.first < len(self.index.fields)

    def _among(self, compiler: SQLCompiler, ids: str, params: list[Any]) -> Sql:
        key, of_key = compiler.compile(self.source_expressions[0])
        return f"{key} IN ({ids})", (*of_key, *params)
