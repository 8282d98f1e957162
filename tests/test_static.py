"""Stylesheets, scripts and pictures of ours: gathered into one folder, sent without debugging."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.test_settings import ROOT, environment, manage

__all__ = ["environment"]

OF_EACH_APP = [
    "css/tradepost.css", "favicon.svg", "js/read.js", "store/styles.css", "admin/css/base.css",
    "rest_framework/css/default.css",
]  # fmt: skip
ASK = """
import django, json
django.setup()
from django.templatetags.static import static
from django.test import Client
url = static("css/tradepost.css")
client = Client(SERVER_NAME="shop.example")
answers = [client.get(path, secure=True) for path in (url, "/static/css/nothing.css")]
print(json.dumps([url, [[a.status_code, a.headers.get("Cache-Control")] for a in answers]]))
"""


@pytest.mark.parametrize("module", ["config.settings.common", "config.settings.prod"])
def test_the_files_of_all_apps_are_gathered_in_one_folder(environment, tmp_path, module):
    environment["DJANGO_SETTINGS_MODULE"] = module

    run = manage(environment, "collectstatic", "--no-input")

    assert run.returncode == 0
    assert [name for name in OF_EACH_APP if not (tmp_path / "static" / name).is_file()] == []


def test_a_server_sends_them_under_names_that_can_be_kept_for_ever(environment, tmp_path):
    manage(environment, "collectstatic", "--no-input")

    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip

    url, answers = json.loads(run.stdout)
    assert url.startswith("/static/css/tradepost.") and url != "/static/css/tradepost.css"
    assert answers[0] == [200, "max-age=315360000, public, immutable"]
    assert answers[1][0] == 404


@pytest.mark.parametrize("name", OF_EACH_APP)
def test_the_one_command_sends_them_without_gathering(shop, name):
    assert httpx.get(f"{shop.address}/static/{name}").status_code == 200
    assert not Path(shop.folder, "static", name).exists()
