"""All events of a home once: archived, waiting in the log, or both; and their export."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import polars as pl
import pytest

from app.cli import run
from app.ground.settings import Settings
from app.home.runs import Runs
from app.log.base import Event, Stream
from app.log.sqlite import SqliteLog
from app.worker.loop import Worker
from app.worker.told import all_events

Said = Callable[..., Event]


@pytest.fixture
def log(tmp_path: Path) -> SqliteLog:
    """The log of a home."""
    return SqliteLog(tmp_path / "log.sqlite")


@pytest.mark.anyio
async def test_each_event_is_told_once(tmp_path: Path, log: SqliteLog, said: Said) -> None:
    """Some are archived and gone from the log, some archived and still there, some only there; afterwards nothing is left behind."""
    await log.append(Stream.EVENTS, [said(f"e{number}", type="view", item="a", session="s") for number in range(3)])
    await Worker(Settings(home=tmp_path), log).drain()
    await log.append(Stream.EVENTS, [said(f"e{number}", type="view", item="a", session="s") for number in range(3, 5)])
    async with all_events(tmp_path, log) as events:
        ids = events.select("id").collect()["id"].to_list()
        [scratch] = Runs(tmp_path).root.glob(".reading-*")
    assert sorted(ids) == [f"e{number}" for number in range(5)]
    assert not scratch.exists()
    await log.close()


@pytest.mark.anyio
async def test_parts_that_are_merged_meanwhile_are_read_as_they_were(tmp_path: Path, log: SqliteLog, said: Said) -> None:
    """The frame reads its files late."""
    await log.append(Stream.EVENTS, [said("e0", type="view", item="a", session="s")])
    await Worker(Settings(home=tmp_path), log).drain()
    async with all_events(tmp_path, log) as events:
        for part in Runs(tmp_path).events.glob("part-*"):
            part.unlink()
        assert len(events.collect()) == 1
    await log.close()


def params(told: list[dict[str, Any]]) -> dict[str, Any]:
    """Parameters as GA4 has them, without those of which nothing is said."""
    values = {one["key"]: [value for value in one["value"].values() if value is not None] for one in told}
    return {key: said[0] for key, said in values.items() if said}


@pytest.mark.anyio
async def test_events_are_exported_as_google_analytics_4_has_them(tmp_path: Path, log: SqliteLog, said: Said) -> None:
    """What was shown as a list with places, a view that follows from it as its selection, a purchase with its revenue."""
    chosen = {"candidates": ["a", "c", "b"], "scores": [0.5, 0.3, 0.2], "propensities": [1, 0.05], "explored": [1], "open": 1}
    slots = [{"category": "shoes", "items": ["a", "b"], **chosen}, {"category": "bags", "items": []}]
    about = {"recommendation_id": "r", "session": "s", "release": "r1-x", "experiment": "x", "variant": "v", "items": ["worn"]}
    about |= {"rules": ["own", "sale"], "catalogue": "7"}
    await log.append(
        Stream.EVENTS,
        [
            said("i", type="impression", slots=slots, **about),
            said("c", type="view", item="b", session="s", recommendation_id="r"),
            said("v", type="view", item="b", session="s", user="u"),
            said("p", type="purchase", item="b", session="s", price=9.5, quantity=2, order="o", currency="EUR"),
            said("z", type="return", item="b", session="s", order="o"),
        ],
    )
    await log.close()
    out = tmp_path / "ga4.parquet"
    assert await anyio.to_thread.run_sync(run, ["events", "export", str(out), "--home", str(tmp_path)]) == 0
    rows = {row["event_name"]: row for row in pl.read_parquet(out).to_dicts()}
    assert sorted(rows) == ["purchase", "refund", "select_item", "view_item", "view_item_list"]
    listed = [(item["item_id"], item["item_list_name"], item["item_list_index"]) for item in rows["view_item_list"]["items"]]
    assert listed == [("a", "shoes", 0), ("b", "shoes", 1)]
    told = {"release": "r1-x", "experiment": "x", "variant": "v", "recommendation_id": "r", "rules": "own,sale", "catalogue": "7"}
    assert params(rows["view_item_list"]["event_params"]) == {**told, "event_id": "i"}
    a, b = (params(item["item_params"]) for item in rows["view_item_list"]["items"])
    assert a == {"propensity": 1.0, "score": 0.5, "rank": 0, "explored": 0, "first_open": 1}
    assert b == {"propensity": 0.05, "score": 0.2, "rank": 2, "explored": 1, "first_open": 1}
    assert params(rows["purchase"]["event_params"]) == {"currency": "EUR", "event_id": "p"}
    assert params(rows["select_item"]["event_params"]) == {"recommendation_id": "r", "event_id": "c"}
    [selected] = rows["select_item"]["items"]
    assert (selected["item_list_id"], selected["item_list_name"], selected["item_list_index"]) == ("r", "shoes", 1)
    assert rows["view_item"]["user_id"] == "u"
    assert rows["purchase"]["ecommerce"] == {"transaction_id": "o", "purchase_revenue": 19.0}
    assert (rows["purchase"]["event_date"], rows["purchase"]["event_timestamp"]) == ("20261101", 1793491200000000)


@pytest.mark.anyio
async def test_the_last_events_are_listed(tmp_path: Path, log: SqliteLog, said: Said, capsys: pytest.CaptureFixture[str]) -> None:
    """Archived or not, oldest first, as many as asked for; what was shown is told with its items."""
    await log.append(Stream.EVENTS, [said("e0", type="view", item="old", session="s"), said("e1", type="view", item="a", session="s")])
    await Worker(Settings(home=tmp_path), log).drain()
    slots = [{"category": "shoes", "items": [f"b{number}" for number in range(8)]}]
    shown = said("i", type="impression", items=["worn"], slots=slots, recommendation_id="r", session="s")
    await log.append(Stream.EVENTS, [shown, said("e2", type="add_to_cart", item="b1", session="s", recommendation_id="r")])
    await log.close()
    capsys.readouterr()
    asked = ["events", "list", "--home", str(tmp_path), "--last", "3"]
    assert await anyio.to_thread.run_sync(run, asked) == 0
    told = [line.split("  ", 1)[1].split() for line in capsys.readouterr().out.splitlines()]
    assert told == [
        ["view", "a", "-", "s"],
        ["impression", "worn:", "b0,", "b1,", "b2,", "b3,", "b4,", "b5", "and", "2", "more", "r", "s"],
        ["add_to_cart", "b1", "r", "s"],
    ]
    assert await anyio.to_thread.run_sync(run, [*asked, "--json"]) == 0
    assert [one["type"] for one in json.loads(capsys.readouterr().out)] == ["view", "impression", "add_to_cart"]


def test_a_home_without_events_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With how they come; one that is no home is an error, and stays none."""
    assert run(["events", "list", "--home", str(tmp_path)]) == 0
    assert "no events yet; they come by POST /events" in capsys.readouterr().err
    assert run(["events", "list", "--home", str(tmp_path / "none")]) == 2
    assert "no home here" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_home_without_events_is_exported_too(tmp_path: Path) -> None:
    """A file of no rows."""
    assert run(["events", "export", str(tmp_path / "out.parquet"), "--home", str(tmp_path)]) == 0
    assert len(pl.read_parquet(tmp_path / "out.parquet")) == 0
