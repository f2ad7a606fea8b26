"""What changed in the catalogue since a snapshot: from the ``catalog`` log to the items as they are now, and to a release that has them.

An upsert says a whole item; only its picture (and, where the shop brings features of its own, those) stay as they were when it does not
name them. Whoever replays the same entries over the same snapshot comes to the same items.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol
from uuid import uuid4

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.home.images import ImageStore
from app.log.base import Entry, Event
from app.release.release import Release
from index.backends.base import FloatArray
from index.columns import Columns
from index.delta import Overlay
from index.errors import SnapshotError
from index.snapshot import ITEM_COLUMNS, Snapshot, item_table
from models.datasets.schema import Catalogue
from models.encoders.features import FeatureSpec
from models.errors import ImageError


class Encodes(Protocol):
    """What encodes pictures and titles: an encoder, or what loads one when it is needed."""

    def encode(self, images: Sequence[bytes | None], titles: Sequence[str | None]) -> FloatArray:
        """Features, ``(N, F)``."""


_UPSERT: Final = "upsert"
_DELETE: Final = "delete"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ChangedItem:
    """An item as it is now.

    Attributes:
        item: its values, by column of a snapshot's items.
        features: what it is found by, ``(F,)``; None until it is encoded for the first time.
        encoded: whether these are the features of this picture and title, and not of those before.
    """

    item: Mapping[str, Any]
    features: NDArray[np.float16] | None
    encoded: bool

    @property
    def source(self) -> tuple[str | None, str | None]:
        """What an encoder sees of it: the name of its picture, and its title."""
        return self.item["image"], self.item["title"]


Changes = Mapping[str, ChangedItem | None]
"""Item id -> the item now; None where it is gone."""
Embedded = dict[str, tuple[ChangedItem, FloatArray]]


def upsert(item: Mapping[str, Any], features: Sequence[float] | None = None) -> Event:
    """The log's word for an item that is new or other than it was.

    Args:
        item: values by column of a snapshot's items; without ``image`` the picture stays, with None there is none any more.
        features: of the shop's own; None leaves them.
    """
    said = {"type": _UPSERT, "item": {name: value for name, value in item.items() if value is not None or name == "image"}}
    return Event(uuid4().hex, said if features is None else {**said, "features": list(features)})


def removal(item_id: str) -> Event:
    """The log's word for an item that is gone."""
    return Event(uuid4().hex, {"type": _DELETE, "item": {"id": item_id}})


def named(entry: Entry) -> str:
    """The item that an entry is of; empty where it says none."""
    item = entry.event.data.get("item")
    return str(item.get("id", "")) if isinstance(item, Mapping) else ""


def replayed(base: Snapshot, changes: Changes, entries: Iterable[Entry]) -> tuple[Changes, list[tuple[Entry, str]]]:
    """The changes after further entries, and the entries that could not be applied with the reason of each."""
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
    """The ids of items whose features are not of their picture and title yet."""
    return [item_id for item_id, changed in changes.items() if changed is not None and not changed.encoded]


def encode(encoder: Encodes, images: ImageStore, items: Sequence[ChangedItem]) -> list[NDArray[np.float16]]:
    """Features of items, each ``(F,)``; one whose picture cannot be used goes by its title.

    Raises:
        EncoderError: the encoder cannot be had.
    """
    pictures, titles = [_picture(images, item) for item in items], [item.item["title"] for item in items]
    try:
        features_NF = encoder.encode(pictures, titles)
    except ImageError:
        features_NF = np.concatenate([_one(encoder, *pair) for pair in zip(pictures, titles, strict=True)])
    return list(features_NF.astype(np.float16))


def folded(base: Snapshot, changes: Changes, encoder: Encodes, images: ImageStore) -> tuple[pa.Table, NDArray[np.float16]]:
    """Items and features ``(N, F)`` of the catalogue as it is now, for its next snapshot; what no replica has encoded is encoded.

    Raises:
        EncoderError: the encoder cannot be had.
    """
    if not changes:
        return base.items, base.features
    items = items_now(base, changes)
    missing = [one for item_id in to_encode(changes) if (one := changes[item_id]) is not None]
    found = dict(zip(missing, encode(encoder, images, missing), strict=True)) if missing else {}
    now = [one for one in changes.values() if one is not None]
    kept = np.array([row for item_id, row in base.row_of.items() if item_id not in changes], dtype=np.int64)
    features_MF = np.array([found.get(one, one.features) for one in now], dtype=np.float16).reshape(-1, base.manifest.feature_size)
    return items, np.concatenate([base.features[kept], features_MF])


def items_now(base: Snapshot, changes: Changes) -> pa.Table:
    """The items of the catalogue as it is now: those of the snapshot that did not change, then those that did."""
    if not changes:
        return base.items
    kept = [row for item_id, row in base.row_of.items() if item_id not in changes]
    now = item_rows(one for one in changes.values() if one is not None)
    return pa.concat_tables([base.items.take(pa.array(kept, pa.int64())), now], promote_options="default")


def overlaid(release: Release, changes: Changes, embedded: Embedded) -> Release:
    """A release of a plain snapshot, with the changes laid over it.

    Args:
        embedded: what this model made of the items before; brought up to date.
    """
    base = plain(release)
    shown = {item_id: one for item_id, one in changes.items() if one is not None and one.features is not None}
    gone = [item_id for item_id, one in changes.items() if one is None]
    if not shown and not gone:
        return replace(release, snapshot=base)
    _embed(release, shown, embedded)
    size, features = base.manifest.embedding_size, base.manifest.feature_size
    overlay = Overlay(
        base,
        items=item_rows(shown.values()),
        features_MF=np.array([one.features for one in shown.values()], dtype=np.float16).reshape(-1, features).astype(np.float32),
        embeddings_MD=np.array([embedded[item_id][1] for item_id in shown], dtype=np.float32).reshape(-1, size),
        removed=gone,
    )
    return replace(release, snapshot=overlay)


def plain(release: Release) -> Snapshot:
    """The release's snapshot, without what is laid over it."""
    return release.snapshot.base if isinstance(release.snapshot, Overlay) else release.snapshot


def kept_features(snapshot: Snapshot) -> FeatureSpec:
    """What the features of a snapshot are, as far as it says: of an encoder's, not their blocks."""
    said, own = snapshot.manifest, FeatureSpec.own(snapshot.manifest.feature_size)
    if said.encoder_fingerprint == own.fingerprint:
        return own
    return FeatureSpec(said.encoder_spec or "an encoder", said.encoder_fingerprint, ())


def item_rows(items: Iterable[ChangedItem]) -> pa.Table:
    """Items as a snapshot's table holds them."""
    return pa.Table.from_pylist([dict(one.item) for one in items], schema=ITEM_COLUMNS)


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
    Columns(item_table(pa.Table.from_pylist([values], schema=ITEM_COLUMNS)), {item_id: 0})  # refuses here what would spoil all the others
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
    """Embed the items that this model has not seen as they are now, and forget those that are gone."""
    for item_id in [item_id for item_id in embedded if item_id not in shown]:
        del embedded[item_id]
    fresh = {item_id: one for item_id, one in shown.items() if item_id not in embedded or embedded[item_id][0] is not one}
    if fresh:
        words = Catalogue(item_rows(fresh.values()))
        features_NF = np.array([one.features for one in fresh.values()], dtype=np.float32)
        vectors_ND = release.bundle.embed(features_NF, words.categories, words.texts(), words.ids)
        embedded.update({item_id: (one, vector_D) for (item_id, one), vector_D in zip(fresh.items(), vectors_ND, strict=True)})


def _picture(images: ImageStore, changed: ChangedItem) -> bytes | None:
    name = changed.item["image"]
    try:
        return images.path(name).read_bytes() if name else None
    except (OSError, ValueError):  # it goes by its title, as an import has it
        return None


def _one(encoder: Encodes, picture: bytes | None, title: str | None) -> FloatArray:
    try:
        return encoder.encode([picture], [title])
    except ImageError:
        return encoder.encode([None], [title])
