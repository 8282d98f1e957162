"""The cast and the tools that all tests share."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from rest_framework.test import APIClient

from tradepost.accounts.models import User
from tradepost.kit.http.hot.shelf import shelf
from tradepost.store.queries import CUSTOMER_SERVICE

ApiOf = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Stored answers and counters of another test must not be found."""
    cache.clear()
    shelf.clear()


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
