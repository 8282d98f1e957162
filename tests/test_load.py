"""The load test: what its people do is what the requirements say, and it runs by one command."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import ROOT

LOCUST = Path(sys.executable).parent / "locust"


def ratios(scenario: str, **more: str) -> dict[str, float]:
    """How often each deed is done, of all that its people do."""
    command = [LOCUST, "-f", f"locustfiles/{scenario}.py", "-u", "1", "--show-task-ratio-json"]
    said = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **more}, capture_output=True, text=True, check=True
    )
    [people] = json.loads(said.stdout)["per_class"].values()
    return {deed: task["ratio"] for deed, task in people["tasks"].items()}


def test_visitors_look_more_often_than_they_take():
    assert ratios("browse_products") == {
        "view_products": pytest.approx(2 / 7),
        "view_product": pytest.approx(4 / 7),
        "add_to_cart": pytest.approx(1 / 7),
    }


def test_the_slow_page_takes_part_when_it_is_asked_for():
    assert ratios("browse_products", HELLO="on")["say_hello"] == pytest.approx(1 / 8)


def run(folder: Path, *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "locustfiles", "--results", str(folder), "--products", "12"]
    return subprocess.run(
        [*command, *more], cwd=ROOT, env={**os.environ, **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_one_command_starts_a_server_sends_people_and_keeps_what_was_seen(tmp_path):
    done = run(tmp_path, "--users", "6", "--rate", "6", "--time", "9s")

    assert done.returncode == 0, done.stdout + done.stderr
    [kept] = tmp_path.iterdir()
    rows = list(csv.DictReader((kept / "load_stats.csv").open()))
    counts = {row["Name"]: (int(row["Request Count"]), row["Failure Count"]) for row in rows}
    assert counts["/store/carts"] == (6, "0")
    assert counts["Aggregated"][0] > 6
    assert counts.keys() <= {
        "/store/carts", "/store/products", "/store/products/:id", "/store/carts/items",
        "Aggregated",
    }  # fmt: skip
    assert "<html" in (kept / "report.html").read_text()


RAMP = """
from types import SimpleNamespace
from locustfiles.ramp import Ramp
total = SimpleNamespace(response_times={}, num_failures=0)
ramp = Ramp()
ramp.runner = SimpleNamespace(stats=SimpleNamespace(total=total))
steps = [({10: 900, 300: 100}, 0), ({10: 1800, 300: 200}, 0), (LATER, FAILED)]
for number, (times, failed) in enumerate(steps, 1):
    total.response_times, total.num_failures = times, failed
    ramp.get_run_time = lambda number=number: number * 30
    print(ramp.tick())
"""


@pytest.mark.parametrize(
    ("later", "failed"),
    [("{10: 2600, 300: 200, 600: 200}", "0"), ("{10: 2700, 300: 200, 30: 100}", "11")],
    ids=["slow", "failing"],
)
def test_a_ramp_ends_where_answers_get_slow_or_fail(later, failed):
    code = RAMP.replace("LATER", later).replace("FAILED", failed)

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    said = [line for line in done.stdout.splitlines() if "a second" not in line]
    assert said == [
        "(200, 20.0)",
        "(300, 20.0)",
        "The knee: 200 users were served well, 300 were not.",
        "None",
    ]
