"""The index on MariaDB: a side table with the folded texts of each row, triggers that keep it.

InnoDB's own full text index knows nothing that is not committed yet, has stop words, and cannot be
asked for one letter. So a function (``…_tokens``) writes a text down as its tokens with a space
around each, and a search looks for ``% tea%`` in that. It finds what the other engines find, but
reads all rows of the index for that (of the scopes that are asked for, where there are some).
"""

# ruff: noqa: RUF001, S608 - Greek letters are meant; names are those of tables

import unicodedata
from collections.abc import Sequence
from functools import cache

from django.db.backends.base.base import BaseDatabaseWrapper

from tradepost.kit.search.source import Source, Text
from tradepost.kit.search.words import LONGEST_TEXT, LOOKALIKES, UNSPACED, is_open

SCOPE = "of_scope"  # the column, after those of the texts
ACCENTED = (*range(0xC0, 0x250), *range(0x370, 0x400), *range(0x1E00, 0x2000))  # Latin and Greek
FIRST_OF_OTHERS = "Ѐ"  # from here on an accent makes a letter of its own
MARKS = "[\\\\x{0300}-\\\\x{036f}]"
SEPARATORS = "[\\\\p{P}\\\\p{S}\\\\p{Z}\\\\p{Cc}\\\\p{Cf}]+"


def create(connection: BaseDatabaseWrapper, index: str, source: Source) -> None:
    """Make all of it, filled with what is there."""
    columns = [f'"{text.name}" longtext NOT NULL' for text in source.texts]
    if source.scope:
        columns.append(f"{SCOPE} {source.scope.rel_db_type(connection)} NOT NULL, INDEX ({SCOPE})")
    key = f"id {source.key_type(connection)} PRIMARY KEY"
    _run(connection, f'CREATE TABLE "{index}" ({", ".join([key, *columns])})')
    _run(connection, _sql_of_tokens(connection, index))
    for sql in _sql_of_triggers(index, source).values():
        _run(connection, sql)
    _run(connection, _sql_of_filling(index, source))


def drop(connection: BaseDatabaseWrapper, index: str, source: Source) -> None:
    """Remove all of it."""
    for name in _sql_of_triggers(index, source):
        _run(connection, f'DROP TRIGGER IF EXISTS "{name}"')
    _run(connection, f'DROP FUNCTION "{index}_tokens"')
    _run(connection, f'DROP TABLE "{index}"')


def forget(connection: BaseDatabaseWrapper, index: str) -> None:
    """Take what only deleted texts had out of the file of the index; not in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f'OPTIMIZE TABLE "{index}"')
        cursor.fetchall()


def keys_of(
    index: str,
    words: Sequence[str],
    columns: Sequence[str],
    scope: Sequence[str],
    *,
    without: Sequence[str] = (),
) -> tuple[str, list[str]]:
    """Return SQL, and its parameters, for the keys of the rows that have all the words in these
    columns and none of those ``without``; with ``scope`` only rows of these."""
    conditions = [_has(index, columns)] * len(words)
    conditions += [f"NOT {_has(index, columns)}"] * len(without)
    asked = [part for word in [*words, *without] for part in _pattern(word) * len(columns)]
    if scope:
        conditions.append(f"{SCOPE} IN ({', '.join(['%s'] * len(scope))})")
    return f'SELECT id FROM "{index}" WHERE {" AND ".join(conditions)}', [*asked, *scope]


def _has(index: str, columns: Sequence[str]) -> str:
    """A condition on each of the columns; what is looked for is folded once, not for each row."""
    pattern = f'(SELECT %s || "{index}_tokens"(%s) || %s)'
    return f"({' OR '.join(f'{name} LIKE {pattern}' for name in map(_quoted, columns))})"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _pattern(word: str) -> list[str]:
    """What stands around the tokens: a word that is open may go on, else a space must follow."""
    return ["%", word, "%" if is_open(word) else " %"]


def _sql_of_tokens(connection: BaseDatabaseWrapper, index: str) -> str:
    """A text of nothing but ASCII, which has as many bytes as characters, needs no folding."""
    alone = "".join(f"\\\\x{{{first:x}}}-\\\\x{{{last:x}}}" for first, last in UNSPACED)
    found = "\\\\1" if getattr(connection, "mysql_is_mariadb", True) else "$1"
    folding = "\n".join(
        f"    SET plain = REGEXP_REPLACE(plain, '[{letters}]', '{plain}');"
        for plain, letters in letters_by_plain().items()
    )
    return f"""
CREATE FUNCTION "{index}_tokens"(given longtext) RETURNS longtext DETERMINISTIC NO SQL
BEGIN
  DECLARE plain longtext DEFAULT LOWER(LEFT(given, {LONGEST_TEXT}));
  IF LENGTH(plain) <> CHAR_LENGTH(plain) THEN
{folding}
    SET plain = REGEXP_REPLACE(plain, '(?<=[a-zα-ω]){MARKS}+', '');
    SET plain = REGEXP_REPLACE(plain, '([{alone}])', ' {found} ');
  END IF;
  SET plain = TRIM(REGEXP_REPLACE(plain, '{SEPARATORS}', ' '));
  RETURN IF(plain = '', '', ' ' || plain);
END"""


@cache
def letters_by_plain() -> dict[str, str]:
    """Return the letters that are folded into each: those of Latin and Greek with accents, in both
    cases, and those that only look alike."""
    letters: dict[str, str] = {}
    for letter in [*map(chr, ACCENTED), *LOOKALIKES, *(k.upper() for k in LOOKALIKES)]:
        plain = _folded(letter)
        if len(letter) == 1 and plain != letter and letter not in letters.get(plain, ""):
            letters[plain] = letters.get(plain, "") + letter
    return letters


def _folded(letter: str) -> str:
    small = unicodedata.normalize("NFC", letter).lower().replace("ς", "σ")
    parts = unicodedata.normalize("NFD", "".join(LOOKALIKES.get(c, c) for c in small))
    if parts >= FIRST_OF_OTHERS:
        return unicodedata.normalize("NFC", parts)
    return "".join(part for part in parts if not "\u0300" <= part <= "\u036f") or letter


def _sql_of_triggers(index: str, source: Source) -> dict[str, str]:
    key, watched = source.key, [source.key, *source.watched]
    same = " AND ".join(f'NEW."{name}" <=> OLD."{name}"' for name in watched)
    gone, come = f'DELETE FROM "{index}" WHERE id = OLD."{key}"', _come(index, source)
    do = {
        "insert": come,
        "update": f"IF NOT ({same}) THEN {gone}; {come}; END IF",
        "delete": gone,
    }
    triggers = {f"{index}_{name}": (name, source.table, step) for name, step in do.items()}
    for text in source.of_parents:
        assert text.parent
        changed = f'NOT (NEW."{text.column}" <=> OLD."{text.column}")'
        step = f"IF {changed} THEN {_renamed(index, source, text)}; END IF"
        triggers[f"{index}_{text.name}"] = ("update", text.parent[0], step)
    return {
        name: f'CREATE TRIGGER "{name}" AFTER {event} ON "{table}" FOR EACH ROW BEGIN {step}; END'
        for name, (event, table, step) in triggers.items()
    }


def _come(index: str, source: Source) -> str:
    """Put the row that a trigger calls NEW into the index; one without any text stays out.

    Whoever renames its parent waits for us, or we for them and then read the new name.
    """
    given = [_of_new(index, text) for text in source.texts]
    if source.scope:
        given.append(f'NEW."{source.scope.column}"')
    values = ", ".join([f'NEW."{source.key}"', *given])
    insert = f'INSERT INTO "{index}" ({_columns_of(source)}) VALUES ({values})'
    if source.of_parents:
        return insert
    some = " OR ".join(f"NEW.\"{text.column}\" <> ''" for text in source.texts)
    return f"IF {some} THEN {insert}; END IF"


def _of_new(index: str, text: Text) -> str:
    if text.parent is None:
        return _kept(index, f'NEW."{text.column}"')
    table, key, by = text.parent
    kept = _kept(index, _quoted(text.column))
    return f'(SELECT {kept} FROM "{table}" WHERE "{key}" = NEW."{by}" LOCK IN SHARE MODE)'


def _renamed(index: str, source: Source, text: Text) -> str:
    assert text.parent
    _, parents_key, by = text.parent
    kept = _kept(index, f'NEW."{text.column}"')
    return (
        f'UPDATE "{index}" JOIN "{source.table}" "row" ON "row"."{source.key}" = "{index}".id'
        f' SET "{index}"."{text.name}" = {kept}'
        f' WHERE "row"."{by}" = NEW."{parents_key}"'
    )


def _sql_of_filling(index: str, source: Source) -> str:
    given = [f'"row"."{source.key}"', *(_kept(index, text.sql) for text in source.texts)]
    if source.scope:
        given.append(f'"row"."{source.scope.column}"')
    some = " OR ".join(f"{text.sql} <> ''" for text in source.texts)
    return (
        f'INSERT INTO "{index}" ({_columns_of(source)})'
        f" SELECT {', '.join(given)} FROM {source.tables} WHERE {some}"
    )


def _kept(index: str, text: str) -> str:
    return f"\"{index}_tokens\"({text}) || ' '"


def _columns_of(source: Source) -> str:
    names = ["id", *(text.name for text in source.texts), *([SCOPE] if source.scope else [])]
    return ", ".join(map(_quoted, names))


def _run(connection: BaseDatabaseWrapper, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
