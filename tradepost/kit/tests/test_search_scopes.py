"""Indexes of rows that are known by a UUID and searched within what they are part of."""

from uuid import UUID

import pytest
from django.apps import AppConfig
from django.db import connection, models, transaction
from django.db.models.signals import post_migrate, pre_migrate
from django.test.utils import isolate_apps

from tradepost.kit.ids import uuid7
from tradepost.kit.search import SearchIndex
from tradepost.kit.search.index import MOST_SCOPES
from tradepost.kit.search.operations import ENGINES, keep_index
from tradepost.kit.search.source import source_of
from tradepost.kit.tests.table_files import bytes_of_table

# On MariaDB a table that is made ends the transaction.
pytestmark = pytest.mark.django_db(transaction=connection.vendor == "mysql")

NOTES = SearchIndex(table="kit_note_search", fields=("body",), scope="room")
HERE, THERE = UUID(int=1), UUID(int=2)
SENT = {"plan": [("some migration", False)], "using": "default", "verbosity": 0}


@pytest.fixture
def notes():
    """Notes in rooms, searched by what they say; the tables are gone after the test."""
    with isolate_apps("tradepost.kit"):

        class Note(models.Model):  # noqa: DJ008 - nobody reads it
            id = models.UUIDField(primary_key=True, default=uuid7)
            room = models.UUIDField(default=HERE)
            body = models.TextField()

            class Meta:
                app_label, db_table = "noted", "kit_note"
                ordering = ["body"]

        source = source_of(Note, NOTES.fields, NOTES.scope)
        engine = ENGINES[connection.vendor]
        editor = connection.schema_editor()  # not entered: on SQLite that forbids a transaction
        editor.deferred_sql = []
        editor.create_model(Note)
        engine.create(connection, NOTES.table, source)
        if connection.vendor == "sqlite":
            engine.put_up(connection, NOTES.table, source)
        yield Note.objects.all()
        if not connection.in_atomic_block:  # nothing will be rolled back
            engine.drop(connection, NOTES.table, source)
            editor.delete_model(Note)


def write(notes, *bodies, room=HERE):
    return [notes.create(body=body, room=room) for body in bodies]


def found(notes, text, **given):
    return [note.body for note in NOTES.matching(notes, text, **given)]


def rows_of_the_index(scalar):
    return scalar("SELECT count(*) FROM kit_note_search")


def test_a_row_with_a_uuid_is_found_by_its_words(notes):
    write(notes, "green tea", "black tea", "coffee")

    assert found(notes, "tea") == ["black tea", "green tea"]
    assert found(notes, "gre te") == ["green tea"]
    assert found(notes, "tea coffee") == []


def test_a_changed_text_is_found_by_its_new_words_only(notes):
    write(notes, "green tea", "coffee")

    notes.filter(body="green tea").update(body="black tea")

    assert (found(notes, "green"), found(notes, "black")) == ([], ["black tea"])


def test_a_row_with_another_key_is_found_by_it(notes):
    write(notes, "green tea")

    notes.update(id=THERE)

    assert [note.pk for note in NOTES.matching(notes, "tea")] == [THERE]


def test_a_deleted_row_and_an_emptied_one_leave_the_index(notes, scalar):
    write(notes, "green tea", "black tea", "coffee")

    notes.filter(body="green tea").delete()
    notes.filter(body="black tea").update(body="")

    assert found(notes, "tea") == []
    assert rows_of_the_index(scalar) == 1


def test_what_is_rolled_back_is_not_found(notes, scalar):
    write(notes, "coffee")

    with transaction.atomic():
        write(notes, "green tea")
        notes.filter(body="coffee").update(body="cocoa")
        transaction.set_rollback(True)

    assert (found(notes, "tea"), found(notes, "coffee")) == ([], ["coffee"])
    assert rows_of_the_index(scalar) == 1


def test_a_row_without_text_is_not_in_the_index_until_it_has_some(notes, scalar):
    write(notes, "")
    before = rows_of_the_index(scalar)

    notes.update(body="green tea")

    assert (before, rows_of_the_index(scalar)) == (0, 1)
    assert found(notes, "tea") == ["green tea"]


def test_many_at_once_are_kept_too(notes):
    rows = [notes.model(body=body) for body in ("green tea", "", "black tea")]

    notes.bulk_create(rows)

    assert found(notes, "tea") == ["black tea", "green tea"]


# --- Scopes ----------------------------------------------------------------------------------


def test_a_search_within_scopes_finds_nothing_elsewhere(notes):
    write(notes, "green tea")
    write(notes, "black tea", room=THERE)

    assert found(notes, "tea", scope=[THERE]) == ["black tea"]
    assert found(notes, "tea", scope=[str(HERE)]) == ["green tea"]
    assert found(notes, "tea", scope=[HERE, THERE]) == ["black tea", "green tea"]
    assert found(notes, "tea", scope=[UUID(int=3)]) == []


@pytest.mark.parametrize("text", ["tea", "", "!"])
def test_within_no_scope_there_is_nothing(notes, text):
    write(notes, "green tea")

    assert found(notes, text, scope=[]) == []


def test_an_empty_search_within_a_scope_is_all_of_it(notes):
    write(notes, "green tea")
    write(notes, "black tea", room=THERE)

    assert found(notes, " ", scope=[THERE]) == ["black tea"]


def test_more_scopes_than_the_index_is_asked_for_narrow_the_rows(notes):
    write(notes, "green tea")
    write(notes, "black tea", room=THERE)
    others = [UUID(int=number) for number in range(2, MOST_SCOPES + 3)]

    assert found(notes, "tea", scope=others) == ["black tea"]
    assert asks_the_index(notes, others) is False
    assert asks_the_index(notes, others[1:]) is True


def asks_the_index(notes, scope) -> bool:
    sql = str(NOTES.matching(notes, "tea", scope=scope).query)
    return ("tsquery" if connection.vendor == "postgresql" else "of_scope") in sql


def test_a_row_that_moves_is_found_where_it_is(notes):
    write(notes, "green tea")

    notes.update(room=THERE)

    assert found(notes, "tea", scope=[HERE]) == []
    assert found(notes, "tea", scope=[THERE]) == ["green tea"]


def test_the_name_of_a_scope_is_no_word_of_its_rows(notes):
    write(notes, "green tea")

    assert (found(notes, HERE.hex), found(notes, "0"), found(notes, str(HERE))) == ([], [], [])


def test_a_word_like_the_name_of_a_scope_is_a_word(notes):
    write(notes, f"see {HERE.hex}", room=THERE)

    assert found(notes, HERE.hex, scope=[THERE]) == [f"see {HERE.hex}"]
    assert found(notes, "see", scope=[HERE]) == []


def test_unranked_rows_stay_in_their_order(notes):
    write(notes, "green tea", "black tea")
    ordered = NOTES.matching(notes.order_by("-body"), "tea", ranked=False)

    assert [note.body for note in ordered] == ["green tea", "black tea"]
    assert ordered.query.order_by == ("-body",)


def test_a_search_within_scopes_is_one_query(notes, django_assert_num_queries):
    write(notes, "green tea")

    with django_assert_num_queries(1):  # the rows, of which the index decides
        found(notes, "tea", scope=[HERE], ranked=False)


# --- What is left of deleted texts -----------------------------------------------------------


def bytes_of_the_index() -> bytes:
    """What the tables behind the index have, or its file on PostgreSQL and MariaDB."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE name LIKE 'kit!_note!_search!_%'"
                " ESCAPE '!' AND type = 'table'"
            )
            tables = [name for (name,) in cursor.fetchall()]
            assert "kit_note_search_data" in tables
            rows = [cursor.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables]
            return b"".join(_bytes(value) for table in rows for row in table for value in row)
        if connection.vendor == "mysql":
            return bytes_of_table(cursor, "kit_note_search")
        cursor.execute("SELECT gin_clean_pending_list('kit_note_search_of_words')")
        cursor.execute("CHECKPOINT")
        cursor.execute(
            "SELECT pg_read_binary_file(pg_relation_filepath('kit_note_search_of_words'))"
        )
        return bytes(cursor.fetchone()[0])


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("take", ["delete", "empty", "change"])
def test_nothing_is_left_of_a_deleted_text_when_the_index_has_forgotten(notes, take):
    write(notes, *(f"green tea {number}" for number in range(50)), "xylophone tea")
    there = b"ylophone" in bytes_of_the_index()
    secret = notes.filter(body="xylophone tea")

    {
        "delete": secret.delete,
        "empty": lambda: secret.update(body=""),
        "change": lambda: secret.update(body="coffee"),
    }[take]()
    NOTES.forget()

    assert there
    assert b"ylophone" not in bytes_of_the_index()
    assert len(found(notes, "tea")) == 50


# --- Migrations ------------------------------------------------------------------------------


@pytest.fixture
def config(notes):
    """An app that keeps the index."""

    class Noted(AppConfig):
        name, label, path = "noted", "noted", "noted"

        def get_model(self, *names, **given):
            return notes.model

    config = Noted("noted", None)
    keep_index(NOTES, app=config, model_name="Note")
    yield config
    for signal in (pre_migrate, post_migrate):
        signal.disconnect(sender=config, dispatch_uid=NOTES.table)


@pytest.mark.django_db(transaction=True)
def test_the_index_survives_that_its_table_is_made_anew(notes, config):
    write(notes, "green tea")

    pre_migrate.send(config, app_config=config, **SENT)
    with connection.schema_editor() as editor:
        if connection.vendor == "sqlite":
            editor._remake_table(notes.model)
    notes.update(body="black tea")
    post_migrate.send(config, app_config=config, **SENT)

    write(notes, "coffee", room=THERE)
    assert (found(notes, "green"), found(notes, "black")) == ([], ["black tea"])
    assert found(notes, "coffee", scope=[THERE]) == ["coffee"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="others keep their triggers")
def test_an_index_that_is_kept_in_an_older_way_is_made_anew(notes, scalar):
    write(notes, "green tea")
    source = source_of(notes.model, NOTES.fields)

    ENGINES["sqlite"].put_up(connection, NOTES.table, source)

    columns = scalar("SELECT group_concat(name) FROM pragma_table_info('kit_note_search')")
    assert columns == "body"
    assert found(notes, "tea") == ["green tea"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="VACUUM is no such thing elsewhere")
def test_numbers_of_rows_are_kept_when_the_file_is_written_anew(notes):
    write(notes, "coffee", "green tea", "black tea")
    notes.filter(body="coffee").delete()

    with connection.cursor() as cursor:
        cursor.execute("VACUUM")

    assert found(notes, "green") == ["green tea"]
