"""Measures stays on PostgreSQL, over HTTP, with two processes of ours.

search: 8 parallel searches, each for five nights of two guests on a piece of map as large as a
city, in one of three orders, over 100,000 places with ten million nights and over a tenth of them.
booking: 8 parallel requests for one to three nights of one place, until most of two years are sold.

Prints a table in Markdown and PASS or FAIL for each bar; exits with 1 when a bar is missed or a
request failed. The databases are kept for the next run (3 GB); --drop takes them away.
"""

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import orjson
import psycopg

from benchmarks import machine
from benchmarks.databases import DEFAULT_POSTGRES
from benchmarks.load import Load, Request, run_wrk
from benchmarks.servers import Contestant, Server, serve_scaled_out, serving
from benchmarks.stays.databases import ensure_database, forget_databases, make_guests

FEW, MANY = 10_000, 100_000
PARALLEL = 8
SLOWEST_MS, MOST_TIMES = 50, 1.5
SEARCHES, GUESTS, ATTEMPTS = 3000, 400, 2000
ORDERS = ("price", "-rating", "newest")
WINDOWS = (0.08, 0.15, 0.25)  # half the height of the map, in degrees


def main() -> int:
    """Return the exit status: 0 when every bar is held and no request failed."""
    options = _parse()
    if options.drop:
        forget_databases(server=options.postgres, sizes=(FEW, MANY))
        return 0
    if what_is_missing := machine.missing():
        print(what_is_missing, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        held = [_measure_search(options, Path(folder)), _measure_booking(options, Path(folder))]
    return int(not all(held))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.stays",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    server = os.environ.get("BENCH_POSTGRES_URL", DEFAULT_POSTGRES)
    parser.add_argument("--seconds", type=int, default=10, help="of each search run (default 10)")
    parser.add_argument("--postgres", default=server, metavar="URL", help="a server to use")
    parser.add_argument("--drop", action="store_true", help="take the databases away, and no more")
    return parser.parse_args()


def _measure_search(options: argparse.Namespace, folder: Path) -> bool:
    print(
        "\n| places | places on the map | searches/s | p50 ms | p99 ms | CPU ms of ours | failed |"
    )
    print("|---|---|---|---|---|---|---|")
    loads = {n: _search_among(n, options, folder / str(n)) for n in (FEW, MANY)}
    (few, cost_few), (many, cost_many) = loads[FEW], loads[MANY]
    times = cost_many / cost_few
    failed = few.failures + many.failures
    return _say(
        not failed and many.p99 < SLOWEST_MS,
        f"search over {MANY} places: p99 {many.p99:.0f} ms (bar {SLOWEST_MS})",
    ) & _say(
        times <= MOST_TIMES, f"its cost is {times:.2f} times that over {FEW} (bar {MOST_TIMES})"
    )


def _search_among(places: int, options: argparse.Namespace, folder: Path) -> tuple[Load, float]:
    """Return what was seen, and how long the machine worked on a search, in milliseconds."""
    env = ensure_database(server=options.postgres, places=places, data_dir=folder)
    searches, among = _searches(env["DATABASE_URL"])
    with serving(_contestant(env)) as server:
        _warm(server, searches)
        before, other = server.cpu_seconds(), machine.OtherWork()
        load = run_wrk(
            port=server.port, requests=searches, once=False, seconds=options.seconds,
            connections=PARALLEL,
        )  # fmt: skip
        cpu = 1000 * (server.cpu_seconds() - before) / load.requests
        print(
            f"| {places} | {among:.0f} | {load.rate:.0f} | {load.p50:.1f} | {load.p99:.1f} |"
            f" {cpu:.2f} | {load.failures} |",
            f"(others: {other.share():.0%} of the machine)",
        )
    return load, PARALLEL * 1000 / load.rate


def _searches(database: str) -> tuple[list[Request], float]:
    """Return searches around places drawn at random, and how many places are on their maps."""
    dice = random.Random(7)
    with psycopg.connect(database) as rows:
        cities = rows.execute(
            "SELECT avg(latitude), avg(longitude), count(*) FROM stays_property GROUP BY city"
        ).fetchall()
        chosen = dice.choices(cities, [city[2] for city in cities], k=SEARCHES)
        maps = [_map_around(dice, float(city[0]), float(city[1])) for city in chosen]
        counted = [
            rows.execute(
                "SELECT count(*) FROM stays_property"
                " WHERE longitude BETWEEN %s AND %s AND latitude BETWEEN %s AND %s",
                [west, east, south, north],
            ).fetchone()
            for west, south, east, north in maps[:50]
        ]
    requests = [Request("GET", _path(dice, bounds)) for bounds in maps]
    return requests, sum(row[0] for row in counted if row) / len(counted)


def _map_around(dice: random.Random, latitude: float, longitude: float) -> tuple[float, ...]:
    half = dice.choice(WINDOWS)
    y, x = latitude + dice.uniform(-0.05, 0.05), longitude + dice.uniform(-0.05, 0.05)
    return x - 1.3 * half, y - half, x + 1.3 * half, y + half


def _path(dice: random.Random, bounds: tuple[float, ...]) -> str:
    start = date.today() + timedelta(dice.randrange(3, 300))
    return (
        f"/api/v1/properties/?from={start}&to={start + timedelta(5)}&guests=2"
        f"&bounds={','.join(f'{edge:.4f}' for edge in bounds)}&ordering={dice.choice(ORDERS)}"
    )


def _measure_booking(options: argparse.Namespace, folder: Path) -> bool:
    env = ensure_database(server=options.postgres, places=FEW, data_dir=folder / "booking")
    place, tokens = make_guests(env=env, count=GUESTS)
    dice = random.Random(7)
    attempts = [_attempt(dice, place, token) for token in dice.choices(tokens, k=ATTEMPTS)]
    with serving(_contestant(env)) as server:
        load = run_wrk(
            port=server.port, requests=attempts, once=False, seconds=options.seconds,
            connections=PARALLEL,
        )  # fmt: skip
    with psycopg.connect(env["DATABASE_URL"]) as rows:
        stays, nights, overlaps = rows.execute(OUTCOME, {"place": place}).fetchone() or (0, 0, 0)
    print(
        f"\nbooking: {load.rate:.0f} attempts/s, {stays / load.seconds:.0f} accepted/s, p50"
        f" {load.p50:.1f} ms, p99 {load.p99:.1f} ms; {stays} stays of {nights} nights"
    )
    return _say(not overlaps and bool(stays), f"stays that overlap: {overlaps} (bar 0)")


OUTCOME = """
    SELECT (SELECT count(*) FROM stays_booking WHERE property_id = %(place)s),
        (SELECT count(*) FROM stays_night WHERE property_id = %(place)s),
        (SELECT count(*) FROM stays_booking a JOIN stays_booking b
            ON a.property_id = b.property_id AND a.id < b.id
            AND a.start_date < b.end_date AND b.start_date < a.end_date
            WHERE a.property_id = %(place)s)
"""


def _attempt(dice: random.Random, place: int, token: str) -> Request:
    start = date.today() + timedelta(dice.randrange(2, 720))
    body: Mapping[str, object] = {
        "property": place,
        "start_date": str(start),
        "end_date": str(start + timedelta(dice.randrange(1, 4))),
        "guests": 1,
    }
    return Request("POST", "/api/v1/bookings/", token, orjson.dumps(body).decode())


def _contestant(env: Mapping[str, str]) -> Contestant:
    return serve_scaled_out(env, "ours")


def _warm(server: Server, searches: list[Request]) -> None:
    for search in searches[:60]:
        status, body = server.send("GET", search.path)
        if status != 200:
            raise RuntimeError(f"{search.path}: {status} {body[:200]!r}")


def _say(is_held: bool, text: str) -> bool:
    print("PASS" if is_held else "FAIL", text)
    return is_held


if __name__ == "__main__":
    sys.exit(main())
