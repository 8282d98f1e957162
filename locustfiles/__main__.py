"""``make load``: start a server, fill it, send users, keep what was seen.

The embedded server on SQLite without a word; with ``SERVER=scaled`` two processes of granian and a
worker on the ``DATABASE_URL`` (and ``REDIS_URL``) of the environment, an empty database that is
filled; with ``SERVER=plain`` the plain project of ``benchmarks/`` on SQLite, for comparison, which
knows the scenario ``browse`` alone; with ``HOST=http://…`` one that runs already.
"""

import argparse
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
RESULTS = ROOT / "benchmarks" / "results"
SCENARIOS = {
    "browse": "browse_products.py", "talk": "talk.py", "stays": "stays.py", "sign-in": "sign_in.py",
}  # fmt: skip
CATALOGUE = "/api/v1/store/products/"  # who answers it is ready
START_SECONDS = 120
STOP_SECONDS = 20
Environment = dict[str, str]
Made = tuple[Environment, list[list[str]]]  # and the programs to start


def main() -> int:
    """Run what the command line asks for and return Locust's exit status: 1 if anything failed."""
    asked = read_arguments()
    folder = asked.results / f"load-{time.strftime('%Y%m%d-%H%M%S')}"
    folder.mkdir(parents=True)
    with serving(asked) as host:
        done = subprocess.run(
            locust_command(asked, host, folder), cwd=ROOT, env=environment(), check=False
        )
    print(f"Kept in {folder}: report.html, load_stats.csv and others.")
    return done.returncode


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=500)
    parser.add_argument("--rate", type=float, default=10, help="new users a second")
    parser.add_argument("--time", default="120s")
    parser.add_argument("--scenario", choices=[*SCENARIOS, "all"], default="browse")
    parser.add_argument("--ramp", action="store_true", help="look for the knee instead")
    parser.add_argument("--products", type=int, default=1000)
    parser.add_argument("--server", choices=[*MAKERS], default="embedded")
    parser.add_argument("--host", help="of a server that runs already")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where they are kept")
    return parser.parse_args()


def locust_command(asked: argparse.Namespace, host: str, folder: Path) -> list[str]:
    names = list(SCENARIOS.values()) if asked.scenario == "all" else [SCENARIOS[asked.scenario]]
    if asked.ramp:
        names.append("ramp.py")
    files = ",".join(f"locustfiles/{name}" for name in names)
    much = [] if asked.ramp else ["-u", str(asked.users), "-r", str(asked.rate), "-t", asked.time]
    return [
        str(BIN / "locust"), "-f", files, "--headless", "--host", host, *much,
        "--csv", str(folder / "load"), "--html", str(folder / "report.html"), "--only-summary",
    ]  # fmt: skip


def environment(**more: str) -> Environment:
    return {**os.environ, "PYTHONPATH": str(ROOT), "RATE_LIMITS": "off", **more}


@contextmanager
def serving(asked: argparse.Namespace) -> Iterator[str]:
    """Yield the address of a server with something in it."""
    if asked.host:
        yield asked.host.rstrip("/")
        return
    with ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory())
        port = free_port()
        given, programs = MAKERS[asked.server](asked, data, port)
        for command in programs:
            stack.enter_context(running(command, given, Path(data, "server.log")))
        host = f"http://127.0.0.1:{port}"
        wait_until_ready(host)
        yield host


def make_embedded(asked: argparse.Namespace, data: str, port: int) -> Made:
    given = environment(
        DATA_DIR=data, DATABASE_URL="", REDIS_URL="", DEMO="off", DJANGO_LOG_LEVEL="WARNING",
        DJANGO_SETTINGS_MODULE="config.settings.common",
    )  # fmt: skip
    fill(given, asked)
    return given, [[sys.executable, "manage.py", "serve", "--port", str(port)]]


def make_scaled(asked: argparse.Namespace, data: str, port: int) -> Made:
    given = environment(
        DATA_DIR=data, DJANGO_SETTINGS_MODULE="config.settings.prod", DJANGO_LOG_LEVEL="WARNING",
        SECRET_KEY=secrets.token_hex(32), ALLOWED_HOSTS="127.0.0.1", SECURE_SSL_REDIRECT="off",
    )  # fmt: skip
    fill(given, asked)
    granian = [
        str(BIN / "granian"), "--interface", "wsgi", "--no-ws", "--log-level", "warning",
        "--workers", "2", "--blocking-threads", "2", "--host", "127.0.0.1", "--port", str(port),
        "config.wsgi:application",
    ]  # fmt: skip
    return given, [granian, [sys.executable, "manage.py", "run_jobs"]]


def make_plain(asked: argparse.Namespace, data: str, port: int) -> Made:
    given = environment(
        DJANGO_SETTINGS_MODULE="benchmarks.plain.settings",
        PLAIN_DATABASE=f"sqlite:///{data}/plain.sqlite3",
    )
    seed = [sys.executable, "-m", "benchmarks.plain.seed_shop", str(asked.products)]
    subprocess.run(seed, cwd=ROOT, env=given, check=True)
    gunicorn = [
        str(BIN / "gunicorn"), "--log-level", "warning", "--workers", "2", "--bind",
        f"127.0.0.1:{port}", "benchmarks.plain.wsgi:application",
    ]  # fmt: skip
    return given, [gunicorn]


MAKERS = {"embedded": make_embedded, "scaled": make_scaled, "plain": make_plain}


def fill(given: Environment, asked: argparse.Namespace) -> None:
    """Make the tables and what the scenario looks at."""
    manage(given, "migrate", "--verbosity", "0")
    manage(given, "seed_db", "--products", str(asked.products))
    if asked.scenario in ("stays", "all"):
        manage(given, "make_demo", "--password", secrets.token_hex(16))


def manage(given: Environment, *command: str) -> None:
    subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=given, check=True)


@contextmanager
def running(command: list[str], given: Environment, log: Path) -> Iterator[None]:
    """Run a process until the block ends."""
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=given, stdout=output, stderr=output)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_ready(host: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            with urlopen(f"{host}{CATALOGUE}", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"{host} did not start")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
