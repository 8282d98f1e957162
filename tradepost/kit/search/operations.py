"""For migrations: an operation that makes an index, and what has to be done around them."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from django.apps import AppConfig
from django.db import connections, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.signals import post_migrate, pre_migrate

from tradepost.kit.search import mariadb, postgresql, sqlite
from tradepost.kit.search.index import SearchIndex
from tradepost.kit.search.source import source_of

ENGINES: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql, "mysql": mariadb}


class CreateSearchIndex(Operation):
    """Make the index ``table`` over ``fields`` of a model; nothing on others than ``ENGINES``.

    ``scope`` is that of the ``SearchIndex``. The app calls ``keep_index`` for it.
    """

    reduces_to_sql = False

    def __init__(
        self, *, model_name: str, table: str, fields: Sequence[str], scope: str | None = None
    ) -> None:
        self.model_name, self.table, self.fields, self.scope = model_name, table, fields, scope

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The index is no part of the models."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._do("create", app_label, schema_editor, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._do("drop", app_label, schema_editor, to_state)

    def _do(
        self,
        what: str,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        state: ProjectState,
    ) -> None:
        connection = schema_editor.connection
        engine = ENGINES.get(connection.vendor)
        if engine and self.allow_migrate_model(
            connection.alias, model := state.apps.get_model(app_label, self.model_name)
        ):
            getattr(engine, what)(connection, self.table, source_of(model, self.fields, self.scope))

    def describe(self) -> str:
        return f"Create search index {self.table}"


def keep_index(index: SearchIndex, *, app: AppConfig, model_name: str) -> None:
    """Have the index survive migrations on SQLite; call it when the app is ready."""

    def before(plan: Sequence[Any], using: str, **context: Any) -> None:
        if plan and connections[using].vendor == "sqlite":
            sqlite.take_down(connections[using], index.table)

    def after(using: str, **context: Any) -> None:
        if connections[using].vendor == "sqlite":
            source = source_of(app.get_model(model_name), index.fields, index.scope)
            with transaction.atomic(using=using):
                sqlite.put_up(connections[using], index.table, source)

    listeners = ((pre_migrate, before), (post_migrate, after))
    for signal, listener in listeners:
        signal.connect(  # house: allow S1 because each index has an app of its own to watch
            listener, sender=app, weak=False, dispatch_uid=index.table
        )
