"""Doors that the tests of accounts go through."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from rest_framework.test import APIClient

CREATE = "/api/v1/auth/jwt/create/"


@pytest.fixture
def visitor() -> APIClient:
    """Somebody without an account; what crashes is seen as the 500 that a user would see."""
    return APIClient(raise_request_exception=False)


@pytest.fixture
def register(visitor, db) -> Callable[..., Any]:
    """Ask for an account called eve."""

    def register(**fields: object) -> Any:
        form = {
            "username": "eve",
            "email": "eve@example.com",
            "password": "correct-horse-7",
            "first_name": "Eve",
            "last_name": "Example",
        }
        return visitor.post("/api/v1/auth/users/", {**form, **fields})

    return register


@pytest.fixture
def sign_in(visitor) -> Callable[..., Any]:
    """Ask for tokens."""

    def sign_in(username: str, password: str = "correct-horse", **headers: str) -> Any:
        return visitor.post(CREATE, {"username": username, "password": password}, **headers)

    return sign_in


@pytest.fixture
def bearer(sign_in) -> Callable[..., APIClient]:
    """``bearer("ann")`` is a client with a real token."""

    def bearer(username: str, password: str = "correct-horse") -> APIClient:
        client = APIClient(raise_request_exception=False)
        token = sign_in(username, password).json()["access"]
        client.credentials(HTTP_AUTHORIZATION=f"JWT {token}")
        return client

    return bearer


@pytest.fixture
def order_of(api) -> Callable[..., int]:
    """Place an order and return its id; accounts imports no shop, so it goes by name."""

    def order_of(user: object) -> int:
        tea = apps.get_model("store", "Collection").objects.create(title="Tea")
        product = apps.get_model("store", "Product").objects.create(
            title="Assam", slug="assam", unit_price="8.99", inventory=5, collection=tea
        )
        carts = "/api/v1/store/carts/"
        cart = api().post(carts).json()["id"]
        api().post(f"{carts}{cart}/items/", {"product_id": product.pk, "quantity": 1})
        return api(user).post("/api/v1/store/orders/", {"cart_id": cart}).json()["id"]

    return order_of
