"""Keeps a home fresh from a feed: what differs from the items that are served goes into the catalogue's log, as ``PUT`` and ``DELETE`` do.

Nothing is indexed and no release made: replicas show the changes within moments. A kill in between costs nothing, as the next
synchronising looks again at what differs. Where nothing has changed, neither the feed nor the catalogue is read.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from app.catalogue.again import Source, catalogue_served, end_of_changes, pictures_in, reading
from app.catalogue.bounds import BOUNDS, Bounds
from app.catalogue.synced import Synced, Work
from app.fetch.feed import fetch_feed
from app.fetch.fetcher import Validators
from app.ground.errors import FetchError
from app.ground.settings import Settings
from app.home.feeds import FEEDS, FeedRecord, FeedRecords
from app.home.store import ReleaseRecord, ReleaseStore
from models.datasets.findings import Findings
from models.datasets.urls import is_url
from models.errors import InputError
from models.progress import Progress, Warn, silent, unheard
from sealed.errors import SealedError


def sync(
    source: str,
    settings: Settings,
    *,
    mapping: Path | None = None,
    findings: Findings | None = None,
    bounds: Bounds = BOUNDS,
    force: bool = False,
    progress: Progress = silent,
    warn: Warn = unheard,
) -> Synced:
    """Bring the catalogue to what a feed says.

    Args:
        source: a URL, or the path of a feed or dataset directory.
        findings: takes what is found, and says whether a row that cannot be used is set aside.
        bounds: what is put up with; ``left`` is the least share of the served items that the feed must still have.
        force: look although nothing seems to have changed.

    Raises:
        InputError: the feed is broken, or beyond ``bounds``. FetchError: it cannot be fetched.
        FeaturesError: feed and catalogue do not both bring their own features. HomeError: another feed is being synchronised.
        LogError: the log does not take the changes; those that it took stay, and the next time goes on behind them.
    """
    started = time.monotonic()
    store, records = ReleaseStore(settings.home), FeedRecords(settings.home)
    heard = findings or Findings(progress=progress)
    work = Work(store=store, settings=settings, mapping=mapping, findings=heard, bounds=bounds, progress=progress, warn=warn)
    with records.alone():
        record, current = records.read(source), store.current()
        how, end = reading(mapping), end_of_changes(settings.log, settings.home)
        served = "" if current is None else _served(store, current)
        as_before = bool(served) and not force and (record.catalogue, record.offset, record.reading) == (served, end, how)
        with _fetched(source, record if as_before else FeedRecord(source=source), settings) as (data, said):
            digest = Source(data, mapping).digest() if data is not None else record.digest
            if as_before and (digest, _pictures(record)) == (record.digest, record.pictures):
                records.keep(replace(record, synced=time.time(), why=None))
                if heard.rejects:
                    heard.rejects.stay()
                return Synced(unchanged=True, seconds=time.monotonic() - started)
            if data is None:
                msg = "is said to be unchanged, but its pictures are not what they were; try again with --force"
                raise FetchError(source, msg)
            with progress("loading what reads and compares", 0):
                from app.catalogue.applying import imported, synced  # noqa: PLC0415 - a gigabyte that only a change should take

            with _by_its_url(work, data, record.name) as work:
                others = partial(records.ids_of_others, source)
                done, ids, folders = imported(work, data) if current is None else synced(work, data, current, others)
        if current is None or records.is_imported(ids):
            records.forget_imported()
        records.keep_ids(source, ids, heard.feed.no_pieces if heard.feed else ())
        kept = replace(record, folders=folders, catalogue=_served(store, store.served()), synced=time.time(), why=None)
        kept = replace(kept, digest="", etag=None, modified=None)
        kept = replace(kept, reading=how, rows=heard.feed.rows if heard.feed else 0, rejected=work.rejected)
        kept = replace(kept, pictures=_pictures(kept), offset=end_of_changes(settings.log, settings.home))
        complete = current is not None and not (done.refused or done.pictures.before)
        records.keep(replace(kept, digest=digest, etag=said.etag, modified=said.modified) if complete else kept)
    return replace(done, seconds=time.monotonic() - started)


@contextmanager
def _fetched(source: str, known: FeedRecord, settings: Settings) -> Iterator[tuple[Path | None, Validators]]:
    """The feed as a file; None where its server says that it has not changed."""
    if not is_url(source):
        yield Path(source), Validators()
        return
    with TemporaryDirectory(prefix="new-", dir=settings.home / FEEDS) as directory:
        path = Path(directory) / (Path(urlsplit(source).path).name[-100:] or "feed")
        with path.open("wb") as file:
            found = fetch_feed(source, Validators(known.etag, known.modified), settings.fetch, file)
        yield None if found.body is None else path, found.validators


@contextmanager
def _by_its_url(work: Work, data: Path, url: str) -> Iterator[Work]:
    """What is told of a feed that was fetched is told by its URL, not by the file that it was fetched into."""
    if not is_url(url):
        yield work
        return

    def name(text: str) -> str:
        return text.replace(str(data), url).replace(str(data.parent), url.rpartition("/")[0])

    work.findings.name = name
    try:
        yield replace(work, warn=lambda text: work.warn(name(text)))
    except InputError as error:
        raise error.told_by(name) from None


def _served(store: ReleaseStore, release: ReleaseRecord) -> str:
    """The catalogue of a release; empty where that is damaged, so that all is looked at."""
    try:
        return catalogue_served(store, release)
    except SealedError:
        return ""


def _pictures(record: FeedRecord) -> str:
    try:
        return pictures_in(map(Path, record.folders))
    except OSError:
        return ""
