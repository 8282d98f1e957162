"""Operations of migrations that let others work, on a table that is made for it."""

import pytest
from django.db import connection, models
from django.db.migrations import AddConstraint, CreateModel
from django.db.migrations.state import ProjectState
from django.db.utils import IntegrityError

from tradepost.kit.online import AddCheckOnline, AddIndexOnline

pytestmark = pytest.mark.django_db(transaction=True)

TABLE = "kit_onlinething"
INDEX = AddIndexOnline("onlinething", models.Index(fields=["number"], name="online_by_number"))
POSITIVE = models.CheckConstraint(condition=models.Q(number__gt=0), name="online_positive")
CHECK = AddCheckOnline("onlinething", POSITIVE)


@pytest.fixture
def table():
    """The state in which the table is there; the table goes with the test."""
    state = ProjectState()
    fields = [("id", models.AutoField(primary_key=True)), ("number", models.IntegerField())]
    made = apply(CreateModel("OnlineThing", fields), state)
    yield made
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")


def apply(operation, before: ProjectState) -> ProjectState:
    after = before.clone()
    operation.state_forwards("kit", after)
    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("kit", editor, before, after)
    return after


def take_back(operation, before: ProjectState, after: ProjectState) -> None:
    with connection.schema_editor(atomic=False) as editor:
        operation.database_backwards("kit", editor, after, before)


def constraints() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, TABLE))


def put(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE} (number) VALUES ({number})")


def test_an_index_comes_and_goes(table):
    with_index = apply(INDEX, table)
    there = constraints()
    take_back(INDEX, table, with_index)

    assert "online_by_number" in there
    assert "online_by_number" not in constraints()


def test_a_check_holds_for_old_rows_and_new_ones(table):
    put(1)

    apply(CHECK, table)

    assert "online_positive" in constraints()
    with pytest.raises(IntegrityError):
        put(-1)


def test_a_check_comes_and_goes(table):
    with_check = apply(CHECK, table)

    take_back(CHECK, table, with_check)

    put(-1)
    assert "online_positive" not in constraints()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="half-way is PostgreSQL's alone")
def test_what_failed_half_way_can_be_run_again(table):
    put(-1)
    with pytest.raises(IntegrityError):
        apply(CHECK, table)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE}")

    apply(CHECK, table)
    apply(INDEX, table)
    apply(INDEX, table)

    assert {"online_positive", "online_by_number"} <= constraints()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the others lock as they always do")
def test_other_constraints_are_not_for_it(table):
    unique = models.UniqueConstraint(fields=["number"], name="online_once")

    with pytest.raises(TypeError, match="is for checks"):
        apply(AddCheckOnline("onlinething", unique), table)
    apply(AddConstraint("onlinething", unique), table)
    assert "online_once" in constraints()
