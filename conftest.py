"""The cast and the tools that all tests share."""

import functools
import os
from collections.abc import Callable, Iterator

import hypothesis
import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import TransactionTestCase
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from tests.empty_tables import flush_by_deleting, remember_rows_of_migrations
from tests.lanes import mark_apart
from tests.scheduling import FilesAndServers
from tradepost.accounts.models import User
from tradepost.feed.actions import publishing
from tradepost.feed.kinds import EventKind, Fact, check_event, find_event
from tradepost.feed.schema import schema_of_data
from tradepost.kit.http.hot.shelf import shelf
from tradepost.store.queries import CUSTOMER_SERVICE

ApiOf = Callable[..., APIClient]
MOST_PROCESSES = 4

# How long an example takes depends on what else the machine does.
hypothesis.settings.register_profile("tradepost", deadline=None)
hypothesis.settings.load_profile("tradepost")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process a core; not so many that Redis has no database for each."""
    return min(len(os.sched_getaffinity(0)), MOST_PROCESSES)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FilesAndServers:
    return FilesAndServers(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mark_apart(items)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """What tests commit is deleted in a tenth of the time that Django takes."""
    with django_db_blocker.unblock():
        remember_rows_of_migrations("default")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush_by_deleting)
        yield


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Stored answers and counters of another test must not be found."""
    cache.clear()
    shelf.clear()


@pytest.fixture(autouse=True)
def misfits(monkeypatch) -> Iterator[list[str]]:
    """What a test published that does not fit the schema of its kind; there must be none.

    They are counted and not refused: who runs jobs, or tells listeners, may swallow a refusal.
    """
    found: list[str] = []

    def check(kind: str, data: dict[str, Fact]) -> None:
        check_event(kind, data)
        errors = validator_of(find_event(kind)).iter_errors(data)
        found.extend(f"{kind}: {error.json_path} {error.message}" for error in errors)

    monkeypatch.setattr(publishing, "check_event", check)
    yield found
    assert found == []


@functools.cache
def validator_of(kind: EventKind) -> Draft202012Validator:
    """Return what judges the data of a kind, made once."""
    formats = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(schema_of_data(kind), format_checker=formats)


def make_user(username: str, **fields: object) -> User:
    """Make a user called ``username`` with the password ``correct-horse``."""
    defaults = {
        "email": f"{username}@example.com",
        "first_name": username.title(),
        "last_name": "Example",
        "password": "correct-horse",
    }
    return User.objects.create_user(username, **{**defaults, **fields})


@pytest.fixture
def ann(db) -> User:
    """Owns what the test is about: the cart, the order, the conversation."""
    return make_user("ann")


@pytest.fixture
def bob(db) -> User:
    """Takes part in it."""
    return make_user("bob")


@pytest.fixture
def charlie(db) -> User:
    """A stranger, who sees nothing."""
    return make_user("charlie")


@pytest.fixture
def dora(db) -> User:
    """Answers for the shop: a member of Customer Service."""
    dora = make_user("dora", role=User.Role.HOST)
    dora.groups.add(Group.objects.get_or_create(name=CUSTOMER_SERVICE)[0])
    return dora


@pytest.fixture
def boss(db, client) -> User:
    """May do everything in the admin, and is signed in there."""
    boss = User.objects.create_superuser(
        "boss", "boss@example.com", "pw", first_name="B", last_name="Oss"
    )
    client.force_login(boss)
    return boss


@pytest.fixture
def api() -> ApiOf:
    """``api(ann)`` is an API client signed in as ann; ``api()`` is a visitor."""

    def client_of(user: User | None = None) -> APIClient:
        client = APIClient()
        if user is not None:
            client.force_authenticate(user)
        return client

    return client_of


@pytest.fixture
def api_client() -> APIClient:
    """A fresh client of the API, as a visitor has one."""
    return APIClient()


@pytest.fixture
def authenticate(api_client, db) -> ApiOf:
    """``authenticate(is_staff=True)`` signs ``api_client`` in as a saved user and returns it."""

    def sign_in(*, is_staff: bool = False) -> APIClient:
        api_client.force_authenticate(make_user("sam", is_staff=is_staff))
        return api_client

    return sign_in
