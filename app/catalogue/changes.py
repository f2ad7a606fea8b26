"""Catalogue changes since a snapshot: from the ``catalog`` log to the items as they are now, and to a release that has them.

An upsert holds a whole item. Only its picture, and the shop's own features where there are any, stay as they were when an upsert leaves
them out. Replaying the same entries over the same snapshot always gives the same items.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import uuid4

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.home.images import ImageStore
from app.log.base import Entry, Event
from app.release.photo_encoder import PhotoEncoder
from app.release.release import Release
from app.release.traits import Traits
from index.backends.base import FloatArray
from index.columns import Columns
from index.delta import Overlay
from index.errors import SnapshotError
from index.snapshot import ITEM_COLUMNS, Snapshot, item_table
from models.datasets.schema import Catalogue
from models.encoders.features import FeatureSpec
from models.errors import ImageError

_UPSERT: Final = "upsert"
_DELETE: Final = "delete"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ChangedItem:
    """An item as it is now.

    Attributes:
        item: its values, by column of a snapshot's items.
        features: ``(F,)``; None until it is encoded for the first time.
        encoded: whether ``features`` belong to the present picture and title, rather than to earlier ones.
    """

    item: Mapping[str, Any]
    features: NDArray[np.float16] | None
    encoded: bool

    @property
    def source(self) -> tuple[str | None, str | None]:
        """What an encoder reads: the name of its picture, and its title."""
        return self.item["image"], self.item["title"]


Changes = Mapping[str, ChangedItem | None]
"""Item id -> the item now; None where it is gone."""
Embedded = dict[str, tuple[ChangedItem, FloatArray]]


def upsert(item: Mapping[str, Any], features: Sequence[float] | None = None) -> Event:
    """The event of an item that is new or changed.

    Args:
        item: values by column of a snapshot's items; without ``image`` the picture stays, with None it is removed.
        features: the shop's own; None leaves those that it has.
    """
    said = {"type": _UPSERT, "item": {name: value for name, value in item.items() if value is not None or name == "image"}}
    return Event(uuid4().hex, said if features is None else {**said, "features": list(features)})


def removal(item_id: str) -> Event:
    """The event of an item that is deleted."""
    return Event(uuid4().hex, {"type": _DELETE, "item": {"id": item_id}})


def named(entry: Entry) -> str:
    """The id of the item that an entry is about; empty where it names none."""
    item = entry.event.data.get("item")
    return str(item.get("id", "")) if isinstance(item, Mapping) else ""


def replayed(base: Snapshot, changes: Changes, entries: Iterable[Entry]) -> tuple[Changes, list[tuple[Entry, str]]]:
    """Apply entries: the changes after them, and the entries that could not be applied, each with its reason."""
    now, refused = dict(changes), []
    for entry in entries:
        try:
            item_id, changed = _applied(base, now, entry.event.data)
        except (KeyError, TypeError, ValueError, SnapshotError) as error:
            refused.append((entry, f"{type(error).__name__}: {error}"))
        else:
            now[item_id] = changed
    return now, refused


def to_encode(changes: Changes) -> list[str]:
    """The ids of items that are not encoded as they are now."""
    return [item_id for item_id, item in changes.items() if item is not None and not item.encoded]


def encode(encoder: PhotoEncoder, images: ImageStore, items: Sequence[ChangedItem]) -> list[NDArray[np.float16]]:
    """Encode items, each to ``(F,)``; an item whose picture cannot be used is encoded by its title alone.

    Raises:
        EncoderError: the encoder cannot be loaded.
    """
    pictures, titles = [_picture(images, item) for item in items], [item.item["title"] for item in items]
    try:
        features_NF = encoder.encode(pictures, titles)
    except ImageError:
        features_NF = np.concatenate([_encoded_alone(encoder, *pair) for pair in zip(pictures, titles, strict=True)])
    return list(features_NF.astype(np.float16))


def folded(base: Snapshot, changes: Changes, encoder: PhotoEncoder, images: ImageStore) -> tuple[pa.Table, NDArray[np.float16]]:
    """Items and features ``(N, F)`` of the catalogue as it is now, for its next snapshot; ``encode`` makes those that are missing."""
    if not changes:
        return base.items, base.features
    items = items_now(base, changes)
    missing = [item for item_id in to_encode(changes) if (item := changes[item_id]) is not None]
    found = dict(zip(missing, encode(encoder, images, missing), strict=True)) if missing else {}
    now = [item for item in changes.values() if item is not None]
    kept = np.array([row for item_id, row in base.row_of.items() if item_id not in changes], dtype=np.int64)
    features_MF = np.array([found.get(item, item.features) for item in now], dtype=np.float16).reshape(-1, base.manifest.feature_size)
    return items, np.concatenate([base.features[kept], features_MF])


def items_now(base: Snapshot, changes: Changes) -> pa.Table:
    """The catalogue's items as they are now: first the unchanged ones of the snapshot, then the changed ones."""
    if not changes:
        return base.items
    kept = [row for item_id, row in base.row_of.items() if item_id not in changes]
    now = item_rows(item for item in changes.values() if item is not None)
    return pa.concat_tables([base.items.take(pa.array(kept, pa.int64())), now], promote_options="default")


def overlaid(release: Release, changes: Changes, embedded: Embedded) -> Release:
    """The release with these changes laid over its plain snapshot.

    Args:
        embedded: item id -> item and embedding by this release's model, from earlier calls; updated in place.
    """
    base = plain(release)
    shown = {item_id: item for item_id, item in changes.items() if item is not None and item.features is not None}
    gone = [item_id for item_id, item in changes.items() if item is None]
    if not shown and not gone:
        return unchanged(release)
    _embed(release, shown, embedded)
    size, features = base.manifest.embedding_size, base.manifest.feature_size
    overlay = Overlay(
        base,
        items=item_rows(shown.values()),
        features_MF=np.array([item.features for item in shown.values()], dtype=np.float16).reshape(-1, features).astype(np.float32),
        embeddings_MD=np.array([embedded[item_id][1] for item_id in shown], dtype=np.float32).reshape(-1, size),
        removed=gone,
    )
    return replace(release, snapshot=overlay, traits=Traits.of(overlay, release.traits.of_first(base.manifest.count)))


def plain(release: Release) -> Snapshot:
    """The release's snapshot without changes over it."""
    return release.snapshot.base if isinstance(release.snapshot, Overlay) else release.snapshot


def unchanged(release: Release) -> Release:
    """The release without changes over its snapshot."""
    base = plain(release)
    if base is release.snapshot:
        return release
    return replace(release, snapshot=base, traits=Traits.of(base, release.traits.of_first(base.manifest.count)))


def kept_features(snapshot: Snapshot) -> FeatureSpec:
    """What the features of a snapshot are, as far as it says: of an encoder's, not their blocks."""
    said, own = snapshot.manifest, FeatureSpec.own(snapshot.manifest.feature_size)
    if said.encoder_fingerprint == own.fingerprint:
        return own
    return FeatureSpec(said.encoder_spec or "an encoder", said.encoder_fingerprint, ())


def item_rows(items: Iterable[ChangedItem]) -> pa.Table:
    """Items as a snapshot's table holds them."""
    return pa.Table.from_pylist([dict(item.item) for item in items], schema=ITEM_COLUMNS)


def _applied(base: Snapshot, changes: Changes, said: Mapping[str, Any]) -> tuple[str, ChangedItem | None]:
    item: Mapping[str, Any] = said["item"]
    item_id = str(item["id"])
    if said["type"] == _DELETE:
        return item_id, None
    if said["type"] != _UPSERT:
        msg = f"a change of type {said['type']!r}, which this version does not know"
        raise ValueError(msg)
    before = changes[item_id] if item_id in changes else _of_snapshot(base, item_id)
    values = {name: item.get(name) for name in ITEM_COLUMNS.names}
    if "image" not in item and before is not None:
        values["image"] = before.item["image"]
    Columns(item_table(pa.Table.from_pylist([values], schema=ITEM_COLUMNS)), {item_id: 0})  # refuses a value that the columns cannot hold
    if "features" in said:
        return item_id, ChangedItem(item=values, features=_own(base, said["features"]), encoded=True)
    own = kept_features(base).is_own
    if before is None and own:
        msg = f"item {item_id!r} is new and comes without features"
        raise ValueError(msg)
    changed = ChangedItem(item=values, features=before.features if before else None, encoded=own)
    return item_id, replace(changed, encoded=own or (before is not None and before.encoded and before.source == changed.source))


def _of_snapshot(base: Snapshot, item_id: str) -> ChangedItem | None:
    row = base.row_of.get(item_id)
    if row is None:
        return None
    item = {name: base.items.column(name)[row].as_py() for name in ITEM_COLUMNS.names}
    return ChangedItem(item=item, features=np.array(base.features[row]), encoded=True)


def _own(base: Snapshot, features: Sequence[float]) -> NDArray[np.float16]:
    with np.errstate(over="ignore"):
        vector_F = np.asarray(features, dtype=np.float64).astype(np.float16)
    if vector_F.shape != (base.manifest.feature_size,) or not np.isfinite(vector_F).all():
        msg = f"features of shape {vector_F.shape}: this catalogue's have {base.manifest.feature_size} finite numbers"
        raise ValueError(msg)
    return vector_F


def _embed(release: Release, shown: Mapping[str, ChangedItem], embedded: Embedded) -> None:
    """Embed the items that ``embedded`` does not have as they are now, and drop those that are gone."""
    for item_id in [item_id for item_id in embedded if item_id not in shown]:
        del embedded[item_id]
    fresh = {item_id: item for item_id, item in shown.items() if item_id not in embedded or embedded[item_id][0] is not item}
    if fresh:
        words = Catalogue(item_rows(fresh.values()))
        features_NF = np.array([item.features for item in fresh.values()], dtype=np.float32)
        vectors_ND = release.bundle.embed(features_NF, words.categories, words.texts(), words.ids)
        embedded.update({item_id: (item, vector_D) for (item_id, item), vector_D in zip(fresh.items(), vectors_ND, strict=True)})


def _picture(images: ImageStore, changed: ChangedItem) -> bytes | None:
    name = changed.item["image"]
    try:
        return images.path(name).read_bytes() if name else None
    except (OSError, ValueError):  # encode it by its title, as an import does
        return None


def _encoded_alone(encoder: PhotoEncoder, picture: bytes | None, title: str | None) -> FloatArray:
    try:
        return encoder.encode([picture], [title])
    except ImageError:
        return encoder.encode([None], [title])
