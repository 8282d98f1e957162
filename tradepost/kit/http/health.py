"""Is the process alive, and can it work?"""

import threading

from django.db import Error as DatabaseAway
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

_seen_migrated = threading.Event()


def alive(request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as the process answers at all."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database takes writes and has every migration, 503 otherwise."""
    try:
        if not _takes_writes():
            connection.close()  # the next one may lead to the primary
            return JsonResponse({"status": "the database is read only"}, status=503)
        if _seen_migrated.is_set():  # which a running database does not undo
            return JsonResponse({"status": "ok"})
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseAway:
        return JsonResponse({"status": "no database"}, status=503)
    if waiting:
        return JsonResponse({"status": "migrations are missing"}, status=503)
    _seen_migrated.set()
    return JsonResponse({"status": "ok"})


def _takes_writes() -> bool:
    """Ask the database; a standby of PostgreSQL answers as well, and is of no use."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("SELECT 1")
            return True
        cursor.execute("SHOW transaction_read_only")
        return bool(cursor.fetchone()[0] == "off")
