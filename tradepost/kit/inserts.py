"""Inserting rows in one statement, without what ``bulk_create`` costs and hides.

Where ``ignore_conflicts`` means "whatever is wrong" on some databases, here only the named columns
may be taken: any other broken constraint is a fault and raises. And the statement of a model is
kept, because it costs Django more to build it than the database to run it.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import AutoField, Field, GeneratedField, Model

MOST_PARAMETERS = 30_000  # of one statement, on every database of ours
KNOW_OUR_WORDS = ("sqlite", "postgresql")  # ON CONFLICT and RETURNING


def insert(rows: Sequence[Model], *, unless_taken: Sequence[str] = ()) -> None:
    """Insert rows of one model; no signals are sent.

    A row whose ``unless_taken`` columns are those of one that is there already is left out. Without
    that, all rows have their ids afterwards.
    """
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor not in KNOW_OUR_WORDS:
        model._base_manager.bulk_create(rows, ignore_conflicts=bool(unless_taken))
        return
    size = MOST_PARAMETERS // len(_columns(model))
    for start in range(0, len(rows), size):
        _insert(rows[start : start + size], tuple(unless_taken))


def _insert(rows: Sequence[Model], unless_taken: tuple[str, ...]) -> None:
    model = type(rows[0])
    head, place, tail = _statement(model, unless_taken)
    values = [
        column.get_db_prep_save(column.pre_save(row, add=True), connection)
        for row in rows
        for column in _columns(model)
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"{head} {', '.join([place] * len(rows))} {tail}", values)
        ids = cursor.fetchall() if tail.startswith("RETURNING") else []
    for row, (pk,) in zip(rows, ids, strict=False):
        row.pk = pk
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


@cache
def _columns(model: type[Model]) -> "tuple[Field[Any, Any], ...]":
    return tuple(
        field
        for field in model._meta.local_concrete_fields
        if field.column and not isinstance(field, AutoField | GeneratedField)
    )


@cache
def _statement(model: type[Model], unless_taken: tuple[str, ...]) -> tuple[str, str, str]:
    quote = connection.ops.quote_name
    columns = _columns(model)
    names = ", ".join(quote(str(column.column)) for column in columns)
    place = f"({', '.join(['%s'] * len(columns))})"
    tail = ""
    if unless_taken:
        fields = [field for field in columns if field.name in unless_taken]
        tail = f"ON CONFLICT ({', '.join(quote(str(f.column)) for f in fields)}) DO NOTHING"
    elif isinstance(model._meta.pk, AutoField):
        tail = f"RETURNING {quote(str(model._meta.pk.column))}"
    return f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES", place, tail
