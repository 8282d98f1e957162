"""The index on SQLite: an FTS5 table, a view that says what is in it, triggers that keep it.

FTS5 folds case and accents. What it does not know is done to the text before: letters that look
alike, Greek accents, and spaces around characters of scripts that have none.

SQLite cannot make a table anew (Django's way to alter one) while a view or a trigger of another
table speaks of it, and forgets the triggers of the table itself. So a migration only makes the
FTS5 table; view and triggers are taken down before migrations run and put up after them.
"""

# ruff: noqa: S608 - names are those of tables, and texts are parameters

import unicodedata

from django.db.backends.base.base import BaseDatabaseWrapper

from tradepost.kit.search.source import Source
from tradepost.kit.search.words import LONGEST_TEXT, LOOKALIKES, UNSPACED, is_open

TOKENIZER = "unicode61 remove_diacritics 2 categories 'L* N* M* Co'"
ALONE = "".join(f"{chr(first)}-{chr(last)}" for first, last in UNSPACED)
GREEK = "άέήίόύώϊϋΐΰ"


def _plain(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]


SMALL = {**LOOKALIKES, **{letter: _plain(letter) for letter in GREEK}}
FOLDED = {**SMALL, **{k.upper(): v for k, v in SMALL.items() if len(k.upper()) == 1}, "ẞ": "ss"}
del FOLDED["I"]  # the capital of the i without a dot is everybody's I


def create(connection: BaseDatabaseWrapper, index: str, source: Source) -> None:
    """Make the empty table."""
    columns = ", ".join(f'"{text.name}"' for text in source.texts)
    _run(
        connection,
        f'CREATE VIRTUAL TABLE "{index}" USING fts5'
        f"({columns}, tokenize=\"{TOKENIZER}\", prefix='1 2 3')",
    )


def drop(connection: BaseDatabaseWrapper, index: str, source: Source) -> None:
    """Remove all of it."""
    take_down(connection, index)
    _run(connection, f'DROP TABLE IF EXISTS "{index}"')


def take_down(connection: BaseDatabaseWrapper, index: str) -> None:
    """Remove what would be in the way of migrations; the index stays and is kept no longer."""
    for name in _triggers_of(connection, index):
        _run(connection, f'DROP TRIGGER "{name}"')
    _run(connection, f'DROP VIEW IF EXISTS "{index}_text"')


def put_up(connection: BaseDatabaseWrapper, index: str, source: Source) -> None:
    """Have the index kept from now on, filled with what is there; cheap if it is kept already."""
    triggers = _sql_of_triggers(index, source)
    if not _exists(connection, index) or _triggers_of(connection, index) == set(triggers):
        return
    take_down(connection, index)
    _run(connection, _sql_of_view(index, source))
    for name, sql in triggers.items():
        _run(connection, f'CREATE TRIGGER "{name}" {sql}')
    _run(connection, f'DELETE FROM "{index}"')
    _run(connection, _insert(index, source))
    _run(connection, f'INSERT INTO "{index}"("{index}") VALUES (\'optimize\')')


def match_of(words: list[str], columns: list[str]) -> str:
    """Return what FTS5 is asked: all words, in these columns; in all of them if none is named."""
    asked = " ".join(f'"{_folded(word)}"{"*" if is_open(word) else ""}' for word in words)
    return f"{{{' '.join(columns)}}} : ({asked})" if columns else asked


def _folded(word: str) -> str:
    plain = "".join(FOLDED.get(c, c) for c in word.replace('"', " "))
    return "".join(f" {c} " if _is_alone(c) else c for c in plain)


def _is_alone(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in UNSPACED)


def _sql_of_view(index: str, source: Source) -> str:
    """Of each row the texts as the index has them."""
    given = ", ".join(
        f'substr({text.sql}, 1, {LONGEST_TEXT}) AS "{text.name}"' for text in source.texts
    )
    changed = ", ".join(f'{_sql_changed(text.name)} AS "{text.name}"' for text in source.texts)
    return (
        f'CREATE VIEW "{index}_text" AS SELECT "id", {changed} '
        f'FROM (SELECT "row"."{source.key}" AS "id", {given} FROM {source.tables})'
    )


def _sql_changed(column: str) -> str:
    """The text with what FTS5 does not know done to it, character by character if need be."""
    folded = " ".join(f"WHEN '{letter}' THEN '{plain}'" for letter, plain in FOLDED.items())
    return f"""CASE WHEN "{column}" GLOB '*[{ALONE}{"".join(FOLDED)}]*' THEN (
      WITH RECURSIVE part(c, rest) AS (
        SELECT '', "{column}"
        UNION ALL SELECT substr(rest, 1, 1), substr(rest, 2) FROM part WHERE rest <> ''
      )
      SELECT group_concat(
        CASE WHEN c GLOB '[{ALONE}]' THEN ' ' || c || ' ' ELSE CASE c {folded} ELSE c END END, ''
      ) FROM part
    ) ELSE "{column}" END"""


def _sql_of_triggers(index: str, source: Source) -> dict[str, str]:
    key, columns = source.key, [source.key, *source.watched]
    watched = ", ".join(f'"{name}"' for name in columns)
    changed = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in columns)
    gone = f'DELETE FROM "{index}" WHERE rowid = OLD."{key}";'
    come = f'{_insert(index, source)} WHERE "id" = NEW."{key}";'
    triggers = {
        f"{index}_insert": f'AFTER INSERT ON "{source.table}" BEGIN {come} END',
        f"{index}_update": f'AFTER UPDATE OF {watched} ON "{source.table}" '
        f"WHEN {changed} BEGIN {gone} {come} END",
        f"{index}_delete": f'AFTER DELETE ON "{source.table}" BEGIN {gone} END',
    }
    for text in source.of_parents:
        assert text.parent
        table, parents_key, by = text.parent
        rows = f'(SELECT "{key}" FROM "{source.table}" WHERE "{by}" = NEW."{parents_key}")'
        triggers[f"{index}_{text.name}"] = (
            f'AFTER UPDATE OF "{text.column}" ON "{table}" '
            f'WHEN NEW."{text.column}" IS NOT OLD."{text.column}" BEGIN '
            f'DELETE FROM "{index}" WHERE rowid IN {rows}; '
            f'{_insert(index, source)} WHERE "id" IN {rows}; END'
        )
    return triggers


def _insert(index: str, source: Source) -> str:
    names = ", ".join(f'"{text.name}"' for text in source.texts)
    return f'INSERT INTO "{index}"(rowid, {names}) SELECT "id", {names} FROM "{index}_text"'


def _exists(connection: BaseDatabaseWrapper, index: str) -> bool:
    return bool(_names(connection, "type = 'table' AND name = %s", index))


def _triggers_of(connection: BaseDatabaseWrapper, index: str) -> set[str]:
    """The triggers that write the index, by name."""
    return _names(connection, "type = 'trigger' AND name LIKE %s ESCAPE '!'", _start(index))


def _start(index: str) -> str:
    return index.replace("_", "!_") + "!_%"


def _names(connection: BaseDatabaseWrapper, condition: str, value: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM sqlite_master WHERE {condition}", [value])
        return {name for (name,) in cursor.fetchall()}


def _run(connection: BaseDatabaseWrapper, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
