"""The files for Prometheus and Grafana: they can be read, and name only numbers that there are."""

import json
import re
from pathlib import Path

import pytest
import yaml

from tradepost.feed.consumers import hub
from tradepost.kit.http import numbers
from tradepost.kit.metrics import Spread, declared

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "deploy" / "observability"
DOCS = ROOT / "docs" / "observability.md"
NAME = re.compile(r"\btradepost_\w+")
LABELS = re.compile(r"\bby \(([^)]*)\)|(\w+)=~?\"")


def samples() -> set[str]:
    """What Prometheus sees of the numbers that are declared."""
    seen = set()
    for name, number in declared.items():
        ends = ("_bucket", "_count", "_sum") if isinstance(number, Spread) else ("",)
        seen |= {name + end for end in ends}
    return seen


def alerts() -> list[dict]:
    [group] = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    return group["rules"]


def panels() -> list[dict]:
    return json.loads((FOLDER / "grafana-dashboard.json").read_text())["panels"]


def expressions() -> list[str]:
    shown = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [*shown, *(alert["expr"] for alert in alerts())]


@pytest.mark.parametrize("expression", expressions())
def test_an_expression_names_numbers_and_labels_that_there_are(expression):
    named = set(NAME.findall(expression))
    known = {label for number in declared.values() for label in number.labels} | {"le", "job"}
    asked = {
        label.strip()
        for several, one in LABELS.findall(expression)
        for label in (several or one).split(",")
    }

    assert named - samples() == set()
    assert asked - known == set()
    assert expression.count("(") == expression.count(")")


def test_every_number_is_shown_and_explained():
    shown = " ".join(expressions())
    text = DOCS.read_text()
    ours = [name for name in declared if name.startswith("tradepost_")]

    assert len(ours) >= 14
    assert [name for name in ours if name not in shown] == []
    assert [name for name in ours if f"`{name}`" not in text] == []


def test_every_alert_says_how_urgent_it_is_and_what_to_do():
    text = DOCS.read_text()

    for alert in alerts():
        assert alert["labels"]["severity"] in ("page", "ticket"), alert["alert"]
        assert alert["annotations"]["summary"], alert["alert"]
        assert f"`{alert['alert']}`" in text, alert["alert"]


def test_panels_lie_beside_each_other():
    places = [tuple(panel["gridPos"].values()) for panel in panels()]
    cells = [(x + i, y + j) for x, y, w, h in places for i in range(w) for j in range(h)]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_the_example_asks_where_the_numbers_are():
    example = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    [job] = example["scrape_configs"]

    assert (job["job_name"], job["metrics_path"]) == ("tradepost", "/metrics")
    assert job["authorization"]["type"] == "Bearer"
    assert [(FOLDER / name).exists() for name in example["rule_files"]] == [True]


def test_the_code_that_a_rule_names_is_ours():
    from tradepost.store.errors import OutOfStock

    assert OutOfStock.code == "out_of_stock"
    assert numbers.REFUSALS.labels == ("code",)


def test_the_feed_counts_its_connections_under_the_name_that_is_shown():
    assert declared["tradepost_feed_connections"] is hub.SOCKETS
