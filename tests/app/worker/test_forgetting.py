"""A shopper who is forgotten is nowhere in the home or its log, on both logs; of all others nothing is lost."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest

from app.attribution.shopper import Shopper
from app.backup.taking import take
from app.cli import run
from app.cli.releases import _old_events
from app.ground.parts import LogSettings
from app.ground.settings import Settings
from app.home.alone import alone
from app.home.runs import FINAL, LearningRun, Runs, now, read_run, write_run
from app.home.store import ReleaseStore
from app.log.base import Entry, Event, Stream
from app.log.open import open_log
from app.worker import archive
from app.worker.archive import Archive, read_archive
from app.worker.forgetting import forget
from app.worker.kept import let_go, older_than
from app.worker.loop import Worker
from tests.redis_server import RedisServer

pytestmark = pytest.mark.anyio
Said = Callable[..., Event]
WHO, THEIRS = "ada-4711", "visit-of-0815"
"""A user, and a session of theirs."""


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.integration)])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Settings, Path]]:
    """A home, and where else its log is on the disk."""
    home, beside = tmp_path / "home", tmp_path / "home"
    home.mkdir()
    server = None
    if request.param == "redis":
        beside = tmp_path / "redis"
        server = RedisServer(beside)
        monkeypatch.setenv("ATTIRE_LOG__URL", server.url)
    yield Settings.read(home=home), beside
    if server is not None:
        server.kill()


def traces(*places: Path) -> Iterator[str]:
    """The files that hold anything of them, looked into as they are and, where they are Parquet, as what they say."""
    for path in sorted({path for root in places for path in root.rglob("*") if path.is_file()}):
        held = path.read_bytes() + (str(pq.read_table(path).to_pylist()).encode() if path.suffix == ".parquet" else b"")
        if WHO.encode() in held or THEIRS.encode() in held or WHO in path.name:
            yield str(path)


def happened(said: Said, first: int) -> list[Event]:
    """What they and others did; the shop's ids of events name whom they are of."""
    return [
        said(f"{WHO}-{first}", type="view", item="a", user=WHO, session=THEIRS),
        said(f"x-{first}", type="view", item="a", session=THEIRS),
        said(f"impression:{first}", type="impression", recommendation_id=f"r{first}", session=THEIRS, items=["a"], slots=[]),
        said(f"shared-{first}", type="view", item="a", user="bo", session="bo's visit"),
        *(said(f"bo-{first}-{number}", type="purchase", item=f"i{number}", user="bo", session=f"bo-{number}") for number in range(20)),
        said(f"nobody-{first}", type="view", item="a", session="n"),
    ]


async def test_nothing_of_them_is_left_and_all_of_the_others_is(place: tuple[Settings, Path], said: Said) -> None:
    """Archived or not, with what they were shown, in files of runs, the log's own and what it remembers; a service has it open."""
    settings, beside = place
    home, runs = settings.home, Runs(settings.home)
    log = open_log(settings.log, home)
    await log.append(Stream.EVENTS, happened(said, 0))
    await Worker(settings, log).drain()
    await log.append(Stream.EVENTS, happened(said, 1))
    await log.append(Stream.CATALOGUE, [Event("c", {"op": "delete", "id": "x"})])
    candidate = runs.begin() / "candidate"
    candidate.mkdir()
    (candidate / "shoppers.json").write_text(json.dumps({"ids": ["bo", WHO]}))
    (runs.root / "reference.jsonl").write_text(json.dumps({"id": THEIRS, "items": ["a", "b"]}) + "\n")
    (runs.root / ".reading-1").mkdir()
    (runs.root / ".reading-1" / "left").write_text(WHO)
    assert len(list(traces(home, beside))) >= 4

    with alone(home):
        found = await forget(settings, log, Shopper(WHO))

    assert (found.events, found.runs) == (6, ("0001",))
    assert not list(traces(home, beside))
    kept = read_archive(runs.events, ("id",)).column("id").to_pylist()
    assert sorted(kept) == sorted(event.id for first in (0, 1) for event in happened(said, first)[3:])
    assert [entry.event.id for entry in await log.read(Stream.CATALOGUE)] == ["c"]
    assert json.loads((runs.root / "reference.jsonl").read_text()) == {"id": "reference-1", "items": ["a", "b"]}
    assert await log.examine(thorough=True) == []
    await log.append(Stream.EVENTS, [said("later", type="view", item="a", session="n")])
    assert await Worker(settings, log).drain() == 1
    await log.close()


async def test_a_kill_in_between_leaves_what_is_done_again(
    said: Said, monkeypatch: pytest.MonkeyPatch, place: tuple[Settings, Path]
) -> None:
    """Also where which sessions are theirs is told by one part, and what they did there is in another."""
    settings, _ = place
    log = open_log(settings.log, settings.home)
    for first in (0, 1, 2):
        await log.append(Stream.EVENTS, happened(said, first)[1:3] if first < 2 else happened(said, first))
        await Worker(settings, log).drain()
    whole = archive._write

    def cut(*_: Any) -> Path:
        monkeypatch.setattr(archive, "_write", whole)
        raise KeyboardInterrupt

    monkeypatch.setattr(archive, "_write", cut)
    with pytest.raises(KeyboardInterrupt):
        await forget(settings, log, Shopper(WHO))
    assert list(traces(settings.home))
    await forget(settings, log, Shopper(WHO))
    assert not list(traces(settings.home))
    await log.close()


def test_the_command_says_what_is_gone_and_what_stays(place: tuple[Settings, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """And refuses to forget nobody in particular, or beside a worker."""
    settings, _ = place
    told = ["events", "forget", "--home", str(settings.home)]
    assert run([*told, "--user", WHO]) == 0
    out, err = capsys.readouterr()
    assert "0 events are gone" in out
    assert "backups" in err
    for nobody in ([], ["--user", ""], ["--session", ""]):
        assert run([*told, *nobody]) == 2
    with alone(settings.home):
        assert run([*told, "--user", WHO]) == 2
    assert "stop it first" in capsys.readouterr().err


def test_a_restore_says_that_somebody_is_back(tmp_path: Path, said: Said, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the home that it replaces knows that somebody was forgotten since the backup."""
    home, backup = str(tmp_path / "home"), str(tmp_path / "backup.tar")
    Archive(Runs(tmp_path / "home").events).write([Entry("1", event) for event in happened(said, 0)[:1]])
    take(ReleaseStore(tmp_path / "home"), LogSettings(), tmp_path / "backup.tar")
    assert run(["events", "forget", "--home", home, "--user", WHO]) == 0
    assert run(["restore", backup, "--home", home, "--force"]) == 0
    assert "1 who were forgotten since are back" in capsys.readouterr().err
    assert list(traces(tmp_path / "home"))


def test_all_that_is_kept_of_one_is_told(place: tuple[Settings, Path], tmp_path: Path, said: Said) -> None:
    """As it is kept, and in the form of GA4; with what they were shown, and nothing of others, for nobody else's eyes."""
    settings, _ = place
    Archive(Runs(settings.home).events).write([Entry(str(n), event) for n, event in enumerate(happened(said, 0), 1)])
    asked = ["events", "export", "--home", str(settings.home), "--user", WHO]
    assert run([*asked, str(tmp_path / "ada.jsonl")]) == run([*asked, str(tmp_path / "ada.parquet")]) == 0
    lines = [json.loads(line) for line in (tmp_path / "ada.jsonl").read_text().splitlines()]
    assert {line["id"] for line in lines} == {f"{WHO}-0", "x-0", "impression:0"}
    assert stat.S_IMODE((tmp_path / "ada.jsonl").stat().st_mode) == 0o600
    assert sorted(pl.read_parquet(tmp_path / "ada.parquet")["event_name"]) == ["view_item", "view_item", "view_item_list"]


@pytest.mark.parametrize(
    ("who", "theirs"),
    [
        (Shopper("u"), {"named", "silent", "other visit"}),
        (Shopper(None, ["s"]), {"named", "silent", "somebody else in it"}),
        (Shopper("u", ["t"]), {"named", "silent", "other visit", "of t"}),
    ],
)
def test_whose_an_event_is(who: Shopper, theirs: set[str]) -> None:
    """A session in which a user is named is theirs, but for what names another; one that is asked for is so as a whole."""
    rows = [("named", "s", "u"), ("silent", "s", None), ("somebody else in it", "s", "v"), ("other visit", None, "u"), ("of t", "t", "v")]
    events = pl.LazyFrame([*rows, ("nobody's", "n", None), ("without", None, None)], ["id", "session", "user"], orient="row")
    assert set(events.filter(who.events(events)).collect()["id"]) == theirs


def test_what_is_old_goes_and_runs_count_on(tmp_path: Path, said: Said) -> None:
    """The last run has read what it has read, so that no session counts as new twice, or never."""
    runs, today = Runs(tmp_path), datetime.now(UTC)
    kept = Archive(runs.events)
    for part in range(3):
        days = timedelta(days=40 - 20 * part)
        kept.write([Entry(f"{part}{n}", said(f"e{part}{n}", type="view", item="a", session="s", at=today - days)) for n in range(5)])
    begun = runs.begin()
    write_run(begun / FINAL, LearningRun(id=begun.name, started=now(), rows=12, decision="rejected"))
    assert let_go(kept, runs, older_than(30)) == 5
    assert kept.rows == Archive(runs.events).rows == 10
    told = read_run(begun / FINAL)
    assert told is not None
    assert told.rows == 7
    assert kept.write([Entry("9", said("e20", type="view")), Entry("10", said("new", type="view"))]) == 1


async def test_a_worker_and_gc_remove_what_is_old(tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """By ``ATTIRE_WORKER__KEPT_DAYS``, none by default; ``gc`` leaves it to the worker where one is at work."""
    runs, old = Runs(tmp_path), datetime.now(UTC) - timedelta(days=2)

    def filled() -> Settings:
        Archive(runs.events).write(
            [Entry("1", said("old", type="view", at=old)), Entry("2", said("new", type="view", at=old + timedelta(2)))]
        )
        return Settings.read(home=tmp_path)

    assert _old_events(filled(), dry=False) == 0
    monkeypatch.setenv("ATTIRE_WORKER__KEPT_DAYS", "1")
    assert _old_events(filled(), dry=True) == 1
    with alone(tmp_path):
        assert _old_events(filled(), dry=False) == 0
    assert _old_events(filled(), dry=False) == 1
    log = open_log(LogSettings(), tmp_path)
    worker = Worker(filled(), log)
    await worker._let_go()
    assert read_archive(runs.events, ("id",)).column("id").to_pylist() == ["new"]
    await log.close()
