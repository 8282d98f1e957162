"""Guards: rules over several rows, kept by triggers of the database, whoever writes and however.

A rule that a check constraint cannot say (a reply is in the conversation of what it answers) is
declared in code, next to the tables it is about, and put up after every migrate. On SQLite Django
alters a table by making it anew, which forgets its triggers without a word and fails on those of
other tables that speak of it: there, guards are down while migrations run. PostgreSQL and MariaDB
keep them up; only those whose text is about to change make way.

A guard is one condition in SQL that all engines read. It looks at rows as the transaction sees
them: what two transactions break together, neither seeing the other, needs a lock besides.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.apps import AppConfig, apps
from django.apps.registry import Apps
from django.db import connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate

Event = Literal["INSERT", "UPDATE", "DELETE"]
LONGEST_NAME = 63  # characters, of anything in PostgreSQL; MariaDB knows 64
CHECK_FAILED = 4025  # MariaDB's number, by which Django knows a fault of integrity


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Refuse what is written to a row of ``table`` ``on`` these events if ``refuses`` is true.

    The conditions speak of ``NEW`` and ``OLD`` (an INSERT has no ``OLD``, a DELETE no ``NEW``) and
    are asked when the row is written. ``when`` looks at nothing else and is asked first, so that
    rows that the rule is not about cost next to nothing; ``refuses`` may look at any table. NULL is
    not true. ``IS DISTINCT FROM`` is understood everywhere, between two columns.

    The refusal is an ``IntegrityError`` with the guard's ``name`` in its text.
    """

    name: str
    table: str
    on: tuple[Event, ...]
    refuses: str
    when: str = "TRUE"


def keep_guards(app: AppConfig, guards: Sequence[Guard]) -> None:
    """Have all guards of the app stand whenever migrations have run; call it when it is ready.

    A guard that is declared no longer is taken down. None stand while the app's tables are those
    of older code, as after a migration backwards.
    """

    def before(plan: Sequence[Any], using: str, **context: Any) -> None:
        if plan and connections[using].vendor in ENGINES:
            _step_aside(connections[using], app, guards)

    def after(using: str, apps: Apps = apps, **context: Any) -> None:
        if connections[using].vendor in ENGINES and router.allow_migrate(using, app.label):
            with transaction.atomic(using=using):
                _put_up(connections[using], app, guards if _is_of_today(apps, app) else ())

    for signal, listener in ((pre_migrate, before), (post_migrate, after)):
        signal.connect(  # house: allow S1 because each app has guards of its own to watch
            listener, sender=app, weak=False, dispatch_uid=f"{app.label}_guards"
        )


@dataclass(frozen=True)
class _Written:
    """A guard in the words of an engine: ``text`` is what the database remembers of it."""

    text: str
    sql: str


class _Sqlite:
    listing = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s ESCAPE '!'"
    )
    removal = 'DROP TRIGGER "{}"'

    @staticmethod
    def steps_aside(text: str, wanted: _Written | None) -> bool:
        return True

    @staticmethod
    def write(app: AppConfig, guard: Guard) -> dict[str, _Written]:
        """Return the triggers by name: one for each event, as a trigger here has one."""
        condition = f"({guard.when}) AND ({guard.refuses})"
        # IS means the same and is older than version 3.39.
        condition = condition.replace("IS NOT DISTINCT FROM", "IS")
        condition = condition.replace("IS DISTINCT FROM", "IS NOT")
        written = {}
        for event in guard.on:
            name = _named(app, f"{guard.name}_{event.lower()}")
            sql = (
                f'CREATE TRIGGER "{name}" AFTER {event} ON "{guard.table}" WHEN {condition} '
                f"BEGIN SELECT RAISE(ABORT, '{guard.name}'); END"
            )
            written[name] = _Written(text=sql, sql=sql)
        return written


class _Postgresql:
    listing = (
        "SELECT tgname, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
        " WHERE NOT tgisinternal AND tgname LIKE %s ESCAPE '!' AND pg_function_is_visible(tgfoid)"
    )
    removal = 'DROP FUNCTION "{}" CASCADE'

    @staticmethod
    def steps_aside(text: str, wanted: _Written | None) -> bool:
        return wanted is None or wanted.text != text

    @staticmethod
    def write(app: AppConfig, guard: Guard) -> dict[str, _Written]:
        """Return the trigger by name.

        It names no column outside its function: that would forbid migrations to alter them. And it
        comes after the row, so that a statement of many rows is judged when all are there.
        """
        name = _named(app, guard.name)
        fires = f'AFTER {" OR ".join(guard.on)} ON "{guard.table}"'
        text = f"""-- {fires}
BEGIN
  IF {guard.when} THEN
    IF {guard.refuses} THEN
      RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
        MESSAGE = '{guard.name}', CONSTRAINT = '{guard.name}', TABLE = TG_TABLE_NAME;
    END IF;
  END IF;
  RETURN NULL;
END"""
        sql = (
            f'DROP FUNCTION IF EXISTS "{name}" CASCADE;'  # its table was dropped, with the trigger
            f'CREATE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql '
            f"SET search_path FROM CURRENT AS $guard${text}$guard$;"
            f'CREATE TRIGGER "{name}" {fires} FOR EACH ROW EXECUTE FUNCTION "{name}"()'
        )
        return {name: _Written(text=text, sql=sql)}


class _Mariadb:
    listing = (
        "SELECT trigger_name, action_statement FROM information_schema.triggers"
        " WHERE trigger_schema = DATABASE() AND trigger_name LIKE %s ESCAPE '!'"
    )
    removal = 'DROP TRIGGER "{}"'

    @staticmethod
    def steps_aside(text: str, wanted: _Written | None) -> bool:
        return wanted is None or wanted.text != text

    @staticmethod
    def write(app: AppConfig, guard: Guard) -> dict[str, _Written]:
        """Return the triggers by name: one for each event. They refuse as a check would."""
        when, refuses = (_in_words_of_mariadb(sql) for sql in (guard.when, guard.refuses))
        text = f"""BEGIN -- {guard.table}
  IF {when} THEN
    IF {refuses} THEN
      SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = {CHECK_FAILED}, MESSAGE_TEXT = '{guard.name}';
    END IF;
  END IF;
END"""
        written = {}
        for event in guard.on:
            name = _named(app, f"{guard.name}_{event.lower()}")
            sql = f'CREATE TRIGGER "{name}" AFTER {event} ON "{guard.table}" FOR EACH ROW {text}'
            written[name] = _Written(text=text, sql=sql)
        return written


def _in_words_of_mariadb(condition: str) -> str:
    condition = re.sub(r"(\S+) IS NOT DISTINCT FROM (\S+)", r"\1 <=> \2", condition)
    return re.sub(r"(\S+) IS DISTINCT FROM (\S+)", r"NOT (\1 <=> \2)", condition)


ENGINES: dict[str, type[_Sqlite | _Postgresql | _Mariadb]] = {
    "sqlite": _Sqlite,
    "postgresql": _Postgresql,
    "mysql": _Mariadb,
}


def _named(app: AppConfig, name: str) -> str:
    full = f"{app.label}_guard_{name}"
    if len(full) > LONGEST_NAME:
        raise ValueError(f"the guard's name is too long: {full}")
    return full


def _put_up(connection: BaseDatabaseWrapper, app: AppConfig, guards: Iterable[Guard]) -> None:
    """Have these guards of the app and no others; one query if it is so already."""
    wanted, standing = _written(connection, app, guards), _standing(connection, app)
    right = {
        name for name, text in standing.items() if name in wanted and wanted[name].text == text
    }
    _take_down(connection, standing.keys() - right)
    for name in sorted(wanted.keys() - right):
        _run(connection, wanted[name].sql)


def _step_aside(connection: BaseDatabaseWrapper, app: AppConfig, guards: Iterable[Guard]) -> None:
    """Take down what would be in the way of migrations."""
    steps_aside, wanted = ENGINES[connection.vendor].steps_aside, _written(connection, app, guards)
    standing = _standing(connection, app)
    _take_down(
        connection, [name for name in standing if steps_aside(standing[name], wanted.get(name))]
    )


def _written(
    connection: BaseDatabaseWrapper, app: AppConfig, guards: Iterable[Guard]
) -> dict[str, _Written]:
    write = ENGINES[connection.vendor].write
    return {name: written for guard in guards for name, written in write(app, guard).items()}


def _standing(connection: BaseDatabaseWrapper, app: AppConfig) -> dict[str, str]:
    """The texts of the app's guards in the database, by name."""
    start = _named(app, "").replace("_", "!_")
    with connection.cursor() as cursor:
        cursor.execute(ENGINES[connection.vendor].listing, [f"{start}%"])
        return dict(cursor.fetchall())


def _take_down(connection: BaseDatabaseWrapper, names: Iterable[str]) -> None:
    for name in sorted(names):
        _run(connection, ENGINES[connection.vendor].removal.format(name))


def _run(connection: BaseDatabaseWrapper, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _is_of_today(migrated: Apps, app: AppConfig) -> bool:
    """Whether the app's tables, as migrated, are those that the code and its guards know."""
    return _columns(migrated, app) == _columns(apps, app)


def _columns(of: Apps, app: AppConfig) -> set[tuple[str, str | None]]:
    models = of.all_models[app.label].values()
    return {(m._meta.db_table, f.column) for m in models for f in m._meta.local_concrete_fields}
