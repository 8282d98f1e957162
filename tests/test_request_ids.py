"""The id of a request, from its proxy to the answer."""

import pytest

pytestmark = pytest.mark.django_db
PRODUCTS = "/api/v1/store/products/"
GIVEN = "edge-7f3a.2c_51"


@pytest.fixture
def behind_a_proxy(settings) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}


def id_of(client, given: str) -> str:
    return client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"]


def test_the_id_of_a_trusted_proxy_is_kept(client, behind_a_proxy):
    assert id_of(client, GIVEN) == GIVEN


def test_a_client_cannot_choose_it(client):
    assert id_of(client, GIVEN) != GIVEN


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, "with spaces in it", "walter@example.com", "-starts-wrong"]
)
def test_what_is_no_id_is_replaced(client, behind_a_proxy, given):
    made = id_of(client, given)

    assert len(made) == 16
    assert made != given


def test_a_hot_read_keeps_it_too(client, behind_a_proxy):
    answers = [client.get(PRODUCTS, headers={"X-Request-ID": GIVEN}) for _ in range(2)]

    assert [answer["X-Request-ID"] for answer in answers] == [GIVEN, GIVEN]
