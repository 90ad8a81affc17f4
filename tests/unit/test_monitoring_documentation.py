"""The page about monitoring and the alert rules name what there is, and all of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ropeway.cli.reference import reference
from ropeway.service.operating.metrics.catalogue import FIGURES, REQUESTS, Metric

DOCS = Path(__file__).parents[2] / "docs"
UNITS = DOCS.parent / "packaging" / "systemd"
RULES: list[dict[str, Any]] = yaml.safe_load((DOCS / "alerts.yaml").read_text())["groups"][0]["rules"]
NAMES = {metric.name: metric for metric in (*FIGURES, *REQUESTS)}


def row(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels) or "—"
    return f"| `{metric.name}` | {labels} | {metric.says} |"


def test_every_metric_is_documented_with_its_labels_and_no_other_is() -> None:
    page = (DOCS / "monitoring.md").read_text()
    assert [row(m) for m in NAMES.values() if row(m) not in page.splitlines()] == []
    assert set(re.findall(r"^\| `(ropeway_\w+)`", page, re.MULTILINE)) == set(NAMES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_metrics_and_labels_that_there_are(rule: dict[str, Any]) -> None:
    asked = set(re.findall(r"\bropeway_\w+", rule["expr"]))
    assert asked <= set(NAMES)
    known = {label for name in asked for label in NAMES[name].labels} | {"job", "instance"}
    wanted = set(re.findall(r"\b(?:by|on) \(([^)]*)\)", rule["expr"]))
    assert {label.strip() for group in wanted for label in group.split(",")} <= known
    assert set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"]))) <= known


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_and_what_to_look_at(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert set(rule["annotations"]) >= {"summary", "description"}
    assert re.fullmatch(r"\d+[mhd]", rule["for"])


def test_what_connect_health_alerts_on_is_alerted_on() -> None:
    told = " ".join(rule["annotations"].get("microsoft", "") for rule in RULES).lower()
    for what in ("isn't running", "import from", "authentication", "export to", "delete threshold", "cpu", "memory"):
        assert what in told


def test_the_commands_of_pages_alerts_and_units_exist() -> None:
    commands = reference()
    texts = [(DOCS / name).read_text() for name in ("operations.md", "alerts.yaml")]
    texts += [unit.read_text() for unit in UNITS.glob("ropeway-backup.*")]
    named = set(re.findall(r"ropeway service (status|backup|restore)\b", " ".join(texts)))
    assert named == {"status", "backup", "restore"}
    assert all(f"ropeway service {name}\n" in commands for name in named)
