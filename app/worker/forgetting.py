"""Forgets one shopper.

All that the log has goes to the archive first, as the worker has it go, so that there is one place to take it from; then the log remembers
the ids no more, and its storage is written anew. What a kill leaves is done by giving the command again.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from app.attribution.shopper import Shopper
from app.ground.settings import Settings
from app.home import forgotten
from app.home.runs import REFERENCE, SHOPPERS, Runs
from app.home.store import ReleaseStore
from app.log.base import Log, Stream
from app.log.open import sqlite_file
from app.worker.archive import Archive
from app.worker.kept import let_go
from app.worker.loop import Worker
from app.worker.reference import thawed
from app.worker.told import PREFIX, scanned


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What came of it.

    Attributes:
        events: that are gone, what was shown among them. runs: whose candidate knew them, and is gone.
        left: what may still tell of them, and what to do about it, in words.
    """

    events: int
    runs: tuple[str, ...]
    left: tuple[str, ...]


async def forget(settings: Settings, log: Log, who: Shopper) -> Forgotten:
    """Forget a shopper; the caller holds the worker's lock.

    Raises:
        LogError: the log cannot be used now. HomeError: the archive cannot be read. InputError: the reference set is broken.
    """
    runs = Runs(settings.home)
    await Worker(settings, log).drain()
    archive, theirs = Archive(runs.events), who.events(scanned(runs.events))
    _, ids = archive.which(theirs)
    kept = await log.forget(Stream.EVENTS, ids)
    for gone in (theirs & pl.col("user").is_null(), theirs):  # what names them last: until then it tells which sessions are theirs
        let_go(archive, runs, gone)
    thawed(runs.root / REFERENCE)
    for read in runs.root.glob(f"{PREFIX}*"):  # by somebody who was killed
        shutil.rmtree(read, ignore_errors=True)
    knowing = [path.parent for path in runs.shoppers() if _knows(path, who)]
    for candidate in knowing:
        shutil.rmtree(candidate)
    forgotten.note(settings.home, len(ids))
    left = [*_left(settings, who), *([] if kept is None else [kept])]
    return Forgotten(events=len(ids), runs=tuple(path.parent.name for path in knowing), left=tuple(left))


def _left(settings: Settings, who: Shopper) -> Iterator[str]:
    """What may still tell of a shopper, and what to do about it."""
    store, log = ReleaseStore(settings.home), sqlite_file(settings.log, settings.home)
    knowing = sorted(path.parent.name for path in (settings.home / "bundles").glob(f"*/{SHOPPERS}") if _knows(path, who))
    if knowing:
        named = [record.id for record in store.records() if record.bundle in knowing]
        yield (
            f"bundles that know them: {', '.join(knowing)} (releases {', '.join(named) or 'none'}); a bundle is never changed, so train "
            "again and publish that, `attire worker --once`, and have `attire gc` remove these once nothing goes back to them"
        )
    if log is not None and (aside := sorted(path.name for path in log.parent.glob("*.broken-*") if path.name.startswith(log.name))):
        yield f"what a repair kept aside may hold what is gone: remove {', '.join(aside)} in {log.parent}"
    yield "backups, exports and data sets of before hold what they held"


def _knows(shoppers: Path, who: Shopper) -> bool:
    """Whether a bundle's list of shoppers names them."""
    return who.user is not None and who.user in json.loads(shoppers.read_text(encoding="utf-8"))["ids"]
