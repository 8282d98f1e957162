"""A little house to break rules in."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from tools.house.check import check_house

MODELS = """
    from django.db import models

    class Order(models.Model):
        buyer = models.ForeignKey("User", on_delete=models.CASCADE, related_name="orders")

        class Meta:
            ordering = ["-placed_at", "-id"]
"""
TASKS = """
    from tradepost.kit.jobs import job

    @job("store.send_receipt")
    def send_receipt(*, order_id: int, copy: bool = False) -> None:
        ...
"""
FindingsIn = Callable[..., list[str]]


@pytest.fixture
def findings_in(tmp_path: Path) -> FindingsIn:
    """``findings_in("api.py", code)`` puts the code into the app ``store`` and checks the house.

    Findings come back as "line rule". The app has a model, Order, and a job, store.send_receipt.
    """

    def check(path: str, code: str, *, app: str = "store") -> list[str]:
        package = tmp_path / "tradepost"
        for where, what in {
            "store/models.py": MODELS,
            "store/tasks.py": TASKS,
            f"{app}/{path}": code,
        }.items():
            file = package / where
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(dedent(what).lstrip("\n"))
        return [f"{finding.line} {finding.rule}" for finding in check_house(package)]

    return check
