"""What is deployed beside the service: alerts fire as they should, and whatever asks for a figure asks for one that there is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from app.ground.settings import Settings
from app.home.feeds import FeedRecord, FeedRecords
from app.main import create_app
from app.shops.service import Shops
from tests.app.homes import copied

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "rules.yml"
OTHERS = {"up", "process_resident_memory_bytes"}
"""Of Prometheus itself, and of the process."""


def alerts() -> dict[str, dict[str, Any]]:
    """Name -> alert."""
    return {rule["alert"]: rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]}


def dashboard() -> Iterator[str]:
    """What the panels ask for."""
    for panel in json.loads((DEPLOY / "grafana" / "dashboards" / "attire.json").read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])


@pytest.fixture(scope="module")
def promtool() -> str:
    """Prometheus's own."""
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not installed: apt-get install prometheus")
    return found


def test_alerts_fire_as_the_cases_say(promtool: str) -> None:
    """And not before, nor for something else."""
    ran = subprocess.run([promtool, "test", "rules", "rules.test.yml"], cwd=RULES.parent, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_dashboard_asks_what_prometheus_understands(promtool: str, tmp_path: Path) -> None:
    """Each panel's question, as a rule."""
    rules = [{"record": f"panel:{number}", "expr": asked} for number, asked in enumerate(dashboard())]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    ran = subprocess.run([promtool, "check", "rules", tmp_path / "rules.yml"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_dashboard_is_whole_for_grafana() -> None:
    """Each panel has a place of its own and asks the source that is provisioned; the provider reads where the composition puts them."""
    provisioned = DEPLOY / "grafana" / "provisioning"
    [source] = yaml.safe_load((provisioned / "datasources" / "prometheus.yml").read_text())["datasources"]
    [provider] = yaml.safe_load((provisioned / "dashboards" / "attire.yml").read_text())["providers"]
    grafana = yaml.safe_load((DEPLOY.parent / "docker-compose.yml").read_text())["services"]["grafana"]
    assert f"./deploy/grafana/dashboards:{provider['options']['path']}:ro" in grafana["volumes"]
    whole = json.loads((DEPLOY / "grafana" / "dashboards" / "attire.json").read_text())
    assert {"uid", "title", "schemaVersion", "time", "panels"} <= set(whole)
    panels = whole["panels"]
    assert (
        len({panel["id"] for panel in panels}) == len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}) == len(panels)
    )
    for panel in panels:
        assert panel["datasource"] == {"type": source["type"], "uid": source["uid"]}, panel["title"]
        assert panel["type"] in {"timeseries", "stat", "table", "bargauge", "gauge"}, panel["title"]
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24, panel["title"]
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"]), panel["title"]


def test_the_dashboard_shows_all_shops_or_those_that_are_chosen() -> None:
    """And one home's figures, which name no shop: as all."""
    [shop] = json.loads((DEPLOY / "grafana" / "dashboards" / "attire.json").read_text())["templating"]["list"]
    assert (shop["name"], shop["includeAll"], shop["allValue"], shop["current"]["value"]) == ("shop", True, ".*", ["$__all"])
    for asked in dashboard():
        named = re.findall(r"attire_\w+\S*", asked)
        assert all('{shop=~"$shop"' in one for one in named), asked


def test_every_alert_has_a_severity_a_case_and_a_line_in_the_manual() -> None:
    """One that wakes somebody is for what shoppers notice, or for what is lost."""
    tried = {
        case["alertname"]
        for test in yaml.safe_load((RULES.parent / "rules.test.yml").read_text())["tests"]
        for case in test["alert_rule_test"]
    }
    manual = (DEPLOY.parent / "docs" / "operations.md").read_text()
    assert tried == set(alerts())
    for name, rule in alerts().items():
        assert rule["labels"]["severity"] in {"page", "ticket"}, name
        assert f"`{name}`" in manual, name


def test_what_is_asked_for_is_told(home: Path, tmp_path: Path) -> None:
    """By the service itself, which has a feed and a log here, or by that of several shops."""
    own = copied(home, tmp_path / "own")
    FeedRecords(own).keep(FeedRecord(source="f", rows=1))
    with TestClient(create_app(Settings(home=own))) as client:
        client.get("/items")
        told = client.get("/metrics").text
    with TestClient(Shops(Settings(public=("metrics",), shops={"own": {"home": str(own)}}))) as client:
        told += client.get("http://10.0.0.7/metrics").text
    names = set(re.findall(r"^# TYPE (\w+)", told, re.MULTILINE))
    names |= {f"{name}_{part}" for name in names for part in ("bucket", "sum", "count")}
    for asked in (*dashboard(), *(rule["expr"] for rule in alerts().values())):
        for name in re.findall(r"\b(attire_\w+|process_\w+|up)\b(?=[{\[\s)]|$)", asked):
            assert name in names | OTHERS, (name, asked)


def test_whoever_is_told_is_there() -> None:
    """Every severity has a receiver; Prometheus knows the service that tells them."""
    manager = yaml.safe_load((DEPLOY / "alertmanager" / "alertmanager.yml").read_text())
    receivers = {one["name"] for one in manager["receivers"]}
    assert {"page", "ticket"} == receivers
    [target] = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())["alerting"]["alertmanagers"][0]["static_configs"][0][
        "targets"
    ]
    assert target == "alertmanager:9093"
    assert "alertmanager" in yaml.safe_load((DEPLOY.parent / "docker-compose.yml").read_text())["services"]
