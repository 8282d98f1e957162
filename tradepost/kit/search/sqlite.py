"""The index on SQLite: an FTS5 table, a view that says what is in it, triggers that keep it.

FTS5 folds case and accents. What it does not know is done to the text before: letters that look
alike, Greek accents, and spaces around characters of scripts that have none.

SQLite cannot make a table anew (Django's way to alter one) while a view or a trigger of another
table speaks of it, and forgets the triggers of the table itself. So a migration only makes the
FTS5 table; view and triggers are taken down before migrations run and put up after them.

A row of FTS5 is known by a number and nothing else. Rows whose keys are none get one in a table of
numbers; their own hidden ones (``rowid``) would be others after a VACUUM.
"""

# ruff: noqa: S608 - names are those of tables, and texts are parameters

import sqlite3
import unicodedata
from collections.abc import Sequence

from django.db.backends.base.base import BaseDatabaseWrapper

from tradepost.kit.search.source import Source
from tradepost.kit.search.words import LONGEST_TEXT, LOOKALIKES, UNSPACED, is_open

TOKENIZER = "unicode61 remove_diacritics 2 categories 'L* N* M* Co'"
ALONE = "".join(f"{chr(first)}-{chr(last)}" for first, last in UNSPACED)
SCOPE = "of_scope"  # the column, after those of the texts
PAGES_OF_A_MERGE = 200
FORGETS_AT_ONCE = sqlite3.sqlite_version_info >= (3, 42)  # FTS5's option secure-delete
GREEK = "άέήίόύώϊϋΐΰ"


def _plain(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]


SMALL = {**LOOKALIKES, **{letter: _plain(letter) for letter in GREEK}}
FOLDED = {**SMALL, **{k.upper(): v for k, v in SMALL.items() if len(k.upper()) == 1}, "ẞ": "ss"}
del FOLDED["I"]  # the capital of the i without a dot is everybody's I


def create(connection: BaseDatabaseWrapper, index: str, source: Source) -> None:
    """Make the empty tables."""
    columns = ", ".join(f'"{name}"' for name in _columns_of(source))
    # The engine need not know how long texts are, as it does not rank them.
    options = f'tokenize="{TOKENIZER}", columnsize=0'
    if not source.scope:  # within a scope few rows are left, and each length costs every insert
        options += ", prefix='1 2 3'"
    _run(connection, f'CREATE VIRTUAL TABLE "{index}" USING fts5({columns}, {options})')
    if FORGETS_AT_ONCE:
        _run(connection, _command(index, "secure-delete", 1))
    if not source.has_numbers:
        numbers = f"number integer PRIMARY KEY, key {source.key_type(connection)} NOT NULL UNIQUE"
        _run(connection, f'CREATE TABLE "{index}_number" ({numbers})')


def drop(connection: BaseDatabaseWrapper, index: str, source: Source) -> None:
    """Remove all of it."""
    take_down(connection, index)
    _drop_tables(connection, index)


def take_down(connection: BaseDatabaseWrapper, index: str) -> None:
    """Remove what would be in the way of migrations; the index stays and is kept no longer."""
    for name, (kind, _) in _keepers_of(connection, index).items():
        _run(connection, f'DROP {kind} "{name}"')


def put_up(connection: BaseDatabaseWrapper, index: str, source: Source) -> None:
    """Have the index kept from now on, made anew of what is there; cheap if it is kept already."""
    keepers = {f"{index}_text": _sql_of_view(index, source), **_sql_of_triggers(index, source)}
    if not _exists(connection, index):
        return
    if {name: sql for name, (_, sql) in _keepers_of(connection, index).items()} == keepers:
        return
    take_down(connection, index)
    _drop_tables(connection, index)
    create(connection, index, source)
    for sql in keepers.values():
        _run(connection, sql)
    if not source.has_numbers:
        keys = f'SELECT "{source.key}" FROM "{source.table}" ORDER BY "{source.key}"'
        _run(connection, f'INSERT INTO "{index}_number"(key) {keys}')
    _run(connection, _come(index, source))
    _run(connection, _command(index, "optimize"))


def forget(connection: BaseDatabaseWrapper, index: str) -> None:
    """Take what only deleted texts had out of the tables of the index.

    Without secure-delete a deletion is a note until parts of the index are merged. This merges all
    of it, in many short transactions if none is open, so that others can write in between.
    """
    pages = -PAGES_OF_A_MERGE  # below zero: begin to merge all
    while _changes(connection, _command(index, "merge", pages)) > 1:
        pages = PAGES_OF_A_MERGE


def match_of(
    words: Sequence[str],
    columns: Sequence[str],
    scope: Sequence[str],
    *,
    without: Sequence[str] = (),
) -> str:
    """Return what FTS5 is asked: all words, in these columns; in all of them if none is named.

    With ``scope`` only rows of these; none of the words ``without``.
    """
    asked = " AND ".join(map(_phrase_of, words))
    if without:
        asked = f"({asked}) NOT ({' OR '.join(map(_phrase_of, without))})"
    asked = f"{{{' '.join(columns)}}} : ({asked})" if columns else asked
    scopes = " OR ".join(f'"{value}"' for value in scope)
    return f"{asked} AND {SCOPE} : ({scopes})" if scope else asked


def keys_of(index: str, *, has_numbers: bool, newest: int | None = None) -> str:
    """Return SQL for the keys of the rows that match its one parameter, the ``newest`` or all."""
    rows = f'SELECT rowid FROM "{index}" WHERE "{index}" MATCH %s'
    if newest is not None:  # numbers rise, and FTS5 can begin at the last one
        rows += f" ORDER BY rowid DESC LIMIT {newest:d}"
    if has_numbers:
        return rows
    return f'SELECT key FROM "{index}_number" WHERE number IN ({rows})'


def _phrase_of(word: str) -> str:
    return f'"{_folded(word)}"{"*" if is_open(word) else ""}'


def _folded(word: str) -> str:
    plain = "".join(FOLDED.get(c, c) for c in word.replace('"', " "))
    return "".join(f" {c} " if _is_alone(c) else c for c in plain)


def _is_alone(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in UNSPACED)


def _sql_of_view(index: str, source: Source) -> str:
    """Of each row the texts as the index has them; rows without any are left out."""
    given = [f'substr({text.sql}, 1, {LONGEST_TEXT}) AS "{text.name}"' for text in source.texts]
    names = [f'"{text.name}"' for text in source.texts]
    changed = [f"{_sql_changed(name)} AS {name}" for name in names]
    if source.scope:
        given.append(f'"row"."{source.scope.column}" AS {SCOPE}')
        changed.append(SCOPE)
    return (
        f'CREATE VIEW "{index}_text" AS SELECT "id", {", ".join(changed)} '
        f'FROM (SELECT "row"."{source.key}" AS "id", {", ".join(given)} FROM {source.tables}) '
        f"WHERE {_sql_has_text(names)}"
    )


def _sql_has_text(columns: Sequence[str]) -> str:
    return " OR ".join(f"{column} <> ''" for column in columns)


def _sql_changed(text: str) -> str:
    """The text with what FTS5 does not know done to it, character by character if need be.

    That there is nothing to do is seen at once in ASCII: it has as many bytes as characters.
    """
    folded = " ".join(f"WHEN '{letter}' THEN '{plain}'" for letter, plain in FOLDED.items())
    return f"""CASE WHEN length(CAST({text} AS BLOB)) = length({text}) THEN {text}
    WHEN {text} GLOB '*[{ALONE}{"".join(FOLDED)}]*' THEN (
      WITH RECURSIVE part(c, rest) AS (
        SELECT '', {text}
        UNION ALL SELECT substr(rest, 1, 1), substr(rest, 2) FROM part WHERE rest <> ''
      )
      SELECT group_concat(
        CASE WHEN c GLOB '[{ALONE}]' THEN ' ' || c || ' ' ELSE CASE c {folded} ELSE c END END, ''
      ) FROM part
    ) ELSE {text} END"""


def _sql_of_triggers(index: str, source: Source) -> dict[str, str]:
    key, columns = source.key, [source.key, *source.watched]
    watched = ", ".join(f'"{name}"' for name in columns)
    changed = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in columns)
    gone, come = _gone(index, source, f'OLD."{key}"'), _come_new(index, source)
    first, moved, last = _number(index, source)
    fires = {
        "insert": (f'INSERT ON "{source.table}"', [*first, come]),
        "update": (f'UPDATE OF {watched} ON "{source.table}" WHEN {changed}', [gone, *moved, come]),
        "delete": (f'DELETE ON "{source.table}"', [gone, *last]),
    }
    for text in source.of_parents:
        assert text.parent
        table, parents_key, by = text.parent
        rows = f'SELECT "{key}" FROM "{source.table}" WHERE "{by}" = NEW."{parents_key}"'
        fires[text.name] = (
            f'UPDATE OF "{text.column}" ON "{table}" '
            f'WHEN NEW."{text.column}" IS NOT OLD."{text.column}"',
            [_gone(index, source, rows), _come(index, source, rows)],
        )
    return {
        f"{index}_{name}": f'CREATE TRIGGER "{index}_{name}" AFTER {when} BEGIN {do}; END'
        for name, (when, steps) in fires.items()
        for do in ["; ".join(steps)]
    }


def _number(index: str, source: Source) -> tuple[list[str], list[str], list[str]]:
    """Return what numbers a new row, moves the number to another key, and ends it.

    A row has its number as long as it is there, whatever becomes of its texts, so that numbers
    stay in the order in which rows came.
    """
    if source.has_numbers:
        return [], [], []
    old, new = f'OLD."{source.key}"', f'NEW."{source.key}"'
    return (
        [f'INSERT INTO "{index}_number"(key) VALUES ({new})'],
        [f'UPDATE "{index}_number" SET key = {new} WHERE key = {old} AND {old} IS NOT {new}'],
        [f'DELETE FROM "{index}_number" WHERE key = {old}'],
    )


def _gone(index: str, source: Source, keys: str) -> str:
    """Return what takes the rows of these keys out of the index."""
    numbers = f'SELECT number FROM "{index}_number" WHERE key IN ({keys})'
    return f'DELETE FROM "{index}" WHERE rowid IN ({keys if source.has_numbers else numbers})'


def _come(index: str, source: Source, keys: str = "") -> str:
    """Return what puts the rows of these keys into the index; without keys, all rows."""
    names = ", ".join(f'"{name}"' for name in _columns_of(source))
    number = _number_of(index, source, '"id"')
    rows = f'FROM "{index}_text"' + (f' WHERE "id" IN ({keys})' if keys else "")
    return f'INSERT INTO "{index}"(rowid, {names}) SELECT {number}, {names} {rows}'


def _come_new(index: str, source: Source) -> str:
    """Return what puts the row that a trigger calls NEW into the index.

    If all is in the row itself, the view is not asked: to read the row again costs as much as to
    write the index.
    """
    key = f'NEW."{source.key}"'
    if source.of_parents:
        return _come(index, source, key)
    columns = [f'NEW."{text.column}"' for text in source.texts]
    given = [_sql_changed(f"substr({column}, 1, {LONGEST_TEXT})") for column in columns]
    if source.scope:
        given.append(f'NEW."{source.scope.column}"')
    names = ", ".join(f'"{name}"' for name in _columns_of(source))
    selected = ", ".join([_number_of(index, source, key), *given])
    return f'INSERT INTO "{index}"(rowid, {names}) SELECT {selected} WHERE {_sql_has_text(columns)}'


def _number_of(index: str, source: Source, key: str) -> str:
    if source.has_numbers:
        return key
    return f'(SELECT number FROM "{index}_number" WHERE key = {key})'


def _columns_of(source: Source) -> list[str]:
    return [*(text.name for text in source.texts), *([SCOPE] if source.scope else [])]


def _drop_tables(connection: BaseDatabaseWrapper, index: str) -> None:
    for table in (index, f"{index}_number"):
        _run(connection, f'DROP TABLE IF EXISTS "{table}"')


def _command(index: str, name: str, rank: int | None = None) -> str:
    if rank is None:
        return f'INSERT INTO "{index}"("{index}") VALUES (\'{name}\')'
    return f'INSERT INTO "{index}"("{index}", rank) VALUES (\'{name}\', {rank})'


def _exists(connection: BaseDatabaseWrapper, index: str) -> bool:
    sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = %s"
    with connection.cursor() as cursor:
        return cursor.execute(sql, [index]).fetchone() is not None


def _keepers_of(connection: BaseDatabaseWrapper, index: str) -> dict[str, tuple[str, str]]:
    """The view and the triggers that write the index, by name: what each is, and its SQL."""
    sql = (
        "SELECT name, type, sql FROM sqlite_master"
        " WHERE type IN ('view', 'trigger') AND name LIKE %s ESCAPE '!'"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [index.replace("_", "!_") + "!_%"])
        return {name: (kind, written) for name, kind, written in cursor.fetchall()}


def _changes(connection: BaseDatabaseWrapper, sql: str) -> int:
    """Run it; return how many rows it changed, those of the tables behind the index included."""
    with connection.cursor() as cursor:
        before = connection.connection.total_changes
        cursor.execute(sql)
        return int(connection.connection.total_changes - before)


def _run(connection: BaseDatabaseWrapper, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
