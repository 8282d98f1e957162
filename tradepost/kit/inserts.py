"""Inserting rows in one statement, without what ``bulk_create`` costs and hides.

Where ``ignore_conflicts`` means "whatever is wrong" on some databases, here only the named columns
may be taken: any other broken constraint is a fault and raises. And the statement of a model is
kept, because it costs Django more to build it than the database to run it.

``insert`` takes rows. ``insert_columns`` is for many rows that are nearly alike (one per member of
a conversation): the database makes the rows from lists, and Python touches only what differs.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

import orjson
from django.db import connection
from django.db.models import AutoField, Field, ForeignKey, GeneratedField, Model, UUIDField

MOST_PARAMETERS = 30_000  # of one statement, on every database of ours
KNOW_OUR_WORDS = ("sqlite", "postgresql")  # ON CONFLICT and RETURNING


def insert(rows: Sequence[Model], *, unless_taken: Sequence[str] = ()) -> None:
    """Insert rows of one model; no signals are sent.

    A row whose ``unless_taken`` columns are those of one that is there already is left out. If none
    was, all rows have their ids afterwards (not on MariaDB, where nobody can tell).
    """
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor not in KNOW_OUR_WORDS and not unless_taken:
        model._base_manager.bulk_create(rows)
        return
    _insert_some(rows, tuple(unless_taken))


def _insert_some(
    rows: Sequence[Model],
    unless_taken: tuple[str, ...],
    given: "Collection[Field[Any, Any]]" = (),
) -> None:
    size = MOST_PARAMETERS // len(_columns(type(rows[0])))
    for start in range(0, len(rows), size):
        _insert(rows[start : start + size], unless_taken, given)


def _insert(
    rows: Sequence[Model], unless_taken: tuple[str, ...], given: "Collection[Field[Any, Any]]"
) -> None:
    """Insert rows, of which these columns are taken as they are: a moment is not that of now."""
    model = type(rows[0])
    head, place, tail = _statement(model, unless_taken)
    values = [
        column.get_db_prep_save(
            getattr(row, column.attname) if column in given else column.pre_save(row, add=True),
            connection,
        )
        for row in rows
        for column in _columns(model)
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"{head} {', '.join([place] * len(rows))} {tail}", values)
        ids = cursor.fetchall() if "RETURNING" in tail else []
    if len(ids) == len(rows):
        for row, (pk,) in zip(rows, ids, strict=True):
            row.pk = pk
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def insert_columns(
    model: type[Model],
    *,
    each: Mapping[str, Sequence[Any]],
    all: Mapping[str, Any],
    unless_taken: Sequence[str] = (),
) -> None:
    """Insert as many rows as the lists in ``each`` are long, in their order; no signals are sent.

    ``all`` is the same in every row; a column that is not named has its default. In ``each`` a
    relation is a list of keys. A row whose ``unless_taken`` columns are those of one that is there
    already is left out. Raises ValueError when the lists are not equally long.
    """
    count = len(next(iter(each.values())))
    if any(len(values) != count for values in each.values()):
        raise ValueError(f"the lists of {', '.join(each)} are not equally long")
    if not count:
        return
    alike = model(**all)
    varying = {_named(model)[name]: values for name, values in each.items()}
    pk = model._meta.pk
    if pk not in varying and pk.has_default() and not {pk.name, pk.attname} & all.keys():
        varying[pk] = [pk.get_default() for _ in range(count)]
    if connection.vendor in KNOW_OUR_WORDS:
        _insert_columns(alike, varying, tuple(unless_taken))
        return
    columns = zip(*varying.values(), strict=True)
    rows = [dict(zip((f.attname for f in varying), row, strict=True)) for row in columns]
    _insert_some([model(**all, **row) for row in rows], tuple(unless_taken), varying.keys())


def _insert_columns(
    alike: Model, varying: "Mapping[Field[Any, Any], Sequence[Any]]", unless_taken: tuple[str, ...]
) -> None:
    constants = [
        column.get_db_prep_save(column.pre_save(alike, add=True), connection)
        for column in _columns(type(alike))
        if column not in varying
    ]
    lists = [_as_kept(column, values) for column, values in varying.items()]
    if connection.vendor == "sqlite":
        lines = lists[0] if len(lists) == 1 else list(zip(*lists, strict=True))
        lists = [orjson.dumps(lines).decode()]
    with connection.cursor() as cursor:
        cursor.execute(
            _statement_of_columns(type(alike), tuple(varying), unless_taken), [*constants, *lists]
        )


def _as_kept(column: "Field[Any, Any]", values: Sequence[Any]) -> Any:
    """Return the values as the driver wants them; ids, which most rows differ in, the short way."""
    if isinstance(_target(column), UUIDField):
        digits = [None if value is None else value.hex for value in values]
        if connection.vendor == "sqlite":
            return digits
        return "{" + ",".join(digit or "NULL" for digit in digits) + "}"
    return [column.get_db_prep_save(value, connection) for value in values]


def _target(column: "Field[Any, Any]") -> "Field[Any, Any]":
    return _target(column.target_field) if isinstance(column, ForeignKey) else column


@cache
def _named(model: type[Model]) -> "dict[str, Field[Any, Any]]":
    return {name: field for field in _columns(model) for name in (field.name, field.attname)}


@cache
def _columns(model: type[Model]) -> "tuple[Field[Any, Any], ...]":
    return tuple(
        field
        for field in model._meta.local_concrete_fields
        if field.column and not isinstance(field, AutoField | GeneratedField)
    )


@cache
def _statement(model: type[Model], unless_taken: tuple[str, ...]) -> tuple[str, str, str]:
    columns = _columns(model)
    place = f"({', '.join(['%s'] * len(columns))})"
    tail = _unless(model, unless_taken)
    if connection.vendor in KNOW_OUR_WORDS and isinstance(model._meta.pk, AutoField):
        tail = f"{tail} RETURNING {_quoted(model._meta.pk)}"
    return f"{_into(model, columns)} VALUES", place, tail


@cache
def _statement_of_columns(
    model: type[Model], varying: "tuple[Field[Any, Any], ...]", unless_taken: tuple[str, ...]
) -> str:
    constant = [column for column in _columns(model) if column not in varying]
    places = ["%s"] * len(constant)
    if connection.vendor == "sqlite":
        values = [f"json_extract(value, '$[{place}]')" for place in range(len(varying))]
        values = values if len(varying) > 1 else ["value"]
        source = "json_each(%s) WHERE true"  # without a WHERE, SQLite takes ON for a join's
    else:
        places = [f"%s::{_type(column)}" for column in constant]
        values = [f"given.c{place}" for place in range(len(varying))]
        lists = ", ".join(f"%s::{_type(column)}[]" for column in varying)
        source = f"unnest({lists}) AS given ({', '.join(f'c{n}' for n in range(len(varying)))})"
    into = _into(model, (*constant, *varying))
    selected = ", ".join([*places, *values])
    return f"{into} SELECT {selected} FROM {source} {_unless(model, unless_taken)}"  # noqa: S608 - columns of ours


def _into(model: type[Model], columns: "Sequence[Field[Any, Any]]") -> str:
    names = ", ".join(_quoted(column) for column in columns)
    return f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({names})"


def _unless(model: type[Model], unless_taken: tuple[str, ...]) -> str:
    taken = [_quoted(_named(model)[name]) for name in unless_taken]
    if taken and connection.vendor not in KNOW_OUR_WORDS:  # MariaDB: whichever key is taken
        return f"ON DUPLICATE KEY UPDATE {taken[0]} = {taken[0]}"
    return f"ON CONFLICT ({', '.join(taken)}) DO NOTHING" if taken else ""


def _quoted(column: "Field[Any, Any]") -> str:
    return connection.ops.quote_name(str(column.column))


def _type(column: "Field[Any, Any]") -> str:
    """Return the type without its length: a cast to it would cut what is too long, silently."""
    return str(column.rel_db_type(connection)).partition("(")[0]
