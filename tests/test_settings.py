"""The settings of servers: nothing is guessed, and Django finds nothing to warn of."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    """Everything that ``config.settings.prod`` asks for."""
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": "a-secret-of-fifty-or-more-characters-0123456789-abcdefghij",
        "ALLOWED_HOSTS": "shop.example",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "EMAIL_URL": "smtp+tls://shop:secret@mail.example:587",
        "SITE_URL": "https://shop.example",
    }


def manage(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", *command],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


# Set but empty is how compose files and CI pass a variable that nobody filled in. It also keeps a
# developer's .env out of the test.
@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"])
def test_a_server_does_not_start_without_its(environment, name):
    environment[name] = ""

    run = manage(environment, "check")

    assert run.returncode == 1
    assert f"ImproperlyConfigured: config.settings.prod needs {name}; set them." in run.stderr


@pytest.mark.parametrize("door", ["config.wsgi", "config.asgi"])
def test_a_door_for_servers_takes_the_settings_of_servers_unasked(environment, door):
    del environment["DJANGO_SETTINGS_MODULE"]
    code = f"import {door}; from django.conf import settings; print(settings.SETTINGS_MODULE)"

    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert run.stdout.strip() == "config.settings.prod"


def test_a_server_names_all_that_is_missing_at_once(environment):
    environment |= {"SECRET_KEY": "", "ALLOWED_HOSTS": ""}

    run = manage(environment, "check")

    assert "config.settings.prod needs SECRET_KEY, ALLOWED_HOSTS; set them." in run.stderr


def test_a_server_passes_the_checks_for_deployment(environment):
    run = manage(environment, "check", "--deploy", "--fail-level", "WARNING")

    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize(
    ("name", "finding"), [("EMAIL_URL", "tradepost.W001"), ("SITE_URL", "tradepost.W002")]
)
def test_the_checks_for_deployment_find_what_mails_need(environment, name, finding):
    del environment[name]

    run = manage(environment, "check", "--deploy", "--fail-level", "WARNING")

    assert run.returncode == 1
    assert finding in run.stderr


def test_a_server_that_does_not_start_leaves_nothing_behind(environment, tmp_path):
    environment["SECRET_KEY"] = ""

    manage(environment, "check")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize(
    ("module", "served"), [("config.settings.prod", "False"), ("config.settings.common", "True")]
)
def test_a_server_leaves_files_to_the_proxy(environment, module, served):
    code = "from django.urls import is_valid_path; print(bool(is_valid_path('/media/store/a.png')))"

    run = manage(environment | {"DJANGO_SETTINGS_MODULE": module}, "shell", "-v", "0", "-c", code)

    assert run.stdout.strip() == served


def test_a_database_of_two_servers_is_asked_for_the_one_that_takes_writes(environment):
    environment["DATABASE_URL"] = (
        "postgres://shop@db1:5432,db2:5433/shop?target_session_attrs=read-write&connect_timeout=2"
    )
    code = (
        "import django, json; django.setup(); from django.db import connection;"
        "print(json.dumps(connection.get_connection_params(), default=str))"
    )

    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip

    found = json.loads(run.stdout)
    assert (found["host"], found["port"]) == ("db1,db2", "5432,5433")
    assert found["target_session_attrs"] == "read-write"
    assert (found["connect_timeout"], found["tcp_user_timeout"]) == (2, 10_000)
