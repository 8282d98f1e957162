"""The databases, from the addresses in the environment."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config.settings.environment import env

POSTGRESQL = "django.db.backends.postgresql"
ON_SQLITE = {
    # Writers queue from the start of their transaction instead of failing in the middle of it.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # FULL: what was answered is on the disk. The rest makes readers independent of the writer.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;"
        "PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY; "
        # What is deleted is written over, however this SQLite was built (docs/privacy.md).
        "PRAGMA secure_delete=ON; "
        # A checkpoint each 16 MB: pages that many writes touch are copied once.
        "PRAGMA wal_autocheckpoint=4000"
    ),
}
# A server whose machine falls silent is given up within some ten seconds. By itself the kernel
# would wait for a quarter of an hour, and so would all threads, though another is the primary now.
ON_POSTGRESQL = {
    "connect_timeout": 5,  # for each host
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
ON_MARIADB = {
    "charset": "utf8mb4",
    # What others committed is seen by the next statement, as on PostgreSQL: who waited for a
    # lock reads what the one before has written.
    "isolation_level": "read committed",
}
# Nobody's request waits long for a replica: without it the primary answers.
OF_A_REPLICA = {"connect_timeout": 2, "tcp_user_timeout": 2000}


def read_databases(url: str, *, replica_url: str) -> dict[str, dict[str, Any]]:
    """Return the database at one address and, if there is a second, its replica.

    Raises ImproperlyConfigured for a replica of another kind than PostgreSQL.
    """
    databases = {"default": _read(url)}
    if replica_url:
        databases["replica"] = _read(replica_url)
        if {each["ENGINE"] for each in databases.values()} != {POSTGRESQL}:
            raise ImproperlyConfigured("REPLICA_URL names a replica of a PostgreSQL database.")
        databases["replica"]["OPTIONS"].update(OF_A_REPLICA)
        databases["replica"]["TEST"] = {"MIRROR": "default"}
    return databases


def _read(url: str) -> dict[str, Any]:
    database: dict[str, Any] = env.db_url_config(url)
    database["CONN_MAX_AGE"] = None  # a thread keeps its connection
    database["CONN_HEALTH_CHECKS"] = True
    if database["ENGINE"].endswith("sqlite3"):
        database["ENGINE"] = "tradepost.kit.sqlite3"
        database["OPTIONS"] = dict(ON_SQLITE)
    if database["ENGINE"] == POSTGRESQL:
        database["OPTIONS"] = {**ON_POSTGRESQL, **database.get("OPTIONS", {})}
    if database["ENGINE"].endswith("mysql"):
        database["ENGINE"] = "tradepost.kit.mariadb"
        database["OPTIONS"] = dict(ON_MARIADB)
    return database
