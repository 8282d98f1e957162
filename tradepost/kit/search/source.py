"""Where the texts of an index come from: columns of a table, and of tables that it refers to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import ForeignKey, IntegerField, Model


@dataclass(frozen=True, kw_only=True)
class Text:
    """A column of the index: its ``name``, and the ``column`` that it shows.

    With a ``parent`` (a table, its key, and the column that refers to it), it is of that table.
    """

    name: str
    column: str
    parent: tuple[str, str, str] | None = None

    @property
    def sql(self) -> str:
        alias = "row" if self.parent is None else f"of_{self.parent[2]}"
        return f'"{alias}"."{self.column}"'


@dataclass(frozen=True, kw_only=True)
class Source:
    """The rows of ``table``, known by the integer ``key``, and their texts."""

    table: str
    key: str
    texts: tuple[Text, ...]

    @property
    def tables(self) -> str:
        """The FROM clause over all of it; each row is in it once."""
        parents = dict.fromkeys(text.parent for text in self.texts if text.parent)
        joins = [
            f' JOIN "{table}" "of_{by}" ON "of_{by}"."{key}" = "row"."{by}"'
            for table, key, by in parents
        ]
        return f'"{self.table}" "row"{"".join(joins)}'

    @property
    def watched(self) -> list[str]:
        """The columns of the table whose change changes the index."""
        return [text.parent[2] if text.parent else text.column for text in self.texts]

    @property
    def of_parents(self) -> list[Text]:
        return [text for text in self.texts if text.parent]


def source_of(model: type[Model], fields: Sequence[str]) -> Source:
    """Return where ``fields`` of the model are stored: ``title``, or ``collection__title``.

    The columns of parents must be unique in their tables: on PostgreSQL that is what makes a
    renaming wait for those who are just referring to the row, and they for it.
    """
    key = model._meta.pk
    if not isinstance(key, IntegerField):  # a row of FTS5 has a number and nothing else
        raise TypeError(f"{model.__name__} has no integer key; a search index needs one")
    return Source(
        table=model._meta.db_table,
        key=_column(key),
        texts=tuple(_text(model, field) for field in fields),
    )


def _text(model: type[Model], path: str) -> Text:
    first, _, rest = path.partition("__")
    field = model._meta.get_field(first)
    if not rest:
        return Text(name=path, column=_column(field))
    if not isinstance(field, ForeignKey) or field.null:
        raise TypeError(f"{path} of {model.__name__} is not of a row that is always there")
    parent: Any = field.related_model
    if not _is_unique(parent, rest):
        raise TypeError(f"{rest} of {parent.__name__} must be unique to be searched by")
    return Text(
        name=path.replace("__", "_"),
        column=_column(parent._meta.get_field(rest)),
        parent=(parent._meta.db_table, _column(field.target_field), _column(field)),
    )


def _column(field: Any) -> str:
    return str(field.column)


def _is_unique(model: type[Model], name: str) -> bool:
    constraints = model._meta.total_unique_constraints
    return _says_unique(model._meta.get_field(name)) or any(
        tuple(constraint.fields) == (name,) for constraint in constraints
    )


def _says_unique(field: Any) -> bool:
    return bool(field.unique)
