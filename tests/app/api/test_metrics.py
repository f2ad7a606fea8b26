"""GET /metrics: what Prometheus reads."""

from __future__ import annotations

import re
import shutil
import tarfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.backup.form import TAKEN
from app.backup.taking import take
from app.experiments.experiment import ASKED
from app.ground.parts import Keys, LogSettings
from app.ground.settings import Settings
from app.home.feeds import FEEDS, FeedRecord, FeedRecords
from app.home.runs import FINAL, Decision, LearningRun, Runs, write_run
from app.home.store import ReleaseStore
from app.home.underway import begins
from app.live.metrics import Metrics
from app.log.base import Stream
from app.main import create_app
from app.recommend.stages import Measured, measured, stage
from tests.app.homes import copied

Figure = Callable[..., float | None]
RULES = Path(__file__).parents[3] / "deploy" / "prometheus" / "rules.yml"


@pytest.fixture
def client(home: Path, tmp_path: Path) -> Iterator[TestClient]:
    """A replica with a log of its own."""
    log = LogSettings(url=SecretStr(f"sqlite:{tmp_path}/log.sqlite"))
    given = Settings(home=home, log=log, keys=Keys(open_on_loopback=True))
    with TestClient(create_app(given), base_url="http://localhost", client=("127.0.0.1", 1)) as opened:
        yield opened


def figures(client: TestClient) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample by its name and labels."""
    answer = client.get("/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in text_string_to_metric_families(answer.text)
        for one in family.samples
    }


def figure(client: TestClient, name: str, **labels: str) -> float | None:
    """One sample."""
    return figures(client).get((name, frozenset(labels.items())))


def test_requests_are_counted_by_route_and_status(client: TestClient) -> None:
    """By the route as it is declared, so that there are few, whatever is asked for."""
    client.get("/items/tops-1")
    client.get("/items/tops-2")
    client.get("/items/nowhere")
    client.get("/no/such/address")
    client.request("BREW", "/coffee")
    found = figures(client)
    by = {
        tuple(dict(labels)[name] for name in ("method", "route", "status")): n
        for (name, labels), n in found.items()
        if name == "attire_requests_total"
    }
    assert by == {
        ("GET", "/items/{item_id:path}", "200"): 2,
        ("GET", "/items/{item_id:path}", "404"): 1,
        ("GET", "none", "404"): 1,
        ("other", "none", "404"): 1,
    }
    assert found["attire_request_seconds_count", frozenset({("route", "/items/{item_id:path}")})] == 3


def test_stages_of_a_request_have_their_times(client: TestClient) -> None:
    """Each once, and together no longer than the request."""
    client.post("/complete-outfit", json={"items": ["tops-1"], "slots": ["shoes"], "explain": True})
    found = figures(client)
    stages = {dict(labels)["stage"] for name, labels in found if name == "attire_stage_seconds_count"}
    assert stages == {"resolve", "query", "search", "rank", "score"}
    inside = sum(value for (name, _), value in found.items() if name == "attire_stage_seconds_sum")
    assert 0 < inside <= found["attire_request_seconds_sum", frozenset({("route", "/complete-outfit")})]


def test_a_stage_within_another_counts_once() -> None:
    """The outer one has the rest."""
    notes, began = Measured(), time.perf_counter()
    token = measured.set(notes)
    with stage("resolve"):
        time.sleep(0.01)
        with stage("encode"):
            time.sleep(0.03)
    measured.reset(token)
    assert notes.seconds["encode"] >= 0.03
    assert notes.seconds["resolve"] >= 0.01
    assert notes.seconds["resolve"] + notes.seconds["encode"] <= time.perf_counter() - began


def test_the_release_and_the_catalogue_are_told(client: TestClient) -> None:
    """Which one answers, how many items it has, and what changed since its snapshot."""
    client.delete("/items/tops-1")
    [labels] = [dict(labels) for name, labels in figures(client) if name == "attire_release_info"]
    assert labels["release"].startswith("r2-")
    assert labels["recipe"] == "test"
    names = ("attire_items", "attire_catalogue_changed_items", "attire_catalogue_changes_total", "attire_ready")
    assert [figure(client, name) for name in names] == [47, 1, 1, 1]
    assert figure(client, "attire_index_items", backend="flat") == 48


def test_impressions_and_the_logs_lag_are_told(client: TestClient) -> None:
    """Written ones, and how far behind each group is."""
    log: Any = client.app.state.services.log  # type: ignore[attr-defined]
    client.portal.call(lambda: log.take(Stream.EVENTS, "archive", "w"))  # type: ignore[union-attr]
    client.post("/complete-outfit", json={"items": ["tops-1"], "slots": ["shoes"]})
    until = time.monotonic() + 10
    while figure(client, "attire_impressions_written_total") != 1 and time.monotonic() < until:
        time.sleep(0.02)
    assert figure(client, "attire_impressions_waiting") == 0
    assert figure(client, "attire_impressions_dropped_total") == 0
    assert figure(client, "attire_log_lag_entries", stream="events", group="archive", state="unread") == 1
    assert figure(client, "attire_log_up") == 1


def test_answers_are_counted_by_what_they_come_to(client: TestClient) -> None:
    """Nothing for an outfit that is complete is another thing than nothing for one that is not."""
    for ask in (
        {"items": ["tops-1", "bottoms-1", "shoes-1"]},
        {"items": ["tops-1"], "k": 1},
        {"items": ["tops-1"], "filters": {"brand": ["none"]}},
    ):
        client.post("/complete-outfit", json=ask)
    assert [figure(client, "attire_completions_total", of=of) for of in ("complete", "shown", "empty")] == [1, 1, 1]


def test_the_sizes_of_batches_are_told(client: TestClient) -> None:
    """Of events, and of what is scored together."""
    client.post("/events", json={"events": [{"id": str(n), "type": "view", "item": "tops-1", "session": "s"} for n in range(3)]})
    client.post("/score-outfit", json={"outfits": [{"items": ["tops-1", "shoes-2"]}] * 5})
    assert figure(client, "attire_batch_size_sum", of="events") == 3
    assert figure(client, "attire_batch_size_sum", of="outfits") == 5


def test_alerts_are_about_figures_that_there_are(client: TestClient, home: Path, request: pytest.FixtureRequest) -> None:
    """Every name and every label's value of the rules is told from the start, so that an increase from nothing is seen."""
    FeedRecords(home).keep(FeedRecord(source="feed.csv"))  # of feeds, once there is one
    request.addfinalizer(lambda: shutil.rmtree(home / FEEDS))
    (home / TAKEN).write_text("2026-11-01T10:00:00+00:00")  # and of backups
    request.addfinalizer((home / TAKEN).unlink)
    running = client.app.state.services.variants.file  # type: ignore[attr-defined]
    running.put(ASKED.validate_python([{"name": "of-figures", "variants": [{"name": "a"}, {"name": "b"}]}]))  # likewise
    request.addfinalizer(lambda: (running.path.unlink(), shutil.rmtree(home / running.name)))
    log: Any = client.app.state.services.log  # type: ignore[attr-defined]
    client.portal.call(lambda: log.take(Stream.EVENTS, "archive", "w"))  # type: ignore[union-attr]
    client.get("/healthz")
    found, rules = figures(client), RULES.read_text()
    of_several_shops = {"attire_shops_file_refused"}
    assert set(re.findall(r"attire_\w+", rules)) - of_several_shops <= {name for name, _ in found}
    for name, wanted in re.findall(r"(attire_\w+)\{([^}]*)\}", rules):
        asked = set(re.findall(r'(\w+)="(\w+)"', wanted))
        assert any(name == there and asked <= labels for there, labels in found), (name, asked)


def test_figures_are_there_without_a_log_and_without_a_release(tmp_path: Path) -> None:
    """They say so."""
    (tmp_path / "file").touch()
    given = Settings(home=tmp_path / "fresh", log=LogSettings(url=SecretStr(f"sqlite:{tmp_path}/file/log.sqlite")))
    with TestClient(create_app(given)) as client:
        assert [figure(client, name) for name in ("attire_log_up", "attire_ready", "attire_items")] == [0, 0, None]


def test_who_does_not_wait_is_not_told_as_refused() -> None:
    """A shopper who presses on takes the question before back: no fault of the service, nor of theirs."""
    figures = Metrics()
    for status in (200, 499, 422, 503):
        figures.request("POST", "/complete-outfit", status, 0.1, Measured())
    [told] = figures.traffic()
    assert (told.requests, told.refused, told.failed, told.given_up) == (4, 1, 1, 1)


def test_the_workers_runs_and_the_last_backup_are_told(tmp_path: Path, home: Path) -> None:
    """When each ended, and when the one began that has not."""
    own = copied(home, tmp_path / "home")
    log = LogSettings(url=SecretStr(f"sqlite:{tmp_path}/log.sqlite"))
    runs = Runs(own)
    decisions: tuple[tuple[Decision, int], ...] = (("rejected", 1), ("published", 2), ("rejected", 3))
    for decision, minute in decisions:
        run = LearningRun(id="1", started="2026-11-01T10:00:00+00:00", rows=0, decision="waiting").decided(decision)
        write_run(runs.begin() / FINAL, replace(run, finished=f"2026-11-01T10:0{minute}:00+00:00"))
    with TestClient(create_app(Settings(home=own, log=log)), base_url="http://localhost", client=("127.0.0.1", 1)) as client:
        assert figure(client, "attire_run_finished_timestamp_seconds", decision="rejected") == 1793527380
        assert figure(client, "attire_run_finished_timestamp_seconds", decision="published") == 1793527320
        assert figure(client, "attire_gate_decisions_total", decision="rejected") == 2
        assert figure(client, "attire_run_started_timestamp_seconds") is None
        assert figure(client, "attire_backup_timestamp_seconds") is None
        begins(runs.begin())
        take(ReleaseStore(own), log, tmp_path / "backup.tar")
        now = time.time()
        assert figure(client, "attire_run_started_timestamp_seconds") == pytest.approx(now, abs=60)
        assert figure(client, "attire_backup_timestamp_seconds") == pytest.approx(now, abs=60)
    with tarfile.open(tmp_path / "backup.tar") as packed:
        assert "home/BACKED_UP" not in packed.getnames()
