"""Pages of other origins: the API lets in those that are named, and no others."""

import subprocess
import sys

import httpx
import pytest

from tests.servers import ROOT, running_server
from tradepost.store.tests.factories import make_product

OURS, OTHER = "http://localhost:8001", "http://evil.example"
ALLOW = "Access-Control-Allow-Origin"
PRODUCTS = "/api/v1/store/products/"


@pytest.fixture(autouse=True)
def one_origin(settings):
    settings.CORS_ALLOWED_ORIGINS = [OURS]


def preflight(client, origin: str, path: str = PRODUCTS, method: str = "POST"):
    return client.options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
        },
    )


def test_a_preflight_from_an_allowed_origin_echoes_it(client):
    answer = preflight(client, OURS)

    assert (answer.status_code, answer[ALLOW]) == (200, OURS)
    assert "POST" in answer["Access-Control-Allow-Methods"]
    allowed = answer["Access-Control-Allow-Headers"].split(", ")
    assert {"authorization", "content-type", "idempotency-key"} <= set(allowed)


@pytest.mark.parametrize(
    "origin", [OTHER, "http://localhost:8002", "https://localhost:8001", "null"]
)
def test_a_preflight_from_another_origin_allows_nothing(client, origin):
    assert ALLOW not in preflight(client, origin)


def test_an_answer_names_the_origin_that_asked(client, db):
    assert client.get(PRODUCTS, headers={"Origin": OURS})[ALLOW] == OURS
    assert ALLOW not in client.get(PRODUCTS, headers={"Origin": OTHER})
    assert ALLOW not in client.get(PRODUCTS)


@pytest.mark.parametrize("path", [PRODUCTS, PRODUCTS + "{pk}/", "/api/v1/store/collections/"])
def test_a_stored_answer_does_not_carry_the_origin_of_who_asked_first(client, db, path):
    address = path.format(pk=make_product().pk)

    first = client.get(address, headers={"Origin": OURS})
    other = client.get(address, headers={"Origin": OTHER})
    nobody = client.get(address)
    again = client.get(address, headers={"Origin": OURS})
    unchanged = client.get(address, headers={"Origin": OURS, "If-None-Match": again["ETag"]})

    assert (first[ALLOW], again[ALLOW], unchanged[ALLOW]) == (OURS, OURS, OURS)
    assert unchanged.status_code == 304
    assert ALLOW not in other
    assert ALLOW not in nobody
    assert "origin" in other["Vary"].lower()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", PRODUCTS + "99999/", 404),
        ("get", "/api/v1/nowhere/", 404),
        ("get", "/api/v1/store/orders/", 401),
        ("post", "/api/v1/auth/jwt/create/", 400),
        ("put", PRODUCTS, 401),
    ],
)
def test_a_refusal_can_be_read_by_an_allowed_origin_only(client, db, method, path, status):
    ours = getattr(client, method)(path, headers={"Origin": OURS})
    other = getattr(client, method)(path, headers={"Origin": OTHER})

    assert (ours.status_code, ours[ALLOW]) == (status, OURS)
    assert ALLOW not in other


def test_pages_are_for_no_other_origin(client, db):
    assert ALLOW not in client.get("/products/", headers={"Origin": OURS})


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A running server that lets one origin in."""
    folder = tmp_path_factory.mktemp("cors")
    with running_server(
        data_dir=folder, DATABASE_URL="", REDIS_URL="", DEMO="off", CORS_ALLOWED_ORIGINS=OURS
    ) as address:
        yield address


@pytest.mark.parametrize("path", [PRODUCTS, "/api/v1/store/collections/"])
def test_what_a_server_keeps_in_memory_carries_no_origin(server, path):
    asked = [OURS, OTHER, None, OTHER, OURS]

    answers = [
        httpx.get(server + path, headers={"Origin": origin} if origin else {}) for origin in asked
    ]

    assert [answer.headers.get(ALLOW) for answer in answers] == [OURS, None, None, None, OURS]
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize(
    ("module", "origins"),
    [
        ("config.settings.dev", "http://localhost:8001 http://127.0.0.1:8001"),
        ("config.settings.common", ""),
    ],
)
def test_only_developers_let_the_upload_client_in_unasked(tmp_path, module, origins):
    code = "from django.conf import settings; print(*settings.CORS_ALLOWED_ORIGINS)"

    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"DJANGO_SETTINGS_MODULE": module, "DATA_DIR": str(tmp_path)},
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert run.stdout.strip() == origins
