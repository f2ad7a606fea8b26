"""The worker keeps a home fresh from the feeds of ``ATTIRE_FEEDS``."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.cli import run
from app.ground.parts import KeptFresh, LogSettings, WorkerSettings
from app.ground.settings import Settings
from app.home.feeds import FeedRecord, FeedRecords
from app.live.metrics import ServiceState
from app.log.base import Stream
from app.log.open import opened_log
from app.worker.feeds import Feeds
from app.worker.loop import Worker
from models.errors import InputError

HEADER = "id,category,title\n"
AT_ONCE = WorkerSettings(nice=0)  # or the tests beside these come first


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """Four items, imported."""
    path = tmp_path / "feed.csv"
    path.write_text(HEADER + "".join(f"A-{number},tops,Tee {number}\n" for number in range(4)))
    assert run(["import", str(path), "--home", str(tmp_path / "home")]) == 0
    return path


def changes(home: Path) -> int:
    """Entries of the catalogue's log."""

    async def read() -> int:
        async with opened_log(LogSettings(), home) as log:
            return len(await log.read(Stream.CATALOGUE))

    return asyncio.run(read())


@pytest.mark.integration
def test_each_after_its_interval_beside_what_else_the_worker_does(feed: Path, tmp_path: Path) -> None:
    """A change is in the log soon after; a feed that is broken is counted, and the others go on."""
    home, broken = tmp_path / "home", tmp_path / "broken.csv"
    broken.write_text("nothing\n")
    settings = Settings(home=home, worker=AT_ONCE, feeds={str(broken): KeptFresh(every_s=1.0), str(feed): KeptFresh(every_s=1.0)})
    feed.write_text(HEADER + "".join(f"A-{number},tops,Shirt {number}\n" for number in range(4)))

    async def work() -> None:
        async with opened_log(settings.log, home) as log:
            working = asyncio.create_task(Worker(settings, log).forever())
            for _ in range(600):
                if await asyncio.to_thread(changes, home) >= 4:
                    break
                await asyncio.sleep(0.2)
            working.cancel()
            await asyncio.wait([working])

    asyncio.run(work())
    assert changes(home) == 4
    record = FeedRecords(home).read(str(broken))
    assert record.failures >= 1
    assert "broken.csv" in (record.why or "")


def test_a_process_that_dies_is_a_failure(feed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it could not say so itself."""
    monkeypatch.setattr("app.worker.feeds.sync_apart", _die)
    settings = Settings(home=tmp_path / "home", feeds={str(feed): KeptFresh(every_s=60.0)})
    asyncio.run(Feeds(settings).sync(str(feed)))
    assert FeedRecords(tmp_path / "home").read(str(feed)).why == "its process ended with 9"


def _die(*_: object) -> None:
    raise SystemExit(9)


def test_intervals_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """``ATTIRE_FEEDS`` is JSON: a feed, and the seconds between two looks, with its mapping where it has one."""
    monkeypatch.setenv("ATTIRE_FEEDS", '{"https://shop.example/feed.csv": 900, "a.csv": {"every_s": 60, "mapping": "a.yaml"}}')
    assert Settings.read().feeds == {
        "https://shop.example/feed.csv": KeptFresh(every_s=900.0),
        "a.csv": KeptFresh(every_s=60.0, mapping=Path("a.yaml")),
    }
    for wrong, told in (("0", "greater than or equal to 1"), ('{"mapping": "a.yaml"}', "every_s"), ('"soon"', "write seconds")):
        monkeypatch.setenv("ATTIRE_FEEDS", f'{{"a.csv": {wrong}}}')
        with pytest.raises(InputError, match=told):
            Settings.read()


@pytest.mark.usefixtures("syncing_here")
def test_what_one_feed_has_set_aside_is_not_lost_by_another(feed: Path, tmp_path: Path) -> None:
    """Nor by the same one, once it has not changed."""
    home, other = tmp_path / "home", tmp_path / "other.csv"
    feed.write_text(feed.read_text() + ",tops,Tee without an id\n")
    other.write_text(HEADER + "B-1,tops,Tee\n")
    settings = Settings(home=home, worker=AT_ONCE, feeds={str(feed): KeptFresh(every_s=60.0), str(other): KeptFresh(every_s=60.0)})
    for source in (feed, other, feed, feed):
        asyncio.run(Feeds(settings).sync(str(source)))
    (told,) = FeedRecords(home).rejects(5)
    assert (told.file, told.line, told.field) == (str(feed), 6, "id")


@pytest.mark.integration
@pytest.mark.usefixtures("feed")
def test_a_feed_is_read_by_its_mapping(tmp_path: Path) -> None:
    """Which columns of another name need."""
    mapping, named = tmp_path / "mapping.yaml", tmp_path / "artikel.csv"
    mapping.write_text("columns: {id: Nr, category: Gruppe, title: Name}\n")
    named.write_text("Nr;Gruppe;Name\n" + "".join(f"A-{number};tops;Hemd {number}\n" for number in range(4)))
    settings = Settings(home=tmp_path / "home", worker=AT_ONCE, feeds={str(named): KeptFresh(every_s=60.0, mapping=mapping)})
    asyncio.run(Feeds(settings).sync(str(named)))
    assert changes(tmp_path / "home") == 4


def test_the_figures_tell(tmp_path: Path) -> None:
    """Failures and the last success of each feed, without what may be secret in a URL."""
    records = FeedRecords(tmp_path)
    records.keep(FeedRecord(source="https://shop.example/feed.csv?key=secret", synced=12.0, rows=10, rejected=3))
    records.failed("https://shop.example/feed.csv?key=secret", "gone")
    nothing = cast("Any", _Zero())
    state = ServiceState(
        home=tmp_path,
        serving=cast("Any", SimpleNamespace(release=None)),
        impressions=nothing,
        replay=nothing,
        watch=nothing,
        pool=nothing,
        kept=nothing,
        variants=cast("Any", SimpleNamespace(live=list, troubles=dict)),
        watchdog=nothing,
        feeds=records.all,
        reports=nothing,
    )
    samples = [sample for metric in state.collect() for sample in metric.samples if sample.name.startswith("attire_feed_")]
    assert {sample.labels["feed"] for sample in samples} == {"https://shop.example/feed.csv"}
    assert [(sample.name, sample.labels.get("state"), sample.value) for sample in samples] == [
        ("attire_feed_failures_total", None, 1),
        ("attire_feed_failing", None, 1),
        ("attire_feed_synced_timestamp_seconds", None, 12.0),
        ("attire_feed_rows", "used", 7),
        ("attire_feed_rows", "set_aside", 3),
    ]


def test_doctor_says_how_each_feed_stands(feed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """When it was synchronised, what was set aside, why it failed."""
    home = tmp_path / "home"
    assert run(["sync", str(feed), "--home", str(home)]) == 0
    feed.write_text(feed.read_text() + ",tops,Without an id\n")
    assert run(["sync", str(feed), "--home", str(home)]) == 0
    feed.write_text(HEADER + "A-0,tops,Tee 0\n")
    assert run(["sync", str(feed), "--home", str(home)]) == 2
    capsys.readouterr()
    assert run(["doctor", "--home", str(home)]) == 0
    [said] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("feed ")]
    for part in (str(feed), "synchronised 2", "1 of 5 rows set aside", "failed 1 times", "leaves 1 of 4 items"):
        assert part in said


class _Zero:
    """Nothing happened."""

    lost = None

    def __getattr__(self, name: str) -> object:
        return (lambda: 0) if name == "worst_s" else 0


def test_an_import_tells_columns_that_it_does_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those that look like fields, to a person and to machines; none once a mapping names them."""
    path, mapping, said = tmp_path / "feed.csv", tmp_path / "m.yaml", tmp_path / "said.json"
    path.write_text("id,category,title,stock\n" + "".join(f"A-{number},tops,Tee {number},{number}\n" for number in range(4)))
    where = ("--home", str(tmp_path / "home"), "--json", str(said))
    assert run(["import", str(path), *where]) == 0
    assert "not read: 'stock' looks like in_stock; `attire map`" in capsys.readouterr().err
    assert json.loads(said.read_text())["unread"] == {"in_stock": "stock"}
    assert run(["map", str(path), "--out", str(mapping)]) == 0
    assert run(["import", str(path), "--map", str(mapping), *where]) == 0
    assert "not read" not in capsys.readouterr().err
    assert json.loads(said.read_text())["unread"] == {}
