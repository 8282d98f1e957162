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
    """Answer 200 when the database answers and has every migration, 503 otherwise."""
    try:
        if _seen_migrated.is_set():  # which a running database does not undo
            connection.ensure_connection()
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return JsonResponse({"status": "ok"})
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseAway:
        return JsonResponse({"status": "no database"}, status=503)
    if waiting:
        return JsonResponse({"status": "migrations are missing"}, status=503)
    _seen_migrated.set()
    return JsonResponse({"status": "ok"})
