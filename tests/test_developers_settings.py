"""What developers have on top: a playground, the debug toolbar and Silk, in their settings only."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOOK = """
import django, json
django.setup()
from django.conf import settings
from django.urls import Resolver404, resolve
NAMES = ("playground", "debug_toolbar", "silk")
NAMES += ("debug_toolbar.middleware.DebugToolbarMiddleware", "silk.middleware.SilkyMiddleware")
def leads_somewhere(path):
    try:
        return bool(resolve(path))
    except Resolver404:
        return False
print(json.dumps({
    "apps": [name for name in settings.INSTALLED_APPS if name.endswith(NAMES)],
    "middleware": [name for name in settings.MIDDLEWARE if name.startswith(NAMES)],
    "paths": [path for path in ("/playground/hello/", "/playground/slow/",
                                "/__debug__/history_sidebar/", "/silk/") if leads_somewhere(path)],
    "scheduled": settings.JOB_SCHEDULE,
    "debug": settings.DEBUG,
}))
"""


PROFILE = """
import django, json
django.setup()
from django.core.management import call_command
from django.test import Client
from silk.models import Request, SQLQuery
call_command("migrate", "silk", verbosity=0)
client = Client(SERVER_NAME="shop.example", headers={"Authorization": "JWT a-secret"})
silk = client.get("/silk/")
client.post("/readyz", {"password": "a-secret"})
seen = Request.objects.get(path="/readyz")
kept = [seen.encoded_headers, seen.raw_body, seen.body, seen.response.raw_body]
counts = [seen.num_sql_queries, SQLQuery.objects.filter(request=seen).count()]
call_command("silk_clear_request_log")
print(json.dumps({
    "silk": [silk.status_code, silk.headers["Location"]],
    "counts": counts, "took": seen.time_taken >= 0,
    "secrets": "a-secret" in "".join(kept), "left": Request.objects.count(),
}))
"""


SCHEDULED = {
    "playground": {
        "job": "playground.notify_customers",
        "at": "30 7 * * mon",
        "arguments": {"message": "Hello World"},
    }
}


def look(tmp_path: Path, module: str, **more: str) -> dict[str, object]:
    """Return what of the developers' things these settings have."""
    return run(tmp_path, module, LOOK, **more)


def run(tmp_path: Path, module: str, code: str, **more: str) -> dict[str, object]:
    environment = {
        **more,
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": module,
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": "a-secret-of-fifty-or-more-characters-0123456789-abcdefghij",
        "ALLOWED_HOSTS": "shop.example",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def test_developers_have_a_playground_the_toolbar_and_silk(tmp_path):
    assert look(tmp_path, "config.settings.dev") == {
        "apps": ["tradepost.playground", "debug_toolbar", "silk"],
        "middleware": [
            "silk.middleware.SilkyMiddleware",
            "debug_toolbar.middleware.DebugToolbarMiddleware",
        ],
        "paths": [
            "/playground/hello/",
            "/playground/slow/",
            "/__debug__/history_sidebar/",
            "/silk/",
        ],
        "scheduled": SCHEDULED,
        "debug": True,
    }


@pytest.mark.parametrize("module", ["config.settings.common", "config.settings.prod"])
def test_nobody_else_has(tmp_path, module):
    found = look(tmp_path, module)

    assert found == {
        "apps": [], "middleware": [], "paths": [], "scheduled": {}, "debug": False,
    }  # fmt: skip


def test_what_watches_can_be_switched_off_for_measuring(tmp_path):
    assert look(tmp_path, "config.settings.dev", PROFILING="off") == {
        "apps": ["tradepost.playground"],
        "middleware": [],
        "paths": ["/playground/hello/", "/playground/slow/"],
        "scheduled": SCHEDULED,
        "debug": True,
    }


def test_silk_keeps_requests_with_their_statements_for_the_staff_and_no_secrets(tmp_path):
    said = run(tmp_path, "config.settings.dev", PROFILE)

    [asked, kept] = said.pop("counts")
    assert asked == kept >= 1
    assert said == {
        "silk": [302, "/account/sign-in/?next=/silk/"], "took": True, "secrets": False, "left": 0,
    }  # fmt: skip
