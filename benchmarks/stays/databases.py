"""The databases of these measurements: made once, which takes minutes, and kept for later."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from benchmarks.databases import (
    ROOT,
    create_database,
    drop_database,
    run_program,
    settle_statistics,
    tradepost_environment,
)

PLACES = Path(__file__).with_name("places.sql")
LONGEST_MINUTES = 30


def name_of(places: int) -> str:
    """Return what the database of so many places is called."""
    return f"bench_stays_{places}"


def ensure_database(*, server: str, places: int, data_dir: Path) -> Mapping[str, str]:
    """Return the environment of a server over so many places, whose database is made if missing."""
    url = urlsplit(server)._replace(path=f"/{name_of(places)}").geturl()
    env = tradepost_environment(database=url, data_dir=data_dir)
    with psycopg.connect(server, autocommit=True) as admin:
        known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name_of(places)])
        is_new = known.fetchone() is None
        if is_new:
            create_database(admin, name_of(places))
    data_dir.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=env, check=True
    )
    if is_new:
        print(f"Making {places} places and their nights; this takes minutes.", file=sys.stderr)
        fill = ["psql", url, "-q", "-v", "ON_ERROR_STOP=1", "-v", f"n={places}", "-f", str(PLACES)]
        subprocess.run(fill, check=True, timeout=LONGEST_MINUTES * 60)
        settle_statistics(url)
    return env


def forget_databases(*, server: str, sizes: tuple[int, ...]) -> None:
    """Drop what was kept."""
    with psycopg.connect(server, autocommit=True) as admin:
        for places in sizes:
            drop_database(admin, name_of(places))


def make_guests(*, env: Mapping[str, str], count: int) -> tuple[int, list[str]]:
    """Make a place that nobody has booked, and so many guests with tokens."""
    said = run_program("benchmarks.stays.guests", count, env=env).decode().split()
    return int(said[0]), said[1:]
