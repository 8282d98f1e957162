"""The rules of the house hold in this very tree; tests/house/ shows what each rule finds."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

from tools.house.check import check_house
from tools.house.sources import declared_jobs, read_sources
from tradepost.kit.jobs import kinds

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "tradepost"


def write(folder: Path, code: str) -> Path:
    """Write ``code`` into a door of a package and return the package."""
    file = folder / "tradepost" / "store" / "api.py"
    file.parent.mkdir(parents=True)
    file.write_text(code)
    return folder / "tradepost"


def run_house(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.house", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_this_tree_keeps_the_rules_of_the_house():
    assert [str(finding) for finding in check_house(PACKAGE)] == []


def test_every_job_that_is_declared_is_known_to_the_workers():
    declared = {name for source in read_sources(PACKAGE) for name, _ in declared_jobs(source)}
    installed = {name for name in declared if apps.is_installed(f"tradepost.{name.split('.')[0]}")}

    assert "store.send_receipt" in installed
    assert installed - kinds.keys() == set()


def test_the_command_prints_a_line_per_finding_and_fails(tmp_path):
    package = write(tmp_path, "order.save()\n")

    run = run_house(str(package))

    assert run.returncode == 1
    assert run.stdout == ("tradepost/store/api.py:1 W1 .save() writes; move it into an action\n")


def test_the_command_says_nothing_about_a_clean_package(tmp_path):
    package = write(tmp_path, "ORDERS = 1\n")

    run = run_house(str(package))

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_a_finding_can_be_allowed_with_a_reason(tmp_path):
    package = write(tmp_path, "file.save()  # house: allow W1 because this is a picture\n")

    assert check_house(package) == []


@pytest.mark.parametrize(
    "line",
    [
        "file.save()  # house: allow W1",
        "file.save()  # house: allow W1 because",
        "file.load()  # house: allow W1 because this is a picture",
    ],
    ids=["without a reason", "with an empty reason", "where nothing is found"],
)
def test_an_allowance_needs_a_reason_and_a_finding(tmp_path, line):
    package = write(tmp_path, f"{line}\n")

    assert [finding.rule for finding in check_house(package)] == ["H1"]


def test_an_allowance_of_one_rule_allows_no_other(tmp_path):
    package = write(tmp_path, "file.save()  # house: allow R1 because this is a picture\n")

    assert [finding.rule for finding in check_house(package)] == ["H1", "W1"]


def test_a_string_allows_nothing(tmp_path):
    package = write(tmp_path, 'file.save("# house: allow W1 because this is a string")\n')

    assert [finding.rule for finding in check_house(package)] == ["W1"]
