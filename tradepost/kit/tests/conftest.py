"""Things to try the machinery on. The kit imports no other app, so it asks for tables by name."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from rest_framework.test import APIClient

from tradepost.kit import jobs


@pytest.fixture
def products(db) -> Any:
    return apps.get_model("store", "Product").objects.all()


@pytest.fixture
def make_product(db) -> Callable[..., Any]:
    numbers = count(1)
    collections = apps.get_model("store", "Collection").objects

    def make(**fields: object) -> Any:
        number = next(numbers)
        defaults = {
            "title": f"Product {number}",
            "slug": f"product-{number}",
            "unit_price": "8.99",
            "inventory": 10,
            "collection": collections.get_or_create(title="Tea")[0],
        }
        return apps.get_model("store", "Product").objects.create(**{**defaults, **fields})

    return make


@pytest.fixture
def scalar() -> Callable[..., Any]:
    """``scalar(sql)`` is the one value that the query gives."""

    def run(sql: str) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]

    return run


@pytest.fixture
def register(monkeypatch) -> Callable[..., Any]:
    """``@register("name")`` is ``@job("name")``, for this test only and with no other jobs."""
    monkeypatch.setattr(jobs, "kinds", {})
    for module in ("tradepost.kit.jobs.runner", "tradepost.kit.jobs.schedule"):
        monkeypatch.setattr(f"{module}.kinds", jobs.kinds)
    return jobs.job


@pytest.fixture
def forgiving() -> Callable[..., APIClient]:
    """A client that sees a crash as the 500 that a user would see."""

    def client_of(user: object = None) -> APIClient:
        client = APIClient(raise_request_exception=False)
        if user is not None:
            client.force_authenticate(user)
        return client

    return client_of
