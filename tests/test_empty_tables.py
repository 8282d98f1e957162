"""Nothing of a test that commits is there when the next one begins."""

from threading import Event, Thread

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection, connections, transaction

from tests.empty_tables import empty_tables
from tradepost.core.actions import demo
from tradepost.core.actions.demo import make_demo_data
from tradepost.feed.tests.live import wait_until
from tradepost.kit import triggers
from tradepost.store.queries import CUSTOMER_SERVICE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_pictures(settings, tmp_path, monkeypatch) -> None:
    """The demo draws none: that takes a second."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(demo, "MOTIFS", {})


def filled() -> set[str]:
    """The tables that have a row, those of the search among them; but where SQLite keeps a search's
    words (``_idx``) something is left of deleted ones."""
    found = set()
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in (name for name in tables if not name.endswith("_search_idx")):
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")
            if cursor.fetchone() != (0,):
                found.add(table)
    return found


def standing_guards() -> dict[str, str]:
    return triggers._standing(connection, apps.get_app_config("messaging"))


def contents() -> dict[str, list[tuple[object, ...]]]:
    """The rows of migrations."""
    models = (ContentType, Permission, Group, Group.permissions.through)
    return {str(model): list(model.objects.order_by("pk").values_list()) for model in models}


def test_what_a_test_left_is_gone():
    empty = filled()
    make_demo_data(password="x-y-z-123")
    full = filled()

    empty_tables("default")

    assert empty >= {"auth_group", "auth_permission", "django_content_type"}
    assert empty.isdisjoint({"accounts_user", "store_product", "messaging_message"})
    assert len(full - empty) > 20
    assert filled() == empty


def test_rows_of_migrations_stay_as_they_are():
    before = contents()

    empty_tables("default")

    assert contents() == before
    assert Group.objects.filter(name=CUSTOMER_SERVICE).exists()


def test_rows_of_migrations_that_a_test_changed_are_as_they_were():
    before = contents()
    Permission.objects.filter(codename="add_product").update(name="Changed")
    ContentType.objects.get(app_label="store", model="cart").delete()
    Group.objects.create(name="Singers")
    Group.objects.get(name=CUSTOMER_SERVICE).permissions.clear()

    empty_tables("default")

    assert contents() == before


def test_rows_of_migrations_that_are_gone_are_there_again():
    before = contents()
    Group.objects.all().delete()

    empty_tables("default")

    assert contents() == before


def test_new_rows_come_after_those_that_are_there_again():
    Group.objects.all().delete()
    with connection.cursor() as cursor:
        groups = [{"table": "auth_group", "column": "id"}]
        for statement in connection.ops.sequence_reset_by_name_sql(no_style(), groups):
            cursor.execute(statement)

    empty_tables("default")

    assert Group.objects.create(name="Singers").pk > max(
        Group.objects.exclude(name="Singers").values_list("pk", flat=True)
    )


def test_guards_that_a_test_took_down_stand_again():
    before = standing_guards()
    triggers._take_down(connection, before)

    empty_tables("default")

    assert before
    assert standing_guards() == before


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="looks at PostgreSQL's locks")
def test_who_still_writes_is_waited_for():
    written, may_commit = Event(), Event()
    threads = [
        Thread(target=write_until, args=(written, may_commit)),
        Thread(target=empty_and_disconnect),
    ]
    threads[0].start()
    assert written.wait(10)
    threads[1].start()
    wait_until(somebody_waits)
    may_commit.set()
    for thread in threads:
        thread.join(10)

    assert not any(thread.is_alive() for thread in threads)
    assert not Group.objects.filter(name="Late").exists()


def write_until(written: Event, may_commit: Event) -> None:
    with transaction.atomic():
        Group.objects.create(name="Late")
        written.set()
        assert may_commit.wait(10)
    connections.close_all()


def empty_and_disconnect() -> None:
    empty_tables("default")
    connections.close_all()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone() is not None
