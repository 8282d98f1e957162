"""The import contracts hold, and each is broken by what it forbids."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")

LADDER = "Apps form a ladder: import downwards only"
INSIDE = "Inside an app: doors over actions over queries over models"
NO_DRF = "The domain does not know DRF"
NO_DOOR = "The domain never imports a door, not even another app's"
PUBLISHING = "Only actions publish events"
NO_SETTINGS = "Our code never imports the settings package"
NO_TAGS = "The shop knows neither tags nor likes"

Plant = Callable[[str, str], None]


def broken_contracts(tree: Path) -> list[str]:
    """Return the names of the contracts that do not hold in ``tree``."""
    run = subprocess.run(
        [LINT_IMPORTS, "--no-logo"], cwd=tree, capture_output=True, text=True, check=False
    )
    assert "Contracts: " in run.stdout, run.stdout + run.stderr
    broken = [
        line.removesuffix(" BROKEN") for line in run.stdout.splitlines() if line.endswith(" BROKEN")
    ]
    assert run.returncode == (1 if broken else 0)
    return broken


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """A copy of our code without its tests; the linter's cache serves all tests here."""
    tree = tmp_path_factory.mktemp("tree")
    unneeded = shutil.ignore_patterns("__pycache__", "tests", "migrations")
    for package in ("tradepost", "config"):
        shutil.copytree(ROOT / package, tree / package, ignore=unneeded)
    shutil.copy(ROOT / "pyproject.toml", tree)
    return tree


@pytest.fixture
def plant(tree) -> Iterator[Plant]:
    """``plant("store/queries.py", statement)`` adds a line to a file, or makes the file."""
    before: dict[Path, str | None] = {}

    def add(path: str, statement: str) -> None:
        file = tree / "tradepost" / path
        before[file] = file.read_text() if file.exists() else None
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{before[file] or ''}\n{statement}\n")

    yield add
    for file, text in before.items():
        if text is None:
            file.unlink()
            if not any(file.parent.iterdir()):
                file.parent.rmdir()
        else:
            file.write_text(text)


def test_our_code_keeps_every_contract():
    assert broken_contracts(ROOT) == []


def test_the_copy_keeps_every_contract_before_anything_is_planted(tree):
    assert broken_contracts(tree) == []


@pytest.mark.parametrize(
    ("contract", "path", "statement"),
    [
        pytest.param(LADDER, "store/queries.py", "import tradepost.core", id="upwards"),
        pytest.param(LADDER, "store/queries.py", "import tradepost.stays", id="sideways"),
        pytest.param(LADDER, "auctions/__init__.py", "", id="an app without a step"),
        pytest.param(NO_TAGS, "store/rows.py", "import tradepost.tags.queries", id="tags"),
        pytest.param(NO_TAGS, "store/queries.py", "import tradepost.likes.queries", id="likes"),
        pytest.param(
            INSIDE, "store/models/carts.py", "import tradepost.store.actions.carts",
            id="a model that acts",
        ),
        pytest.param(
            INSIDE, "core/catalogue/rows.py", "import tradepost.core.actions.imports",
            id="a reader of files that acts",
        ),
        pytest.param(
            INSIDE, "kit/errors.py", "import tradepost.kit.models", id="an error of the kit"
        ),
        pytest.param(
            NO_DRF, "store/actions/carts.py", "import rest_framework.exceptions",
            id="an action that speaks DRF",
        ),
        pytest.param(
            NO_DOOR, "store/actions/carts.py", "import tradepost.messaging.api",
            id="an action that uses another app's door",
        ),
        pytest.param(
            NO_DOOR, "store/actions/carts.py", "import tradepost.messaging.serializers",
            id="an action that renders",
        ),
        pytest.param(
            NO_DOOR, "store/actions/carts.py", "import tradepost.kit.http.json",
            id="an action that speaks HTTP",
        ),
        pytest.param(
            PUBLISHING, "store/api/orders.py", "import tradepost.feed.actions.publishing",
            id="a view that publishes",
        ),
        pytest.param(
            NO_SETTINGS, "kit/ids.py", "import config.settings.common", id="settings by import"
        ),
    ],
)  # fmt: skip
def test_a_contract_is_broken_by_what_it_forbids(tree, plant, contract, path, statement):
    plant(path, statement)

    assert broken_contracts(tree) == [contract]


def test_a_query_that_imports_its_own_door_breaks_both_contracts(tree, plant):
    plant("messaging/queries.py", "import tradepost.messaging.api")

    assert broken_contracts(tree) == [INSIDE, NO_DOOR]
