"""The index on PostgreSQL: a side table with a ``tsvector`` for each row, triggers that keep it.

Four functions go with it. ``…_tokens`` takes a text apart, with nothing but what every PostgreSQL
since 13 has: no extension, no dictionary and no parser with ideas of its own, so that a text is
the same tokens on every installation. ``…_vector`` writes them down and ``…_asked`` asks for them,
so that both agree. ``…_keep`` is the triggers'.

Triggers fire on every update and compare inside: one that named columns would forbid migrations
to alter them.
"""

# ruff: noqa: RUF001 - Greek letters are meant

from collections.abc import Sequence
from string import Template

from django.db import NotSupportedError
from django.db.backends.base.base import BaseDatabaseWrapper

from tradepost.kit.search.source import Source
from tradepost.kit.search.words import (
    LONGEST_SEARCH,
    LONGEST_TEXT,
    LOOKALIKES,
    UNSPACED,
    ranges_of_separators,
)

WEIGHTS = "ABCD"  # of the columns, first to last
SCOPE = ":"  # begins the token of a row's scope; no word has one

TOKENS = Template(r"""
CREATE FUNCTION "${index}_tokens"(given text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$$$
DECLARE
  plain text := $lower;
BEGIN
  IF plain ~ '[^\u0001-\u007f]' THEN
    plain := normalize($written_out, NFD);
    plain := normalize(regexp_replace(plain, '([a-zα-ω])[\u0300-\u036f]+', '\1', 'g'), NFC);
    plain := regexp_replace(plain, '([$alone])', ' \1 ', 'g');
  END IF;
  RETURN string_to_array(btrim(regexp_replace(plain, '[$separators]+', ' ', 'g')), ' ');
END $$$$;
""")
WORDS = Template("""
CREATE FUNCTION "${index}_vector"(given text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$$$
BEGIN  -- in this language, because a trigger would plan a function in plain SQL for each row anew
  RETURN (
    -- Places start at 2: there is a gap between columns, and no word goes from one into the next.
    SELECT coalesce(
      string_agg('''' || left(token, $longest_token) || ''':' || nth + 1, ' '), ''
    )::tsvector
    FROM unnest("${index}_tokens"(left(given, $longest))) WITH ORDINALITY AS tokens(token, nth)
  );
END $$$$;
CREATE FUNCTION "${index}_asked"(asked text[], weights text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$$$
  SELECT coalesce(string_agg('(' || phrase || ')', ' & '), '')::tsquery
  FROM unnest(asked) AS word, LATERAL (
    SELECT string_agg(
      '''' || left(token, $longest_token) || '''' || coalesce(':' || nullif(flags, ''), ''),
      ' <-> ' ORDER BY nth
    ) AS phrase
    FROM (
      SELECT token, nth, weights || CASE
        WHEN nth = count(*) OVER () AND word ~ '[^$separators]$$' THEN '*' ELSE ''
      END AS flags
      FROM unnest("${index}_tokens"(word)) WITH ORDINALITY AS of_word(token, nth)
    ) AS tokens
  ) AS phrases
$$$$;
""")
KEEP = Template("""
CREATE TABLE "$index" (id $key_type PRIMARY KEY, words tsvector NOT NULL);
CREATE INDEX "${index}_of_words" ON "$index" USING gin (words);
CREATE FUNCTION "${index}_keep"() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$$$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    TRUNCATE "$index";
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF ($new) IS NOT DISTINCT FROM ($old) THEN
      RETURN NULL;
    END IF;
  END IF;
  IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND (NEW."$key" <> OLD."$key" OR NOT $new_has_text) THEN
    DELETE FROM "$index" WHERE id = OLD."$key";
  END IF;
  IF TG_OP <> 'DELETE' AND $new_has_text THEN
    INSERT INTO "$index" (id, words)
    SELECT "row"."$key", $vector FROM $new_tables$lock
    ON CONFLICT (id) DO UPDATE SET words = excluded.words;
  END IF;
  RETURN NULL;
END $$$$;
CREATE TRIGGER "${index}_rows" AFTER INSERT OR UPDATE OR DELETE ON "$table"
FOR EACH ROW EXECUTE FUNCTION "${index}_keep"();
CREATE TRIGGER "${index}_truncate" AFTER TRUNCATE ON "$table"
FOR EACH STATEMENT EXECUTE FUNCTION "${index}_keep"();
INSERT INTO "$index" (id, words) SELECT "row"."$key", $vector FROM $tables WHERE $row_has_text;
""")
KEEP_PARENT = Template("""
CREATE FUNCTION "${index}_keep_$name"() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$$$
BEGIN
  IF NEW."$column" IS DISTINCT FROM OLD."$column" THEN
    INSERT INTO "$index" (id, words)
    SELECT "row"."$key", $vector FROM $tables
    WHERE "row"."$by" = NEW."$parents_key" ORDER BY "row"."$key"
    ON CONFLICT (id) DO UPDATE SET words = excluded.words;
  END IF;
  RETURN NULL;
END $$$$;
CREATE TRIGGER "${index}_$name" AFTER UPDATE ON "$parent"
FOR EACH ROW EXECUTE FUNCTION "${index}_keep_$name"();
""")


def create(connection: BaseDatabaseWrapper, index: str, source: Source) -> None:
    """Make all of it, filled with what is there."""
    names = _names(connection, index, source)
    for template in (TOKENS, WORDS, KEEP):
        _run(connection, template.substitute(names))
    for text in source.of_parents:
        assert text.parent
        parent, parents_key, by = text.parent
        of_parent = {"parent": parent, "parents_key": parents_key, "by": by}
        of_text = {"name": text.name, "column": text.column}
        _run(connection, KEEP_PARENT.substitute(names, **of_parent, **of_text))


def drop(connection: BaseDatabaseWrapper, index: str, source: Source) -> None:
    """Remove all of it."""
    for text in source.of_parents:  # the triggers go with their functions
        _run(connection, f'DROP FUNCTION "{index}_keep_{text.name}" CASCADE')
    _run(connection, f'DROP FUNCTION "{index}_keep" CASCADE')
    for name in ("asked", "vector", "tokens"):
        _run(connection, f'DROP FUNCTION "{index}_{name}"')
    _run(connection, f'DROP TABLE "{index}"')


def forget(connection: BaseDatabaseWrapper, index: str) -> None:
    """Take words that no row has any more out of the index; not in a transaction.

    GIN keeps them for ever. What a deleted row leaves in its table is PostgreSQL's own matter.
    """
    _run(connection, f'VACUUM "{index}"')
    _run(connection, f'REINDEX INDEX CONCURRENTLY "{index}_of_words"')


def asked_scope(values: Sequence[str]) -> str:
    """Return a tsquery for the rows of these scopes."""
    return " | ".join(f"'{SCOPE}{value}'" for value in values)


def _names(connection: BaseDatabaseWrapper, index: str, source: Source) -> dict[str, object]:
    compared = [source.key, *source.watched]
    parents = sorted({f'"of_{text.parent[2]}"' for text in source.of_parents if text.parent})
    return {
        "index": index,
        "table": source.table,
        "tables": source.tables,
        "new_tables": source.joined("(SELECT NEW.*)"),
        "key": source.key,
        "key_type": source.key_type(connection),
        "vector": " || ".join(_vectors(index, source)),
        "new_has_text": _has_text("NEW", source),
        "row_has_text": _has_text('"row"', source),
        "new": ", ".join(f'NEW."{name}"' for name in compared),
        "old": ", ".join(f'OLD."{name}"' for name in compared),
        # Whoever renames the parent waits for us, or we for them and then read the new name.
        "lock": f"\n    FOR KEY SHARE OF {', '.join(parents)}" if parents else "",
        "lower": _lower(connection),
        "written_out": _written_out("plain"),
        "alone": _class(UNSPACED),
        "separators": _class(ranges_of_separators()),
        "longest": LONGEST_TEXT,
        "longest_token": LONGEST_SEARCH,
    }


def _vectors(index: str, source: Source) -> list[str]:
    vectors = [
        f"setweight(\"{index}_vector\"({text.sql}), '{weight}')"
        for text, weight in zip(source.texts, WEIGHTS, strict=False)
    ]
    if source.scope:
        scope = f'"row"."{source.scope.column}"'
        vectors.append(f"array_to_tsvector(ARRAY['{SCOPE}' || {scope}])")
    return vectors


def _has_text(row: str, source: Source) -> str:
    """Return whether the row goes into the index; one with texts of parents always does."""
    if source.of_parents:
        return "TRUE"
    some = " OR ".join(f"{row}.\"{text.column}\" <> ''" for text in source.texts)
    return f"(({some}) IS TRUE)"


def _class(ranges: tuple[tuple[int, int], ...]) -> str:
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


def _lower(connection: BaseDatabaseWrapper) -> str:
    """Return SQL for the text in small letters.

    A database of the locale C knows the case of ASCII only, so Unicode's own rules are preferred.
    """
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        if cursor.fetchone() != ("UTF8",):
            raise NotSupportedError("A search index needs a database with the encoding UTF8.")
        cursor.execute("SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'")
        return 'lower(given COLLATE "und-x-icu")' if cursor.fetchone() else "lower(given)"


def _written_out(sql: str) -> str:
    """Return SQL for ``sql`` with other letters in place of look-alikes."""
    letters = {**LOOKALIKES, "ς": "σ"}
    single = {letter: plain for letter, plain in letters.items() if len(plain) == 1}
    sql = f"translate({sql}, '{''.join(single)}', '{''.join(single.values())}')"
    for letter in sorted(letters.keys() - single.keys()):
        sql = f"replace({sql}, '{letter}', '{letters[letter]}')"
    return sql


def _run(connection: BaseDatabaseWrapper, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
