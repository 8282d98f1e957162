"""Without the app at the top of the ladder the shop starts all the same, and knows no tags."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOOK = """
import django
from config.settings import common

common.INSTALLED_APPS.remove("tradepost.core")
django.setup()

from django.contrib import admin
from django.core.management import call_command
from tradepost.store.models import Product

call_command("check", fail_level="WARNING")
print([inline.__name__ for inline in admin.site._registry[Product].inlines])
"""


def test_the_shop_passes_its_checks_and_its_products_have_no_tags(tmp_path):
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings.common",
        "DATA_DIR": str(tmp_path),
    }

    run = subprocess.run(
        [sys.executable, "-c", LOOK],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert run.stdout.splitlines() == [
        "System check identified no issues (0 silenced).",
        "['ProductImageInline']",
    ], run.stderr
