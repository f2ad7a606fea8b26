"""What a feed says, brought into a home: as its first release, or as what differs, in the log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.catalogue.bounds import check_left, check_rejected, check_some, tell_gone
from app.catalogue.changes import Changes, items_now, kept_features, patch, removal, replayed, upsert
from app.catalogue.differences import Differences, differences, said_columns
from app.catalogue.importing import folders_of, ids_of, import_catalogue, kept_columns
from app.catalogue.repictured import Repictured, pictures_served, repictured
from app.catalogue.synced import Synced, Work
from app.ground import compute
from app.ground.settings import Settings
from app.home.store import ReleaseRecord
from app.log.base import Event, Stream
from app.log.changes import changes_behind
from app.log.open import opened_log
from index.snapshot import Snapshot
from models.datasets.findings import MOST_SHOWN
from models.datasets.read import read_catalogue
from models.datasets.schema import Catalogue
from models.encoders.keep import own_features
from models.errors import FeaturesError
from models.progress import Progress

_BATCH: Final = 1_000
_Others = Callable[[Sequence[str]], set[str]]


def imported(work: Work, data: Path) -> tuple[Synced, Sequence[str], list[str]]:
    """The first catalogue of a home; the next time looks at it as at any other."""
    settings = work.settings
    done = import_catalogue(
        data,
        work.store,
        mapping=work.mapping,
        findings=work.findings,
        bounds=work.bounds,
        default_encoder=settings.encoder,
        cache=settings.cache.expanduser(),
        log=settings.log,
        fetch=settings.fetch,
        device=compute.device(settings.device),
        progress=work.progress,
        warn=work.warn,
    )
    items, refused = done.release.items, done.features.refused
    found = Synced(imported=done.release, items=items, new=items, rejected=work.rejected, refused=refused, pictures=done.fetched)
    return found, ids_of(work.store, done.release), []


def synced(work: Work, data: Path, current: ReleaseRecord, others: _Others) -> tuple[Synced, Sequence[str], list[str]]:
    """What changed, in the log; the ids of the feed, and the folders of its pictures.

    Args:
        others: the items that other feeds named, of those that this one names.
    """
    store, settings, findings = work.store, work.settings, work.findings
    base = Snapshot.load(store.snapshot_path(store.bring(current).snapshot), later=True)
    changes, _ = replayed(base, {}, asyncio.run(changes_behind(settings.log, store.home, current.catalog_offset)))
    now = items_now(base, changes)
    catalogue = read_catalogue(data, findings, work.mapping, store.home, now)
    findings.tell(work.warn)
    check_rejected(data, findings, work.bounds)
    feed, own_NF = kept_columns(catalogue.table), _own(catalogue, base)
    check_some(data, len(catalogue))
    unsure = others(catalogue.ids) | (findings.rejects.ids if findings.rejects else set())
    found = differences(now, feed)
    found = replace(found, gone=[item for item in found.gone if item not in unsure])
    check_left(data, len(now) - len(found.gone), len(now), work.bounds)
    tell_gone(data, len(found.gone), len(now), findings, work.warn)
    _tell_stock(data, now, work)
    pictures = repictured(catalogue, pictures_served(now), store, settings.fetch, work.progress)
    events, kinds = _events(catalogue, feed, found, pictures, _changed_features(catalogue, own_NF, base, changes))
    asyncio.run(_appended(events, settings, work.progress))
    changed = len(events) - len(found.new) - len(found.gone)
    done = Synced(
        items=len(catalogue),
        new=len(found.new),
        changed=changed,
        gone=len(found.gone),
        same=len(catalogue) - len(found.new) - changed,
        kinds=kinds,
        rejected=work.rejected,
        refused={catalogue.ids[row]: why for row, why in pictures.refused.items()},
        pictures=pictures.counts,
    )
    return done, catalogue.ids, sorted(str(folder.resolve()) for folder in folders_of(catalogue))


def _tell_stock(data: Path, now: pa.Table, work: Work) -> None:
    """Warn of items that can be bought, and stay so, though the feed says of their stock what cannot be read."""
    unread = work.findings.rejects.stock_unread if work.findings.rejects else set()
    ids, stocks = now.column("id").to_pylist(), now.column("in_stock").to_pylist()
    if sold := [item for item, stock in zip(ids, stocks, strict=True) if item in unread and stock is not False] if unread else []:
        few = ", ".join(map(repr, sold[:MOST_SHOWN])) + (", …" if len(sold) > MOST_SHOWN else "")
        problem = f"says of {len(sold):,} items a stock that cannot be read, so that they can be bought as before, perhaps sold out: {few}"
        work.findings.warn(problem, path=data, field="in_stock")
        work.warn(f"{data}: {problem}")


def _own(catalogue: Catalogue, base: Snapshot) -> NDArray[np.float32] | None:
    """The features that a feed brings; None where an encoder makes them."""
    own_NF, kept = own_features(catalogue), kept_features(base)
    if (own_NF is not None) != kept.is_own or (own_NF is not None and own_NF.shape[1] != base.manifest.feature_size):
        brings = f"brings {own_NF.shape[1]} features of its own" if own_NF is not None else "brings no features of its own"
        msg = f"the feed {brings}, and the catalogue has those of {kept}; import it into a fresh home"
        raise FeaturesError(msg)
    return own_NF


def _changed_features(catalogue: Catalogue, own_NF: NDArray[np.float32] | None, base: Snapshot, changes: Changes) -> dict[int, list[float]]:
    """Row of the feed -> its own features, where these are others than those that are served."""
    found: dict[int, list[float]] = {}
    for row, item in enumerate(catalogue.ids if own_NF is not None else ()):
        changed = changes.get(item)
        before = changed.features if changed is not None else base.features[base.row_of[item]] if item in base.row_of else None
        if own_NF is not None and (before is None or not np.array_equal(before, own_NF[row].astype(np.float16))):
            found[row] = own_NF[row].tolist()
    return found


def _events(
    catalogue: Catalogue, feed: pa.Table, found: Differences, pictures: Repictured, features: Mapping[int, list[float]]
) -> tuple[list[Event], dict[str, int]]:
    """The events of all differences, and how many items have another value, by column."""
    said = said_columns(feed)
    events: list[Event] = []
    for row, values in zip(found.new, feed.select(["id", *said]).take(pa.array(found.new, pa.int64())).to_pylist(), strict=True):
        events.append(upsert(values | {"image": pictures.names.get(row)}, features.get(row)))
    fresh = {*found.new}
    kinds = dict.fromkeys(found.kinds(), 0)
    for row in sorted({*found.changed, *pictures.names, *features} - fresh):
        values = dict(found.changed.get(row, {}))
        if row in pictures.refused:
            values.pop("images", None)  # so that it is asked for again
        if row in pictures.names:
            values["image"] = pictures.names[row]
        for name in (*values, *(("features",) if row in features else ())):
            kinds[name] = kinds.get(name, 0) + 1
        if row in features:
            whole = feed.select(["id", *said]).slice(row, 1).to_pylist()[0]
            events.append(upsert(whole | ({"image": values["image"]} if "image" in values else {}), features[row], _unsaid(said)))
        elif values:
            events.append(patch({"id": catalogue.ids[row], **values}))
    events += [removal(item) for item in found.gone]
    return events, {name: count for name, count in kinds.items() if count}


def _unsaid(said: Sequence[str]) -> list[str]:
    """The columns that an upsert would empty, though the feed never speaks of them."""
    return [name for name in ("subcategory", "title", "attributes", "price", "brand", "in_stock") if name not in said]


async def _appended(events: Sequence[Event], settings: Settings, progress: Progress) -> None:
    """Append in batches, each of them whole or not at all."""
    async with opened_log(settings.log, settings.home) as log:
        with progress("changing items", len(events)) as advance:
            for start in range(0, len(events), _BATCH):
                batch = events[start : start + _BATCH]
                await log.append(Stream.CATALOGUE, batch)
                advance(len(batch))
