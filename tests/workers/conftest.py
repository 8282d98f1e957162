"""Workers, beats and Flower as processes, on the tests' own database and a queue of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from kombu import Connection

from tests.races.conftest import database_url
from tests.servers import ROOT
from tests.workers.jobs import KINDS
from tests.workers.proxy import Proxy
from tradepost.kit.jobs import kinds, relay
from tradepost.kit.models import Job, Lease

PATIENCE_SECONDS = 40
HOSTS = {"redis": ("127.0.0.1", 6379), "rabbitmq": ("127.0.0.1", 5672)}
# A database of Redis that no cache of the tests has.
URLS = {"redis": "redis://127.0.0.1:{port}/15", "rabbitmq": "amqp://guest:guest@127.0.0.1:{port}//"}


def wait_for(what: Callable[[], object], *, seconds: float = PATIENCE_SECONDS) -> object:
    """Return what ``what()`` gives, as soon as it is something."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "nothing came of it"
        time.sleep(0.02)
    return found


class Broker:
    """A broker behind a proxy, and the queue in it that these tests use."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.queue = f"tradepost-test-{uuid4().hex}"
        self.proxy = Proxy(*HOSTS[name])
        self.url = URLS[name].format(port=self.proxy.port)
        self._channel = Connection(URLS[name].format(port=HOSTS[name][1])).channel()

    def count(self) -> int:
        """Return how many hints wait in the queue."""
        return self._channel.queue_declare(
            self.queue, durable=True, auto_delete=False
        ).message_count

    def purge(self) -> int:
        return self._channel.queue_purge(self.queue)

    def close(self) -> None:
        self.proxy.close()
        self._channel.queue_delete(self.queue)
        if self.name == "redis":  # where the library leaves the name of each queue for ever
            traces = self._channel.client.keys(f"*{self.queue}")
            self._channel.client.delete(self.queue, *traces)
        self._channel.connection.client.close()


class Crew:
    """Processes of Celery that share a database, a broker and a file of notes."""

    def __init__(self, broker: Broker, folder: Path) -> None:
        self.broker = broker
        self.notes_file = folder / "notes"
        self.notes_file.touch()
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self.worker: subprocess.Popen[bytes] | None = None

    def notes(self) -> list[str]:
        return self.notes_file.read_text().splitlines()

    def start(self, *command: str, **more: str) -> tuple[subprocess.Popen[bytes], Path]:
        """Start `celery -A config …`; return the process and its log."""
        log = self._folder / f"{len(self._processes)}.log"
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.workers.settings",
            "DATA_DIR": str(self._folder),
            "DATABASE_URL": database_url(),
            "REDIS_URL": "",
            "CELERY_BROKER_URL": self.broker.url,
            "CELERY_QUEUE": self.broker.queue,
            "JOB_HINT_SECONDS": "1",
            "WORKERS_NOTES": str(self.notes_file),
            **more,
        }
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "config", *command],
                cwd=ROOT, env=environment, stdout=output, stderr=output,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        self._processes.append(process)
        return process, log

    def start_worker(self, **more: str) -> None:
        self.worker, log = self.start("worker", "-c", "1", "--without-mingle", **more)
        wait_for(lambda: "ready." in log.read_text() or self.worker.poll() is not None)
        assert self.worker.poll() is None, log.read_text()[-4000:]

    def end(self, process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
        if process.poll() is None:
            reach = os.killpg if how == signal.SIGKILL else os.kill  # the pool dies with it
            reach(process.pid, how)
            process.wait(PATIENCE_SECONDS)

    def end_all(self) -> None:
        for process in self._processes:
            self.end(process, signal.SIGKILL)


@pytest.fixture(scope="module")
def broker(request, django_db_setup, django_db_blocker) -> Iterator[Broker]:
    with django_db_blocker.unblock():
        if connection.vendor != "postgresql":
            pytest.skip("workers want PostgreSQL: DATABASE_URL")
    try:
        broker = Broker(request.param)
    except OSError:
        if os.environ.get("CI"):
            pytest.fail(f"CI must have {request.param}")
        pytest.skip(f"{request.param} does not answer")
    yield broker
    broker.close()


@pytest.fixture(scope="module")
def house(broker, django_db_blocker, tmp_path_factory) -> Iterator[Crew]:
    crew = Crew(broker, tmp_path_factory.mktemp("crew"))
    yield crew
    with django_db_blocker.unblock():
        crew.end_all()


@pytest.fixture
def crew(house, broker, settings, monkeypatch, transactional_db) -> Iterator[Crew]:
    """A worker that has nothing to do, and a test process that tells its broker."""
    settings.CELERY_BROKER_URL = broker.url
    settings.CELERY_TASK_DEFAULT_QUEUE = broker.queue
    for name, kind in KINDS.items():
        monkeypatch.setitem(kinds, name, kind)
    if house.worker is None or house.worker.poll() is not None:
        house.start_worker()
    house.notes_file.write_text("")
    yield house
    broker.proxy.talk_again()
    Job.objects.all().delete()
    broker.purge()
    relay._relay = None


def forget_leases() -> None:
    """As time would: the processes that held them are dead."""
    Lease.objects.all().delete()
