"""Everything that a run needs, in a folder of its own and on free ports: two nodes behind a proxy,
two databases, a cache, a broker and a mail server."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.data import SECRET_KEY
from benchmarks.databases import ROOT, environment, run_program
from failover.keeper import Keeper
from failover.nodes import Node
from failover.postgres import DATABASE, Server, find_programs
from failover.programs import find
from failover.services import RABBITMQ, HAProxy, Names, RabbitMQ, Redis
from tradepost.kit.tests.smtp import MailServer, mail_server

NEEDED = {
    "haproxy": "haproxy", "redis-server": "redis-server", "rabbitmq-server": "rabbitmq-server",
    "epmd": "erlang-base", "openssl": "openssl", "setpriv": "util-linux",
}  # fmt: skip

CHECK_SECONDS = 5  # until the proxy has looked at both nodes, which it does each 2 s


@dataclass
class Stage:
    """What runs."""

    folder: Path
    nodes: tuple[Node, Node]
    proxy: HAProxy
    redis: Redis
    broker: RabbitMQ
    keeper: Keeper
    mails: MailServer
    tokens: list[str]
    env: dict[str, str]
    notes: list[tuple[float, str]] = field(default_factory=list)

    @property
    def database_url(self) -> str:
        """Return where both databases are, for whoever wants the one that is the primary."""
        return self.env["DATABASE_URL"]

    def manage(self, *command: str, seconds: float = 120) -> tuple[int, str]:
        """Run a command of the product; return its status and what it said."""
        return _manage(self.env, *command, seconds=seconds)


@contextmanager
def set_up(*, folder: Path, people: int) -> Iterator[Stage]:
    """Start all of it, and end all of it whatever happens."""
    notes: list[tuple[float, str]] = []
    with ExitStack() as stack:
        mails = stack.enter_context(mail_server())
        keeper = _start_databases(stack, folder, notes)
        redis, names = Redis(folder), Names(folder)
        broker = RabbitMQ(folder, names=names)
        for program in (redis, names, broker):
            stack.callback(program.stop)
            program.start()
        env = _environment(folder, keeper, redis, broker, mails)
        tokens = json.loads(run_program("failover.people", people, env=env))
        nodes = Node(name="a", env=env, folder=folder), Node(name="b", env=env, folder=folder)
        proxy = _start_nodes(stack, folder, nodes)
        yield Stage(folder, nodes, proxy, redis, broker, keeper, mails, tokens, env, notes)


def _start_databases(stack: ExitStack, folder: Path, notes: list[tuple[float, str]]) -> Keeper:
    bin_folder = find_programs()
    assert bin_folder is not None
    one, other = (
        Server(name=name, folder=folder, bin_folder=bin_folder) for name in ("pg1", "pg2")
    )
    for server in (one, other):
        stack.callback(server.stop)
    one.make_primary()
    one.start()
    one.ask(f"CREATE DATABASE {DATABASE}")
    other.copy_from(one)
    other.start()
    keeper = Keeper(
        primary=one, standby=other, note=lambda text: notes.append((time.monotonic(), text))
    )
    keeper.start()
    stack.callback(keeper.stop)
    return keeper


def _start_nodes(stack: ExitStack, folder: Path, nodes: tuple[Node, Node]) -> HAProxy:
    first, second = (node.ports for node in nodes)
    proxy = HAProxy(
        folder,
        web=(first["web"], second["web"]),
        realtime=(first["realtime"], second["realtime"]),
    )
    stack.callback(proxy.stop)
    proxy.start()
    for node in nodes:
        stack.callback(node.stop)
        node.start()
    for node in nodes:
        node.wait_until_ready()
    time.sleep(CHECK_SECONDS)
    return proxy


def _environment(
    folder: Path, keeper: Keeper, redis: Redis, broker: RabbitMQ, mails: MailServer
) -> dict[str, str]:
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in (keeper.primary, keeper.standby))
    env = environment(
        DJANGO_SETTINGS_MODULE="config.settings.prod",
        SECRET_KEY=SECRET_KEY,
        ALLOWED_HOSTS="shop.example,127.0.0.1",
        DATABASE_URL=f"postgres://postgres@{hosts}/{DATABASE}?target_session_attrs=read-write",
        REDIS_URL=redis.url,
        CELERY_BROKER_URL=broker.url,
        EMAIL_URL=f"smtp://127.0.0.1:{mails.port}",
        DATA_DIR=str(folder / "data"),
        TRUSTED_PROXIES="1",
        ACCESS_TOKEN_MINUTES="600",
        RATE_LIMITS="off",
        DJANGO_LOG_LEVEL="WARNING",
        WEB_CONCURRENCY="1",
        JOB_THREADS="1",
    )
    binaries = Path(sys.executable).parent
    return {**env, "PATH": f"{binaries}:{env['PATH']}"}


def _manage(env: dict[str, str], *command: str, seconds: float) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=env, capture_output=True,
        text=True, check=False, timeout=seconds,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def missing() -> str | None:
    """Return what this machine lacks, with the remedy; None when it has all."""
    packages = [package for name, package in NEEDED.items() if find(name, RABBITMQ) is None]
    if find_programs() is None:
        packages.append("postgresql")
    if not packages:
        return None
    return f"On Debian and Ubuntu: sudo apt-get install {' '.join(packages)}"
