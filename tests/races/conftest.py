"""Two server processes on the tests' own database, and requests that start at the same moment."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest
from django.conf import settings
from django.db import connection
from rest_framework_simplejwt.tokens import AccessToken

from tests.servers import running_server
from tradepost.accounts.models import User
from tradepost.kit.audit import find_faults, list_invariants

Request = Callable[[httpx.Client], httpx.Response]


class Crowd:
    """Clients that call the servers in turn, all at once."""

    def __init__(self, addresses: list[str]) -> None:
        self.addresses = addresses

    def at_once(self, *requests: Request) -> list[httpx.Response]:
        """Send all requests at the same moment; return the answers in the order of the requests."""
        barrier = Barrier(len(requests))

        def send(place: int) -> httpx.Response:
            address = self.addresses[place % len(self.addresses)]
            with httpx.Client(base_url=f"{address}/api/v1/", timeout=60) as client:
                # The connection is there before the race begins.
                client.get(f"{address}/healthz").raise_for_status()
                barrier.wait(30)
                return requests[place](client)

        with ThreadPoolExecutor(len(requests)) as pool:
            return list(pool.map(send, range(len(requests))))


@pytest.fixture(scope="session")
def crowd(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Crowd]:
    with django_db_blocker.unblock():
        database = database_url()
    environment = {
        "DATABASE_URL": database,
        "SECRET_KEY": settings.SECRET_KEY,
        "DEMO": "off",
        "JOB_THREADS": "0",
        "DJANGO_LOG_LEVEL": "WARNING",
    }
    folder = tmp_path_factory.mktemp("servers")
    with (
        running_server(data_dir=folder / "one", **environment) as one,
        running_server(data_dir=folder / "two", **environment) as two,
    ):
        yield Crowd([one, two])
    for server in ("one", "two"):
        log = (folder / server / "server.log").read_text()
        assert "Traceback" not in log, log[-4000:]


@pytest.fixture(autouse=True)
def audited(request, transactional_db) -> Iterator[None]:
    """After each race every invariant holds; but where a guard was taken out, what it prevents may
    have happened. Each server keeps its files in a folder of its own: nobody has them all."""
    yield
    if not request.function.__name__.startswith("test_without_"):
        names = {invariant.name for invariant in list_invariants()}
        assert find_faults(names - {"messaging.files", "stays.files"}) == []


def database_url() -> str:
    of = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{of['NAME']}"
    password = f":{of['PASSWORD']}" if of["PASSWORD"] else ""
    scheme = "mysql" if connection.vendor == "mysql" else "postgres"
    return f"{scheme}://{of['USER']}{password}@{of['HOST']}:{of['PORT']}/{of['NAME']}"


def signed_in(user: User) -> dict[str, str]:
    """Return the headers of a request by ``user``."""
    return {"Authorization": f"JWT {AccessToken.for_user(user)}"}


def statuses(responses: list[httpx.Response]) -> list[int]:
    return sorted(response.status_code for response in responses)
