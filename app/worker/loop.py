"""The worker: archives events, and starts a run when there are enough new ones."""

from __future__ import annotations

import asyncio
import shutil
import time
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import takewhile
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import pyarrow.compute as pc

from app.ground.errors import HomeError, LogError
from app.ground.logs import configure, logger
from app.ground.settings import Settings
from app.ground.stopping import stopped
from app.home.runs import ACCEPTED, CANDIDATE, FINAL, FOLDED_IN, OUTCOME, REFERENCE, LearningRun, Runs, now, read_run, write_run
from app.home.store import ReleaseStore
from app.home.underway import begins, ends
from app.log.base import Log, Stream
from app.worker.apart import ended, finished
from app.worker.archive import Archive, read_archive
from app.worker.feeds import Feeds
from app.worker.kept import let_go, older_than
from app.worker.page import write_page
from app.worker.shadow import in_shadow
from app.worker.upkeep import Upkeep
from models.parent import end_with_parent
from sealed.files import narrow, refused

GROUP: Final = "archive"
_CONSUMER: Final = "worker"  # there is one, so what it was given and did not finish is its own
_TAKEN, _LEAST_TAKEN = 5_000, 50
_STALE_S: Final = 3_600.0
_LET_GO_S: Final = 21_600.0
_PATIENCE_S: Final = 30.0  # with what is stopped, and still ends a training or a file
_RETRIES: Final = 3  # of a run that fails, one after the other
PAGE: Final = "index.html"


class Worker:
    """The learning loop of a home. Only one may work on a home; see ``app.home.alone``.

    Args:
        turn: held while something is done that takes long: learning, publishing, removing.

    Attributes:
        archived: events archived since the start.
        trouble: why nothing can be archived now; None while archiving works.
    """

    def __init__(self, settings: Settings, log: Log, turn: AbstractAsyncContextManager[None] | None = None) -> None:
        self._settings, self._log, self._turn = settings, log, turn or asyncio.Lock()
        self._runs, self._store = Runs(settings.home), ReleaseStore(settings.home)
        self._archive = Archive(self._runs.events)
        for path in (self._runs.root / REFERENCE, *self._runs.shoppers()):
            narrow(path)
        self._upkeep = Upkeep(settings, log)
        self._started = datetime.now(UTC)
        self._fresh: tuple[int, int, int] | None = None  # from which row, to which, how many
        self._left = True  # whether a kill, or a disk that refused, may have left something to pick up
        self._taken = _TAKEN
        self._let_go_at = 0.0
        self.archived = 0
        self.trouble: str | None = None

    async def once(self, candidate: Path | None = None) -> LearningRun:
        """Archive all events, and do one run."""
        await self._begin()
        await self.drain()
        await self._let_go()
        return await self._run(candidate)

    async def forever(self) -> None:
        """Archive events as they come, and start a run when one is due."""
        learning: asyncio.Task[None] | None = None
        beside = [
            asyncio.create_task(Feeds(self._settings).forever(), name="feeds"),
            asyncio.create_task(self._upkeep.guard_on(), name="guard"),
        ]
        try:
            while True:
                await self._archive_some()
                for one in beside:
                    if one.done():
                        one.result()  # they go on for ever, so this raises what ended one
                if learning is not None and learning.done():
                    learning.result()
                    learning = None
                if learning is None:
                    await self._let_go()
                if learning is None and self.trouble is None:
                    if self._left or self.due():
                        learning = asyncio.create_task(self._learn(), name="run")
                    else:
                        learning = asyncio.create_task(self._keep_up(), name="upkeep")
                await asyncio.sleep(self._settings.worker.archive_s)
        finally:
            await stopped(*beside, learning, again_s=_PATIENCE_S)

    async def drain(self) -> int:
        """Archive all events of the log; returns how many were new.

        Raises:
            LogUnavailableError: the log cannot be reached. OSError: the disk refuses.
        """
        before = self.archived
        while await self._archive_once():
            pass
        await self._log.trim(Stream.EVENTS)
        return self.archived - before

    def due(self) -> bool:
        """Whether there are enough new sessions; or some, and the last run was long ago; or the last run failed, a while ago."""
        worker = self._settings.worker
        runs = [run for run in reversed(self._runs.finished()) if run.decision != "interrupted"]
        last = self._runs.last()
        fresh = self._fresh_behind(last.rows if last else 0)
        since = datetime.fromisoformat(last.finished) if last else self._started
        passed_s = (datetime.now(UTC) - since).total_seconds()
        failed = sum(1 for _ in takewhile(lambda run: run.decision == "failed", runs))
        again = worker.retry_s > 0 and 0 < failed <= _RETRIES and passed_s >= worker.retry_s * 2 ** (failed - 1)
        return again or fresh >= worker.sessions or (fresh > 0 and passed_s >= worker.age_s)

    def _fresh_behind(self, row: int) -> int:
        """Sessions with a purchase among the events from this row on."""
        if self._fresh is None or self._fresh[:2] != (row, self._archive.rows):
            events = read_archive(self._runs.events, ("type", "session"), row)
            bought = events.filter(pc.equal(events.column("type"), "purchase")).column("session")
            self._fresh = (row, self._archive.rows, pc.count_distinct(bought).as_py())
        return self._fresh[2]

    async def _begin(self) -> None:
        """Pick up what a kill left: runs that never finished, a release that was not made current, and temporary directories."""
        for path in self._runs.unfinished():
            begun = LearningRun(id=path.name, started=now(), rows=0, decision="interrupted")
            outcome = read_run(path / OUTCOME) or begun.decided(
                "interrupted", "the worker ended, or its disk took no more, before the run did"
            )
            self._finish(path, await self._serve(outcome, shadow=False))
            for left in (path / f"{CANDIDATE}.work", path / FOLDED_IN, *path.glob(".*.*")):
                shutil.rmtree(left, ignore_errors=True)
        for kind in ("bundles", "snapshots"):
            for left in (self._settings.home / kind).glob("*new-*"):
                if time.time() - left.stat().st_mtime > _STALE_S:
                    shutil.rmtree(left, ignore_errors=True)

    async def _let_go(self) -> None:
        """Remove events that are older than they may be kept, now and then, and never while a run counts them."""
        days = self._settings.worker.kept_days
        if not days or time.monotonic() < self._let_go_at:
            return
        self._let_go_at = time.monotonic() + _LET_GO_S
        try:
            gone = await finished(partial(let_go, self._archive, self._runs, older_than(days)))
        except (HomeError, OSError) as error:
            logger().warning("not_let_go", why=_why(error))
        else:
            logger().info("let_go", events=gone, days=days)

    async def _keep_up(self) -> None:
        """Do what is due beside learning; trouble is left to the next turn."""
        with suppress(LogError, HomeError, OSError):
            job = await self._upkeep.due()
            if job is not None:
                async with self._turn:
                    await self._upkeep.do(job)

    async def _learn(self) -> None:
        """Pick up what was left, and do a run if one is due. Trouble with home or disk is logged; the next turn tries again."""
        try:
            async with self._turn:
                await self._begin()
                self._left = False
                if self.due():
                    await self._run()
        except (HomeError, OSError) as error:
            self._left = True
            logger().warning("run_stopped", why=_why(error))

    async def _archive_some(self) -> None:
        """Archive all events. Trouble is logged once, and the next turn tries again, in smaller batches where the log did not answer."""
        try:
            await self.drain()
        except (LogError, HomeError, OSError) as error:
            if isinstance(error, LogError):
                self._taken = max(_LEAST_TAKEN, self._taken // 4)
            why = _why(error)
            if self.trouble is None:
                logger().warning("archive_stopped", why=why, cause=str(error.__cause__ or ""))
            self.trouble = why
        else:
            if self.trouble is not None:
                logger().info("archive_goes_on")
            self.trouble, self._taken = None, _TAKEN

    async def _archive_once(self) -> int:
        """Archive one batch: entries that were taken before and never acknowledged, otherwise new ones. Returns how many entries."""
        claimed = await self._log.claim(Stream.EVENTS, GROUP, _CONSUMER, idle_s=0.0, limit=self._taken)
        entries = claimed or await self._log.take(Stream.EVENTS, GROUP, _CONSUMER, limit=self._taken)
        dead = await self._log.dead_letters(Stream.EVENTS, GROUP, limit=self._taken)  # of a worker that was killed again and again
        if entries or dead:
            new = await finished(partial(self._archive.write, [*dead, *entries]))
            await self._log.acknowledge(Stream.EVENTS, GROUP, [entry.offset for entry in entries])
            await self._log.drop_dead_letters(Stream.EVENTS, GROUP, [entry.offset for entry in dead])
            self.archived += new
            logger().info("archived", events=new, repeated=len(entries) + len(dead) - new, rows=self._archive.rows)
        return len(entries) + len(dead)

    async def _run(self, candidate: Path | None = None) -> LearningRun:
        """Do one run, in a process of its own."""
        worker, path, rows = self._settings.worker, self._runs.begin(), self._archive.rows
        given = (self._settings, path, rows, candidate)
        process = get_context("spawn").Process(target=learn_apart, args=given, name=f"run-{path.name}", daemon=True)
        logger().info("run_started", run=path.name, rows=rows)
        begins(path)
        try:
            late = not await ended(process, worker.timeout_s)
        except asyncio.CancelledError:
            ends(path)
            logger().warning("run_interrupted", run=path.name, why="the worker was told to stop; the next one to start takes it up")
            raise
        run = read_run(path / OUTCOME)
        if run is None:
            why = f"it took longer than {worker.timeout_s:g} s" if late else f"its process ended with exit code {process.exitcode}"
            run = LearningRun(id=path.name, started=now(), rows=rows, decision="failed").decided("failed", why)
        return self._finish(path, await self._serve(run, shadow=worker.shadow_requests > 0))

    async def _serve(self, run: LearningRun, *, shadow: bool) -> LearningRun:
        """Serve the release that the run made, if it made one."""
        if run.decision == ACCEPTED:
            return await self._publish(run, shadow=shadow)
        return self._serve_folded(run) if run.folded_bundle else run

    async def _publish(self, run: LearningRun, *, shadow: bool) -> LearningRun:
        """Make the release of an accepted run current, unless the release that it was compared with serves no more."""
        release = str(run.release)
        current = self._store.current()
        if current is not None and current.id == release:  # a kill came after it was activated and before the run was written
            return run.decided("published")
        shadowed = None
        if shadow:
            worker = self._settings.worker
            begins(self._runs.directory(run.id), "shadow mode")
            shadowed = await in_shadow(self._settings.home, release, requests=worker.shadow_requests, seconds=worker.shadow_s)
            current = self._store.current()
        if current is None or current.id != run.current.get("release"):
            serves = current.id if current else "none"
            why = f"it was compared with release {run.current.get('release')}, and {serves} serves now; the next run compares with that"
            return run.decided("rejected", why, shadow=shadowed)
        try:
            self._store.activate(release)
        except HomeError as error:
            return run.decided("failed", str(error), shadow=shadowed)
        return run.decided("published", shadow=shadowed)

    def _serve_folded(self, run: LearningRun) -> LearningRun:
        """Serve the release that knows new shoppers; where another release serves by now, they are left to the next run."""
        current, release, trouble = self._store.current(), str(run.release), ""
        if current is None or current.id not in {run.current.get("release"), release}:
            trouble = f"release {current.id if current else 'none'} serves by now"
        else:
            try:
                self._store.activate(release)
            except HomeError as error:
                trouble = str(error)
        if trouble:
            why = f"{run.folded_in} new shoppers are left to the next run: {trouble}"
            return replace(run, release=None, folded_in=0, reasons=(*run.reasons, why))
        why = f"release {release} knows shoppers who are new ({run.folded_in}) and is otherwise the same"
        return replace(run, reasons=(*run.reasons, why))

    def _finish(self, path: Path, run: LearningRun) -> LearningRun:
        write_page(path / PAGE, run)
        write_run(path / FINAL, run)
        ends(path)
        logger().info("run_finished", run=run.id, decision=run.decision, reasons=list(run.reasons), release=run.release)
        return run


def _why(error: Exception) -> str:
    return refused(error, "it goes on by itself") if isinstance(error, OSError) else str(error)


def learn_apart(settings: Settings, directory: Path, rows: int, candidate: Path | None) -> None:
    """The target of a run's process, which alone imports what training needs: the worker itself stays small."""
    end_with_parent()  # before the imports, which take seconds: a worker that is killed now leaves nobody behind
    from app.worker.learn import learn  # noqa: PLC0415

    configure(settings.log)
    learn(settings, directory, rows, candidate)
