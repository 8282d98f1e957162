"""What developers have on top: a playground and the debug toolbar, in their settings only."""

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
def leads_somewhere(path):
    try:
        return bool(resolve(path))
    except Resolver404:
        return False
print(json.dumps({
    "apps": [name for name in settings.INSTALLED_APPS if "playground" in name or "debug" in name],
    "middleware": [name for name in settings.MIDDLEWARE if "debug" in name],
    "paths": [path for path in ("/playground/hello/", "/playground/slow/",
                                "/__debug__/history_sidebar/") if leads_somewhere(path)],
    "scheduled": settings.JOB_SCHEDULE,
    "debug": settings.DEBUG,
}))
"""


def look(tmp_path: Path, module: str) -> dict[str, object]:
    """Return what of the developers' things these settings have."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": module,
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": "a-secret-of-fifty-or-more-characters-0123456789-abcdefghij",
        "ALLOWED_HOSTS": "shop.example",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
    }
    run = subprocess.run(
        [sys.executable, "-c", LOOK],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(run.stdout)


def test_developers_have_a_playground_and_the_toolbar(tmp_path):
    assert look(tmp_path, "config.settings.dev") == {
        "apps": ["tradepost.playground", "debug_toolbar"],
        "middleware": ["debug_toolbar.middleware.DebugToolbarMiddleware"],
        "paths": ["/playground/hello/", "/playground/slow/", "/__debug__/history_sidebar/"],
        "scheduled": {
            "playground": {
                "job": "playground.notify_customers",
                "at": "30 7 * * mon",
                "arguments": {"message": "Hello World"},
            }
        },
        "debug": True,
    }


@pytest.mark.parametrize("module", ["config.settings.common", "config.settings.prod"])
def test_nobody_else_has(tmp_path, module):
    found = look(tmp_path, module)

    assert found == {
        "apps": [], "middleware": [], "paths": [], "scheduled": {}, "debug": False,
    }  # fmt: skip
