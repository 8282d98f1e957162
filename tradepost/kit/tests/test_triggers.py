"""Rules kept by triggers: whoever writes, and whatever migrations do to the tables."""

from importlib import import_module

import pytest
from django.apps import AppConfig
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.state import ModelState, ProjectState
from django.db.models.signals import post_migrate, pre_migrate
from django.test.utils import CaptureQueriesContext, isolate_apps

from tradepost.kit.triggers import Guard, keep_guards

pytestmark = pytest.mark.django_db(transaction=True)

WITH_ITS_PARENT = Guard(
    name="note_is_with_its_parent",
    table="guarded_note",
    on=("INSERT", "UPDATE"),
    when="NEW.parent_id IS NOT NULL",
    refuses="NOT EXISTS (SELECT 1 FROM guarded_note parent"
    " WHERE parent.id = NEW.parent_id AND parent.room = NEW.room)",
)
WITH_HISTORY = Guard(
    name="note_keeps_its_history",
    table="guarded_note",
    on=("UPDATE",),
    when="NEW.body IS DISTINCT FROM OLD.body",
    refuses="NOT EXISTS (SELECT 1 FROM guarded_edit edit"
    " WHERE edit.note_id = OLD.id AND edit.body = OLD.body)",
)
PLAN = [("some migration", False)]
SENT = {"using": "default", "verbosity": 0}


@pytest.fixture
def tables():
    """Notes and their old texts, in tables that are gone after the test."""
    with isolate_apps("tradepost.kit"):

        class Note(models.Model):  # noqa: DJ008 - nobody reads it
            parent = models.ForeignKey("self", models.CASCADE, null=True)
            room = models.IntegerField(default=1)
            body = models.TextField(default="tea")

            class Meta:
                app_label, db_table = "guarded", "guarded_note"

        class Edit(models.Model):  # noqa: DJ008
            note = models.ForeignKey(Note, models.CASCADE)
            body = models.TextField()

            class Meta:
                app_label, db_table = "guarded", "guarded_edit"

        with connection.schema_editor() as editor:
            editor.create_model(Note)
            editor.create_model(Edit)
        yield Note, Edit
        with connection.schema_editor() as editor:
            editor.delete_model(Edit)
            editor.delete_model(Note)


@pytest.fixture
def keep(tables):
    """``keep(*guards)`` declares them and migrates; ``before`` and ``after`` are its halves."""
    keeper = Keeper()
    yield keeper
    keeper.forget()


class Keeper:
    def __init__(self):
        self.config = AppConfig("guarded", import_module("tradepost.kit.tests"))

    def __call__(self, *guards):
        self.forget()
        keep_guards(self.config, guards)
        self.before(plan=[])  # guards change without a migration
        self.after()

    def before(self, plan=PLAN):
        pre_migrate.send(self.config, app_config=self.config, plan=plan, **SENT)

    def after(self, **context):
        post_migrate.send(self.config, app_config=self.config, plan=PLAN, **SENT, **context)

    def forget(self):
        for signal in (pre_migrate, post_migrate):
            signal.disconnect(sender=self.config, dispatch_uid="guarded_guards")


def refused(write) -> str:
    """What the database says to it; empty when it takes it."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        return str(error.args[-1]).splitlines()[0]  # MariaDB puts a number before it
    return ""


def test_a_row_that_breaks_the_rule_is_refused_by_the_name_of_the_guard(tables, keep):
    Note, _ = tables
    keep(WITH_ITS_PARENT)
    parent = Note.objects.create()

    said = refused(lambda: Note.objects.create(parent=parent, room=2))

    assert said == "note_is_with_its_parent"
    assert list(Note.objects.all()) == [parent]


def test_a_row_that_keeps_the_rule_is_written(tables, keep):
    Note, _ = tables
    keep(WITH_ITS_PARENT)
    parent = Note.objects.create(room=2)

    assert refused(lambda: Note.objects.create(parent=parent, room=2)) == ""
    assert refused(lambda: Note.objects.create(room=3)) == ""
    assert Note.objects.count() == 3


@pytest.mark.parametrize("ignore", [False, True])
def test_many_at_once_are_refused_alike(tables, keep, ignore):
    Note, _ = tables
    keep(WITH_ITS_PARENT)
    parent = Note.objects.create()
    notes = [Note(parent=parent), Note(parent=parent, room=2)]

    said = refused(lambda: Note.objects.bulk_create(notes, ignore_conflicts=ignore))

    assert (said, Note.objects.count()) == ("note_is_with_its_parent", 1)


def test_an_update_is_judged_by_what_was_and_what_is(tables, keep):
    Note, Edit = tables
    keep(WITH_HISTORY)
    note = Note.objects.create(body="tea")

    without = refused(lambda: Note.objects.update(body="coffee"))
    unchanged = refused(lambda: Note.objects.update(body="tea", room=5))
    Edit.objects.create(note=note, body="tea")
    after = refused(lambda: Note.objects.update(body="coffee"))

    assert (without, unchanged, after) == ("note_keeps_its_history", "", "")
    assert Note.objects.get().body == "coffee"


def test_a_deletion_can_be_refused(tables, keep):
    Note, _ = tables
    keep(Guard(name="note_stays", table="guarded_note", on=("DELETE",), refuses="OLD.room = 1"))
    Note.objects.create(room=1)
    Note.objects.create(room=2)

    assert refused(lambda: Note.objects.filter(room=1).delete()) == "note_stays"
    assert refused(lambda: Note.objects.filter(room=2).delete()) == ""


def test_guards_stand_again_after_a_migration_that_makes_their_tables_anew(tables, keep):
    Note, Edit = tables
    keep(WITH_ITS_PARENT, WITH_HISTORY)
    parent = Note.objects.create()

    keep.before()
    with connection.schema_editor() as editor:
        change_type(editor, Note, "room", models.BigIntegerField())
        change_type(editor, Note, "body", models.CharField(max_length=50))
        change_type(editor, Edit, "body", models.CharField(max_length=50))
    keep.after()

    assert refused(lambda: Note.objects.create(parent=parent, room=2)) == "note_is_with_its_parent"
    assert refused(lambda: Note.objects.update(body="coffee")) == "note_keeps_its_history"


def change_type(editor, model, name, field):
    field.set_attributes_from_name(name)
    field.model = model
    editor.alter_field(model, model._meta.get_field(name), field)


def test_a_guard_that_changed_takes_the_place_of_the_old(tables, keep):
    Note, _ = tables
    guard = {"name": "note_is_in_a_room", "table": "guarded_note", "on": ("INSERT",)}
    keep(Guard(**guard, refuses="NEW.room < 1"))

    keep(Guard(**guard, refuses="NEW.room < 3"))

    assert refused(lambda: Note.objects.create(room=2)) == "note_is_in_a_room"
    assert refused(lambda: Note.objects.create(room=3)) == ""


def test_a_guard_that_changed_its_events_takes_the_place_of_the_old(tables, keep):
    Note, _ = tables
    guard = {"name": "note_is_in_a_room", "table": "guarded_note", "refuses": "NEW.room < 1"}
    keep(Guard(**guard, on=("INSERT",)))

    keep(Guard(**guard, on=("UPDATE",)))

    assert refused(lambda: Note.objects.create(room=0)) == ""
    assert refused(lambda: Note.objects.update(room=-1)) == "note_is_in_a_room"


def test_a_guard_that_is_declared_no_longer_is_gone(tables, keep):
    Note, _ = tables
    keep(WITH_ITS_PARENT, WITH_HISTORY)

    keep(WITH_ITS_PARENT)

    parent = Note.objects.create()
    assert refused(lambda: Note.objects.update(body="coffee")) == ""
    assert refused(lambda: Note.objects.create(parent=parent, room=2)) == "note_is_with_its_parent"


def test_guards_that_stand_cost_one_look(tables, keep):
    keep(WITH_ITS_PARENT, WITH_HISTORY)

    with CaptureQueriesContext(connection) as queries:
        keep.before(plan=[])
        keep.after()

    asked = [query["sql"].split()[0] for query in queries]
    assert [word for word in asked if word not in ("BEGIN", "COMMIT")] == ["SELECT"]


def test_an_outdated_guard_is_out_of_the_way_of_migrations(tables, keep):
    Note, _ = tables
    guard = {"name": "note_is_in_a_room", "table": "guarded_note", "on": ("INSERT",)}
    keep(Guard(**guard, refuses="NEW.room < 1"))
    keep.forget()
    keep_guards(keep.config, [Guard(**guard, refuses="NEW.room < 3")])

    keep.before()

    assert refused(lambda: Note.objects.create(room=0)) == ""


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite makes tables anew")
def test_guards_stand_while_migrations_run(tables, keep):
    Note, _ = tables
    keep(WITH_ITS_PARENT)
    parent = Note.objects.create()

    keep.before()

    assert refused(lambda: Note.objects.create(parent=parent, room=2)) == "note_is_with_its_parent"


def test_none_stand_when_the_tables_are_those_of_older_code(tables, keep):
    Note, _ = tables
    keep(WITH_ITS_PARENT)
    older = ProjectState()
    older.add_model(ModelState("guarded", "Old", [("id", models.BigAutoField(primary_key=True))]))

    keep.after(apps=older.apps)

    parent = Note.objects.create()
    assert refused(lambda: Note.objects.create(parent=parent, room=2)) == ""


def test_a_name_that_would_be_cut_is_refused(tables, keep):
    guard = Guard(name="n" * 50, table="guarded_note", on=("INSERT",), refuses="FALSE")

    with pytest.raises(ValueError, match="too long"):
        keep(guard)
