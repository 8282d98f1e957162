"""The cache: where it is, for how long, and whole pages in it."""

import json
import subprocess
import sys

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import cache_page

from tests.servers import ROOT

FIVE_MINUTES = 300
made: list[str] = []


@cache_page(FIVE_MINUTES)
def function(request: HttpRequest) -> HttpResponse:
    made.append(request.get_full_path())
    return HttpResponse(f"page {len(made)}")


class Page(View):
    @method_decorator(cache_page(FIVE_MINUTES))
    def get(self, request: HttpRequest) -> HttpResponse:
        return function.__wrapped__(request)


urlpatterns = [path("function/", function), path("class/", Page.as_view())]


@pytest.fixture(autouse=True)
def pages():
    made.clear()
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.mark.parametrize("address", ["/function/", "/class/"])
def test_a_page_is_made_once_in_five_minutes(client, address):
    answers = [client.get(address) for _ in range(3)]

    assert [answer.content for answer in answers] == [b"page 1"] * 3
    assert made == [address]
    assert f"max-age={FIVE_MINUTES}" in answers[0]["Cache-Control"]


def test_another_query_is_another_page(client):
    for address in ("/function/", "/function/?a=1", "/function/?a=1"):
        client.get(address)

    assert made == ["/function/", "/function/?a=1"]


def test_a_page_is_made_anew_after_a_flush(client):
    client.get("/function/")

    cache.clear()

    assert client.get("/function/").content == b"page 2"


@pytest.mark.parametrize(
    ("url", "backend", "place"),
    [
        (
            "redis://cache.example:6379/2",
            "tradepost.kit.cache.PatientRedisCache",
            "redis://cache.example:6379/2",
        ),
        ("", "django.core.cache.backends.locmem.LocMemCache", "unique-snowflake"),
    ],
)
def test_the_environment_chooses_the_cache(tmp_path, url, backend, place):
    code = "import json; from django.conf import settings; print(json.dumps(settings.CACHES))"
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings.common",
        "DATA_DIR": str(tmp_path),
        "REDIS_URL": url,
    }

    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip

    found = json.loads(run.stdout)["default"]
    assert found["BACKEND"] == backend
    assert found["LOCATION"] == place
    assert (found["TIMEOUT"], found["KEY_PREFIX"]) == (600, "tradepost")
