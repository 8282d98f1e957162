"""What a running server tells those who watch it."""

import os
import subprocess
import sys

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.servers import ROOT, running_server

PRODUCTS = "/api/v1/store/products/"
ROUTE = {"method": "GET", "route": "api/v1/store/products/$", "status": "200"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("observed")


@pytest.fixture(scope="module")
def server(folder):
    with running_server(
        data_dir=folder, DATABASE_URL="", REDIS_URL="", DEMO="off", METRICS="on"
    ) as address:
        yield address


def value_of(text: str, name: str, labels: dict[str, str]) -> float:
    [value] = [
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if (sample.name, sample.labels) == (name, labels)
    ]
    return value


def test_a_server_counts_hot_reads_that_django_does_not_see(server, folder):
    token = (folder / "metrics-token").read_text()
    for _ in range(5):
        assert httpx.get(f"{server}{PRODUCTS}").status_code == 200

    answer = httpx.get(f"{server}/metrics", headers={"Authorization": f"Bearer {token}"})

    assert value_of(answer.text, "tradepost_request_seconds_count", ROUTE) == 5
    assert (folder / "metrics-token").stat().st_mode & 0o077 == 0


def test_a_stranger_finds_no_such_page(server):
    said = {httpx.get(f"{server}{path}").status_code for path in ("/metrics", "/no-such-page")}

    assert said == {404}


LOADED = """
import django, sys
django.setup()
import config.wsgi
names = ("prometheus_client", "opentelemetry", "sentry_sdk", "silk", "locust")
print([name for name in names if name in sys.modules])
"""


def loaded(tmp_path, **environment: str) -> str:
    """Which of the libraries that watch a process are imported by one with these variables."""
    nothing = dict.fromkeys(["METRICS", "SENTRY_DSN", "OTEL_EXPORTER_OTLP_ENDPOINT"], "")
    given = {**nothing, "DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"], **environment}
    command = [sys.executable, "-c", LOADED]
    given["DJANGO_SETTINGS_MODULE"] = "config.settings.common"
    return subprocess.run(
        command, env=given, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_nothing_is_imported_that_was_not_asked_for(tmp_path):
    assert loaded(tmp_path) == "[]"


def test_what_is_asked_for_is_imported(tmp_path):
    assert loaded(tmp_path, METRICS="on") == "['prometheus_client']"


@pytest.mark.parametrize("token", ["short", "fifteen-letters"])
def test_a_token_that_could_be_guessed_stops_the_start(tmp_path, token):
    with pytest.raises(subprocess.CalledProcessError) as stopped:
        loaded(tmp_path, METRICS=token)

    assert "METRICS is off, on, or a token of 16 or more characters." in stopped.value.stderr
