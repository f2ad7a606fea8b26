"""The worker from the log to a served release."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.ground.errors import HomeError, LogUnavailableError
from app.ground.parts import LogSettings
from app.home.alone import alone
from app.home.runs import FINAL, OUTCOME, LearningRun, Runs, now, read_run, write_run
from app.home.underway import underway
from app.log.base import Event, Log, Stream
from app.log.redis import RedisLog
from app.log.sqlite import SqliteLog
from app.worker import loop
from app.worker.feeds import Feeds
from app.worker.loop import GROUP, PAGE, Worker

pytestmark = pytest.mark.anyio


@pytest.fixture
async def log(shop: Any) -> AsyncIterator[Log]:
    """The shop's log."""
    opened = SqliteLog(shop.store.home / "log.sqlite")
    yield opened
    await opened.close()


def accepted(shop: Any, **more: Any) -> LearningRun:
    """A run that made a release and did not come to its end."""
    current = shop.store.current()
    made = shop.store.add(bundle=current.bundle, snapshot=current.snapshot, recipe="test", items=1)
    return LearningRun(
        id="0001",
        started=now(),
        rows=3,
        decision="accepted",
        release=made.id,
        current={"release": current.id, "recipe": current.recipe},
        **more,
    )


def left_behind(shop: Any, run: LearningRun) -> Path:
    """Its directory, as a kill leaves it."""
    path = Runs(shop.store.home).begin()
    write_run(path / OUTCOME, run)
    return path


@pytest.mark.integration
async def test_a_purchase_becomes_a_better_release(shop: Any, log: Log) -> None:
    """Archived, trained in a process of its own, judged, published; the page says all of it. A second run has nothing new to say."""
    first = shop.store.current()
    await log.append(Stream.EVENTS, shop.sessions(500))
    run = await Worker(shop.settings, log).once()
    assert run.decision == "published", run.reasons
    current = shop.store.current()
    assert current.id == run.release
    assert (current.recipe, first.recipe) == ("attire", "cosine")
    lag = (await log.lag(Stream.EVENTS))[GROUP]
    assert (lag.unread, lag.pending, lag.dead) == (0, 0, 0)
    directory = Runs(shop.store.home).directory(run.id)
    page = (directory / PAGE).read_text()
    for word in ("published", "popularity", "single", "FITB accuracy", current.id, "The rule"):
        assert word in page
    assert json.loads((directory / FINAL).read_text())["decision"] == "published"
    assert read_run(directory / FINAL) == run


@pytest.mark.integration
async def test_a_training_that_dies_changes_nothing(shop: Any, log: Log) -> None:
    """The run says so, and the release before goes on serving."""
    await log.append(Stream.EVENTS, shop.sessions(120))
    settings = shop.settings.model_copy(update={"worker": shop.settings.worker.model_copy(update={"timeout_s": 0.01})})
    before = shop.store.current()
    run = await Worker(settings, log).once()
    assert (run.decision, shop.store.current()) == ("failed", before)
    assert "longer than" in run.reasons[0]


async def test_events_from_before_the_window_are_named(shop: Any, log: Log, purchases: Callable[..., list[Event]]) -> None:
    """A phone whose clock says 2001 is not gone without a word."""
    worker = shop.settings.worker.model_copy(update={"window_days": 30.0})
    today = datetime.now(UTC)
    await log.append(Stream.EVENTS, purchases("now", ["tops-1", "shoes-1"], at=today))
    await log.append(Stream.EVENTS, purchases("clock", ["tops-1", "shoes-1"], at=datetime(2001, 1, 1, tzinfo=UTC)))
    run = await Worker(shop.settings.model_copy(update={"worker": worker}), log).once()
    [old] = [rule for rule in run.dropped if rule.rule == "too_old"]
    assert (old.visits, old.items) == (1, 2)
    assert "30 days" in old.why
    assert run.came_in["visits"] == 1


async def test_what_was_taken_and_never_archived_comes_again(shop: Any, log: Log, said: Callable[..., Event]) -> None:
    """After a kill between the log and the archive."""
    await log.append(Stream.EVENTS, [said(f"e{number}", type="view") for number in range(5)])
    assert len(await log.take(Stream.EVENTS, GROUP, "worker")) == 5
    worker = Worker(shop.settings, log)
    assert await worker.drain() == 5
    assert await worker.drain() == 0


async def test_dead_letters_are_archived_too(shop: Any, said: Callable[..., Event]) -> None:
    """A worker that was killed again and again is no reason to lose what it was given."""
    log = SqliteLog(shop.store.home / "log.sqlite", LogSettings(max_deliveries=1))
    await log.append(Stream.EVENTS, [said("e", type="view")])
    await log.take(Stream.EVENTS, GROUP, "worker")
    assert await Worker(shop.settings, log).drain() == 1
    assert (await log.lag(Stream.EVENTS))[GROUP].dead == 0
    await log.close()


async def test_a_disk_that_refuses_is_told_and_tried_again(
    shop: Any, log: Log, said: Callable[..., Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is acknowledged meanwhile."""
    await log.append(Stream.EVENTS, [said("e", type="view")])
    worker = Worker(shop.settings, log)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("app.worker.archive.pq.write_table", full)
        await worker._archive_some()
    assert worker.trouble is not None
    assert re.fullmatch(r".+part-00000001-\d+\.parquet: No space left on device; make room there, and it goes on by itself", worker.trouble)
    assert (await log.lag(Stream.EVENTS))[GROUP].pending == 1
    await worker._archive_some()
    assert (worker.trouble, worker.archived) == (None, 1)


async def test_a_log_that_is_gone_is_told_with_the_cause(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """As what a replica says of it."""
    log = RedisLog("redis://127.0.0.1:1/0")
    await Worker(shop.settings, log)._archive_some()
    [line] = [line for told in capsys.readouterr() for line in told.splitlines() if "archive_stopped" in line]
    assert "127.0.0.1:1" in line.partition("cause=")[2]
    await log.close()


async def test_a_log_that_does_not_answer_is_asked_for_less(
    shop: Any, log: Log, said: Callable[..., Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backlog that cannot be read within the time comes in smaller parts, and as much as ever once it is through."""
    await log.append(Stream.EVENTS, [said(f"e{number}", type="view") for number in range(120)])
    worker, asked, claim = Worker(shop.settings, log), [], log.claim

    async def slow(*args: Any, limit: int, **options: Any) -> Any:
        asked.append(limit)
        if limit > 100:
            msg = "the log did not answer"
            raise LogUnavailableError(msg)
        return await claim(*args, limit=limit, **options)

    monkeypatch.setattr(log, "claim", slow)
    for _ in range(4):
        await worker._archive_some()
    assert (worker.archived, worker.trouble) == (120, None)
    assert asked[:4] == [5_000, 1_250, 312, 78]
    await worker._archive_some()
    assert asked[-1] == 5_000


async def test_what_ends_beside_it_ends_the_worker(shop: Any, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake in what keeps feeds fresh is not lived with unseen: whoever supervises the worker starts it again."""

    async def mistaken(_: Feeds) -> None:
        msg = "a mistake"
        raise KeyError(msg)

    monkeypatch.setattr(Feeds, "forever", mistaken)
    worker = shop.settings.worker.model_copy(update={"archive_s": 0.01})
    with pytest.raises(KeyError, match="a mistake"):
        await asyncio.wait_for(Worker(shop.settings.model_copy(update={"worker": worker}), log).forever(), 30)


async def test_a_broken_current_does_not_end_the_worker(shop: Any, log: Log) -> None:
    """It goes on archiving, and publishes what it has once ``CURRENT`` names a release again."""
    run = accepted(shop)
    path, current = left_behind(shop, run), shop.store.home / "CURRENT"
    named = current.read_text()
    worker = Worker(shop.settings, log)
    current.write_text("nonsense")
    await worker._learn()
    assert not (path / FINAL).exists()
    current.write_text(named)
    await worker._learn()
    assert shop.store.current().id == run.release


async def test_new_sessions_start_a_run(shop: Any, log: Log, purchases: Callable[..., list[Event]]) -> None:
    """Those with a purchase, since the last run."""
    settings = shop.settings.model_copy(update={"worker": shop.settings.worker.model_copy(update={"sessions": 3})})
    worker = Worker(settings, log)
    for number, due in enumerate((False, False, True)):
        await log.append(Stream.EVENTS, purchases(f"s{number}", ["a"]) + purchases(f"v{number}", ["a"], kind="view"))
        await worker.drain()
        assert worker.due() is due
    run = LearningRun(id="0001", started=now(), rows=6, decision="rejected", finished=now())
    write_run(Runs(shop.store.home).begin() / FINAL, run)
    assert not worker.due()


async def test_a_failed_run_is_tried_again(shop: Any, log: Log) -> None:
    """After a while, then after twice as long, three times; then new sessions are waited for."""
    settings = shop.settings.model_copy(update={"worker": shop.settings.worker.model_copy(update={"retry_s": 100.0})})
    worker, runs = Worker(settings, log), Runs(shop.store.home)

    def failed(ago_s: float) -> None:
        when = (datetime.now(UTC) - timedelta(seconds=ago_s)).isoformat(timespec="seconds")
        path = runs.begin()
        write_run(path / FINAL, LearningRun(id=path.name, started=when, rows=0, decision="failed", finished=when))

    for ago_s, due in ((150, True), (150, False), (450, True), (9_000, False)):
        failed(ago_s)
        assert worker.due() is due, ago_s
    settings = shop.settings.model_copy(update={"worker": shop.settings.worker.model_copy(update={"retry_s": 0.0})})
    assert not Worker(settings, log).due()


async def test_age_starts_a_run(shop: Any, log: Log, purchases: Callable[..., list[Event]]) -> None:
    """If there is anything new at all."""
    settings = shop.settings.model_copy(update={"worker": shop.settings.worker.model_copy(update={"age_s": 1e-6})})
    worker = Worker(settings, log)
    assert not worker.due()
    await log.append(Stream.EVENTS, purchases("s", ["a"]))
    await worker.drain()
    assert worker.due()


async def test_a_run_that_was_killed_is_told_as_such(shop: Any, log: Log) -> None:
    """It has a page, and its rows count as new."""
    path = Runs(shop.store.home).begin()
    await Worker(shop.settings, log)._begin()
    ended = read_run(path / FINAL)
    assert ended is not None
    assert (ended.decision, ended.rows) == ("interrupted", 0)
    assert "interrupted" in (path / PAGE).read_text()


async def test_a_stop_amid_a_run_is_told(shop: Any, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process is ended, and nobody is told that it goes on."""
    killed = threading.Event()
    stuck = SimpleNamespace(start=lambda: None, join=lambda *_: killed.wait(60), kill=killed.set, is_alive=lambda: not killed.is_set())
    monkeypatch.setattr(loop, "get_context", lambda _: SimpleNamespace(Process=lambda **_: stuck))
    task = asyncio.create_task(Worker(shop.settings, log).once())
    while underway(shop.store.home) is None:  # noqa: ASYNC110 - a file tells it
        await asyncio.sleep(0.01)
    task.cancel()
    with capture_logs() as told, pytest.raises(asyncio.CancelledError):
        await task
    [said] = told
    assert killed.is_set()
    assert underway(shop.store.home) is None
    assert said["event"] == "run_interrupted"


async def test_an_accepted_release_is_published_after_a_kill(shop: Any, log: Log) -> None:
    """Without a hand; twice is once."""
    run = accepted(shop)
    path = left_behind(shop, run)
    await Worker(shop.settings, log)._begin()
    assert shop.store.current().id == run.release
    (path / FINAL).unlink()
    await Worker(shop.settings, log)._begin()
    ended = read_run(path / FINAL)
    assert ended is not None
    assert ended.decision == "published"


async def test_an_accepted_release_gives_way_to_another_that_came_meanwhile(shop: Any, log: Log) -> None:
    """It was never compared with that one."""
    path = left_behind(shop, accepted(shop))
    other = accepted(shop).release
    shop.store.activate(other)
    await Worker(shop.settings, log)._begin()
    ended = read_run(path / FINAL)
    assert ended is not None
    assert (ended.decision, shop.store.current().id) == ("rejected", other)


async def test_one_worker_is_enough(tmp_path: Path) -> None:
    """A second one is refused in one line."""
    with alone(tmp_path), pytest.raises(HomeError, match="another worker"), alone(tmp_path):
        pass
    with alone(tmp_path):
        pass


async def test_it_goes_on_for_ever(shop: Any, log: Log, said: Callable[..., Event]) -> None:
    """Archiving as events come, until it is told to end."""
    worker = Worker(shop.settings, log)
    task = asyncio.create_task(worker.forever())
    for number in range(3):
        await log.append(Stream.EVENTS, [said(f"e{number}", type="view")])
        async with asyncio.timeout(20):
            while worker.archived <= number:  # noqa: ASYNC110 - a count is all there is to see
                await asyncio.sleep(0.01)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_disk_that_refuses_a_run_does_not_end_the_worker(shop: Any, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it left is picked up once there is room again."""
    path = left_behind(shop, accepted(shop))
    worker = Worker(shop.settings, log)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("app.worker.loop.write_page", full)
        await worker._learn()
    assert not (path / FINAL).exists()
    await worker._learn()
    ended = read_run(path / FINAL)
    assert ended is not None
    assert ended.decision == "published"
