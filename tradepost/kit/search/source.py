"""Where the texts of an index come from: columns of a table, and of tables that it refers to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignKey, IntegerField, Model, UUIDField


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
    """The rows of ``table``, known by the ``key``, and their texts.

    With a ``scope`` each row is in one: a search can be narrowed to a few of them.
    """

    table: str
    key_field: "Field[Any, Any]"
    texts: tuple[Text, ...]
    scope: "Field[Any, Any] | None" = None

    @property
    def key(self) -> str:
        return _column(self.key_field)

    def key_type(self, connection: BaseDatabaseWrapper) -> str:
        """The type of a column that holds keys."""
        return str(self.key_field.rel_db_type(connection))

    @property
    def has_numbers(self) -> bool:
        """The key is a number, as FTS5 wants one."""
        return isinstance(self.key_field, IntegerField)

    @property
    def tables(self) -> str:
        """The FROM clause over all of it; each row is in it once."""
        return self.joined(f'"{self.table}"')

    def joined(self, rows: str) -> str:
        """The FROM clause over ``rows``, which have the table's columns, and their parents."""
        parents = dict.fromkeys(text.parent for text in self.texts if text.parent)
        joins = [
            f' JOIN "{table}" "of_{by}" ON "of_{by}"."{key}" = "row"."{by}"'
            for table, key, by in parents
        ]
        return f'{rows} "row"{"".join(joins)}'

    @property
    def watched(self) -> list[str]:
        """The columns of the table whose change changes the index."""
        columns = [text.parent[2] if text.parent else text.column for text in self.texts]
        return [*columns, _column(self.scope)] if self.scope else columns

    @property
    def of_parents(self) -> list[Text]:
        return [text for text in self.texts if text.parent]


def source_of(model: type[Model], fields: Sequence[str], scope: str | None = None) -> Source:
    """Return where ``fields`` of the model are stored: ``title``, or ``collection__title``.

    ``scope`` is a field of the model itself, a number, a UUID, or a reference by one.

    The columns of parents must be unique in their tables: on PostgreSQL that is what makes a
    renaming wait for those who are just referring to the row, and they for it.
    """
    return Source(
        table=model._meta.db_table,
        key_field=_one_token(model._meta.pk),
        texts=tuple(_text(model, field) for field in fields),
        scope=_one_token(model._meta.get_field(scope)) if scope else None,
    )


def _one_token(field: Any) -> "Field[Any, Any]":
    """Return the field; its values must be one token each, in either engine."""
    if not isinstance(target_of(field), IntegerField | UUIDField):
        raise TypeError(f"{field.name} of {field.model.__name__} is neither a number nor a UUID")
    return cast("Field[Any, Any]", field)


def target_of(field: Any) -> "Field[Any, Any]":
    """Return the field whose values are stored in this one: the key of what it refers to."""
    while isinstance(field, ForeignKey):
        field = field.target_field
    return cast("Field[Any, Any]", field)


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
