"""The items beside a shop's orders: those of the dataset directory; where it has none, those that are served, written when outfits are."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.catalogue.changes import Changes, items_now, replayed
from app.ground.parts import LogSettings
from app.home.images import ImageStore
from app.home.store import ReleaseStore
from app.log.changes import changes_behind
from index.snapshot import Snapshot
from models.datasets.findings import Findings
from models.datasets.items import items_file
from models.datasets.read import read_catalogue
from models.datasets.rejects import Rejects
from models.datasets.schema import ITEM_SCHEMA
from models.datasets.write import write_items
from models.encoders.features import OWN
from models.errors import InputError, refuse
from models.progress import Progress, silent

PICTURES: Final = "pictures"
"""The folder of a dataset directory where pictures of the home are, as links or copies."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Items.

    Attributes:
        items: in ``ITEM_SCHEMA``. images: where their pictures come from; None where all of it is in the directory already.
        no_pieces: ids of what their feed passed over as nobody wears it.
    """

    items: pa.Table
    images: ImageStore | None = None
    names: Sequence[str] = ()
    no_pieces: Sequence[str] = ()

    def write(self, out: Path) -> None:
        """Write ``items.parquet`` of a dataset directory, with the pictures beside it, where they are not there yet.

        Raises:
            OSError: the disk refuses.
        """
        if self.images is None:
            return
        for name in self.names:
            _link(self.images, name, out / PICTURES / name)
        out.mkdir(parents=True, exist_ok=True)
        write_items(out, self.items)


def catalogue_beside(out: Path, mapping: Path | None = None, progress: Progress = silent) -> Beside:
    """The items of a dataset directory.

    Raises:
        InputError: they cannot be read, or none of them can be used.
    """
    findings = Findings(rejects=Rejects(), progress=progress)
    items = read_catalogue(out, findings, mapping).table
    if not len(items):
        first = next((f"; the first: {kind.first[0]}" for kind in findings.of("rejected")), "")
        refuse(f"none of its items can be used, so that orders name none; see `attire check {out}`{first}", path=out)
    return Beside(items, no_pieces=findings.feed.no_pieces if findings.feed else ())


def has_items(out: Path) -> bool:
    """Whether a dataset directory has an items file."""
    try:
        return items_file(out).is_file()
    except InputError:
        return False


def served_catalogue(store: ReleaseStore, log: LogSettings) -> Beside:
    """The items that are served, those that were changed since the release among them, as they will stand in a dataset directory.

    Raises:
        HomeError: nothing is served. SnapshotError: the home is broken. LogError: the changes cannot be read.
    """
    record = store.served()
    snapshot = Snapshot.load(store.snapshot_path(store.bring(record).snapshot))
    changes, _ = replayed(snapshot, {}, asyncio.run(changes_behind(log, store.home, record.catalog_offset)))
    items = items_now(snapshot, changes)
    names = items.column("image").to_pylist()
    paths = [None if name is None else {"bytes": None, "path": f"{PICTURES}/{name}"} for name in names]
    table = items.drop_columns(["image", "images"]).append_column("image", pa.array(paths, ITEM_SCHEMA.field("image").type))
    if snapshot.manifest.encoder_fingerprint.partition(":")[0] == OWN:
        flat = pa.array(_own_features(snapshot, changes, items).ravel())
        starts = pa.array(np.arange(len(items) + 1, dtype=np.int32) * snapshot.manifest.feature_size)
        table = table.append_column("features", pa.ListArray.from_arrays(starts, flat))
    return Beside(table.select([name for name in ITEM_SCHEMA.names if name in table.column_names]), store.images, [*filter(None, names)])


def _own_features(snapshot: Snapshot, changes: Changes, items: pa.Table) -> NDArray[np.float32]:
    """The shop's own features, ``(N, F)``, which every item brings."""
    features_NF = np.empty((len(items), snapshot.manifest.feature_size), dtype=np.float32)
    for row, item in enumerate(items.column("id").to_pylist()):
        changed = changes.get(item)
        features_NF[row] = snapshot.features[snapshot.row_of[item]] if changed is None or changed.features is None else changed.features
    return features_NF


def _link(images: ImageStore, name: str, place: Path) -> None:
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):  # a picture that is gone is none
        try:
            os.link(images.path(name), place)
        except FileNotFoundError:
            raise
        except OSError:  # another disk
            shutil.copyfile(images.path(name), place)
