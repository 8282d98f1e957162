"""Celery by one variable of the environment: without it, nothing of it is there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOADED = (
    "import sys, django; django.setup(); print('celery' in sys.modules, 'kombu' in sys.modules)"
)
THREADS = "from django.conf import settings; print(settings.JOB_THREADS)"
FLOWER = (
    "import os, sys; sys.argv = ['celery', '-A', 'config', 'flower']; import config.celery;"
    "print(os.environ.get('FLOWER_ADDRESS'))"
)


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings.common",
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": "a-secret-of-fifty-or-more-characters-0123456789-abcdefghij",
        "ALLOWED_HOSTS": "shop.example",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:9/none",
        "CELERY_BROKER_URL": "redis://127.0.0.1:9/1",
    }


def python(environment: dict[str, str], code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("broker", "loaded"), [("", "False False"), ("redis://127.0.0.1:9/1", "True True")]
)
def test_celery_loads_with_django_only_where_there_is_a_broker(environment, broker, loaded):
    run = python(environment | {"CELERY_BROKER_URL": broker}, LOADED)

    assert run.stdout.strip() == loaded


@pytest.mark.parametrize(("broker", "threads"), [("", "2"), ("redis://127.0.0.1:9/1", "0")])
def test_a_server_with_a_broker_leaves_jobs_to_the_workers(environment, broker, threads):
    assert python(environment | {"CELERY_BROKER_URL": broker}, THREADS).stdout.strip() == threads


def test_a_worker_without_a_broker_does_not_start(environment):
    run = python(environment | {"CELERY_BROKER_URL": ""}, "import config.celery")

    assert "ImproperlyConfigured: Celery needs CELERY_BROKER_URL; set it." in run.stderr


def test_a_worker_takes_the_settings_of_servers_unasked(environment):
    del environment["DJANGO_SETTINGS_MODULE"]
    code = "import config.celery; from django.conf import settings; print(settings.SETTINGS_MODULE)"

    assert python(environment, code).stdout.strip() == "config.settings.prod"


def test_flower_on_a_server_does_not_start_without_a_password(environment):
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings.prod"

    run = python(environment, FLOWER)

    assert "ImproperlyConfigured: Flower needs FLOWER_BASIC_AUTH=user:password" in run.stderr


@pytest.mark.parametrize(
    ("more", "address"), [({}, "127.0.0.1"), ({"FLOWER_BASIC_AUTH": "ann:secret"}, "None")]
)
def test_flower_without_a_password_is_for_this_machine_alone(environment, more, address):
    assert python(environment | more, FLOWER).stdout.strip() == address


def test_workers_on_sqlite_are_warned_of(environment, tmp_path):
    environment["DATABASE_URL"] = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    run = subprocess.run(
        [sys.executable, "manage.py", "check", "--database", "default"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert "tradepost.W003" in run.stderr
