"""Catalogue changes since a snapshot: from the ``catalog`` log to the items as they are now.

An upsert holds a whole item. Only its picture, the shop's own features where there are any, and what it says that it keeps stay as they
were when an upsert leaves them out. A patch holds the values that change. Replaying the same entries over the same snapshot always gives
the same items.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import uuid4

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.ground.errors import HomeError
from app.home.encodings import Encodings, Source
from app.home.images import ImageStore
from app.log.base import Entry, Event
from app.release.photo_encoder import PhotoEncoder
from index.backends.base import FloatArray
from index.columns import Columns
from index.errors import SnapshotError
from index.snapshot import ITEM_COLUMNS, Snapshot, item_table
from models.encoders.features import FeatureSpec
from models.errors import ImageError

_UPSERT: Final = "upsert"
_DELETE: Final = "delete"
_PATCH: Final = "patch"
KEPT: Final = ("url", "currency", "sale_price", "group_id", "sizes", "images", "created", "extras")
"""What an upsert that does not say them leaves as they were."""
_WRONG: Final = (KeyError, TypeError, ValueError, SnapshotError)


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
    def source(self) -> Source:
        """What an encoder reads."""
        return self.item["image"], self.item["title"]


Changes = Mapping[str, ChangedItem | None]
"""Item id -> the item now; None where it is gone."""


def upsert(item: Mapping[str, Any], features: Sequence[float] | None = None, keeps: Sequence[str] = ()) -> Event:
    """The event of an item that is new or changed.

    Args:
        item: values by column of a snapshot's items; without ``image`` the picture stays, with None it is removed; ``KEPT`` likewise.
        features: the shop's own; None leaves those that it has.
        keeps: other columns that stay as they were, where there was such an item.
    """
    told = {name: value for name, value in item.items() if value is not None or name in {"image", *KEPT}}
    said: dict[str, Any] = {"type": _UPSERT, "item": told}
    said |= {"keeps": list(keeps)} if keeps else {}
    return Event(uuid4().hex, said if features is None else {**said, "features": list(features)})


def patch(item: Mapping[str, Any]) -> Event:
    """The event of an item of which some values change: its id, and those values by column; None empties a column."""
    return Event(uuid4().hex, {"type": _PATCH, "item": dict(item)})


def removal(item_id: str) -> Event:
    """The event of an item that is deleted."""
    return Event(uuid4().hex, {"type": _DELETE, "item": {"id": item_id}})


def named(entry: Entry) -> str:
    """The id of the item that an entry is about; empty where it names none."""
    item = entry.event.data.get("item")
    return str(item.get("id", "")) if isinstance(item, Mapping) else ""


def since(entries: Iterable[Entry]) -> dict[str, bool]:
    """Item id -> whether it is there after these entries; of those that they are about."""
    return {named(entry): entry.event.data.get("type") != _DELETE for entry in entries}


def replayed(base: Snapshot, changes: Changes, entries: Sequence[Entry]) -> tuple[dict[str, ChangedItem | None], list[tuple[Entry, str]]]:
    """Apply entries over the snapshot and the changes so far: what they change, and the entries that could not be applied, with reasons."""
    now, refused = _applied_together(base, changes, entries), list[tuple[Entry, str]]()
    if now is not None:
        return now, refused
    now = {}
    for entry in entries:  # one of them is wrong, and must leave no trace
        try:
            item_id, changed = _applied(base, (now, changes), entry.event.data)
            if changed is not None:
                _check_columns([changed])
        except _WRONG as error:
            refused.append((entry, f"{type(error).__name__}: {error}"))
        else:
            now[item_id] = changed
    return now, refused


def to_encode(changes: Changes) -> list[str]:
    """The ids of items that are not encoded as they are now."""
    return [item_id for item_id, item in changes.items() if item is not None and not item.encoded]


def recalled(changes: Changes, kept: Encodings, size: int) -> dict[str, ChangedItem]:
    """Those of the items to encode whose features are kept, with these."""
    found = {}
    for item_id in to_encode(changes):
        item = changes[item_id]
        if item is not None and (features_F := kept.recall(item.source, size)) is not None:
            found[item_id] = replace(item, features=features_F, encoded=True)
    return found


def encode(
    encoder: PhotoEncoder, images: ImageStore, items: Sequence[ChangedItem], kept: Encodings | None = None
) -> list[NDArray[np.float16]]:
    """Encode items, each to ``(F,)``, and keep that; an item whose picture cannot be used is encoded by its title alone.

    Raises:
        EncoderError: the encoder cannot be loaded.
    """
    pictures, titles = [_picture(images, item) for item in items], [item.item["title"] for item in items]
    try:
        features_NF = encoder.encode(pictures, titles).astype(np.float16)
    except ImageError:
        features_NF = np.concatenate([_encoded_alone(encoder, *pair) for pair in zip(pictures, titles, strict=True)]).astype(np.float16)
    for item, features_F in zip(items, features_NF, strict=True):
        if kept is not None:
            with suppress(OSError):  # a full disk: they are encoded again after a restart
                kept.keep(item.source, features_F)
    return list(features_NF)


def folded(
    base: Snapshot, changes: Changes, encoder: PhotoEncoder, images: ImageStore, kept: Encodings
) -> tuple[pa.Table, NDArray[np.float16]]:
    """Items and features ``(N, F)`` of the catalogue as it is now, for its next snapshot; ``encode`` makes those that are missing."""
    if not changes:
        return base.items, base.features
    changes = {**changes, **recalled(changes, kept, base.manifest.feature_size)}
    items = items_now(base, changes)
    missing = [item for item_id in to_encode(changes) if (item := changes[item_id]) is not None]
    found = dict(zip(missing, encode(encoder, images, missing, kept), strict=True)) if missing else {}
    now = [item for item in changes.values() if item is not None]
    rows = np.array([row for item_id, row in base.row_of.items() if item_id not in changes], dtype=np.int64)
    features_MF = np.array([found.get(item, item.features) for item in now], dtype=np.float16).reshape(-1, base.manifest.feature_size)
    return items, np.concatenate([base.features[rows], features_MF])


def items_now(base: Snapshot, changes: Changes) -> pa.Table:
    """The catalogue's items as they are now: first the unchanged ones of the snapshot, then the changed ones."""
    if not changes:
        return base.items
    kept = [row for item_id, row in base.row_of.items() if item_id not in changes]
    now = item_rows(item for item in changes.values() if item is not None)
    return pa.concat_tables([base.items.take(pa.array(kept, pa.int64())), now], promote_options="default")


def kept_features(snapshot: Snapshot) -> FeatureSpec:
    """What the features of a snapshot are, as far as it says: of an encoder's, not their blocks."""
    said, own = snapshot.manifest, FeatureSpec.own(snapshot.manifest.feature_size)
    if said.encoder_fingerprint == own.fingerprint:
        return own
    return FeatureSpec(said.encoder_spec or "an encoder", said.encoder_fingerprint, ())


def item_rows(items: Iterable[ChangedItem]) -> pa.Table:
    """Items as a snapshot's table holds them."""
    return pa.Table.from_pylist([dict(item.item) for item in items], schema=ITEM_COLUMNS)


def _applied_together(base: Snapshot, changes: Changes, entries: Sequence[Entry]) -> dict[str, ChangedItem | None] | None:
    """What the entries change, by one check of the columns; None where anything is wrong with any of them."""
    now: dict[str, ChangedItem | None] = {}
    seen: list[ChangedItem] = []
    try:
        for entry in entries:
            item_id, changed = _applied(base, (now, changes), entry.event.data)
            now[item_id] = changed
            seen += [changed] if changed is not None else []
        _check_columns(seen)
    except _WRONG:
        return None
    return now


def _check_columns(items: Sequence[ChangedItem]) -> None:
    """Refuse values that the columns of a snapshot cannot hold; raises one of ``_WRONG``."""
    Columns(item_table(item_rows(items)), {})  # which nothing is looked up in


def _applied(base: Snapshot, known: Sequence[Changes], said: Mapping[str, Any]) -> tuple[str, ChangedItem | None]:
    item: Mapping[str, Any] = said["item"]
    item_id = str(item["id"])
    if said["type"] == _DELETE:
        return item_id, None
    if said["type"] not in {_UPSERT, _PATCH}:
        msg = f"a change of type {said['type']!r}, which this version does not know"
        raise ValueError(msg)
    before = _before(base, known, item_id)
    if said["type"] == _PATCH:
        if before is None:
            msg = f"item {item_id!r} was deleted before its values were changed"
            raise ValueError(msg)
        values = {**before.item, **{name: item[name] for name in ITEM_COLUMNS.names if name in item}}
        return item_id, _with_values(before, values, own=_own_ones(base))
    values = {name: item.get(name) for name in ITEM_COLUMNS.names}
    if before is not None:
        kept = (*said.get("keeps", ()), *(name for name in ("image", *KEPT) if name not in item))
        values |= {name: before.item[name] for name in kept}
    if "features" in said:
        return item_id, ChangedItem(item=values, features=_own(base, said["features"]), encoded=True)
    own = _own_ones(base)
    if before is None and own:
        msg = f"item {item_id!r} is new and comes without features"
        raise ValueError(msg)
    return item_id, _with_values(before, values, own=own)


def _with_values(before: ChangedItem | None, values: Mapping[str, Any], *, own: bool) -> ChangedItem:
    """An item with other values, by the features that it has."""
    changed = ChangedItem(item=values, features=before.features if before else None, encoded=own)
    return replace(changed, encoded=own or (before is not None and before.encoded and before.source == changed.source))


def _own_ones(base: Snapshot) -> bool:
    """Whether the features are the shop's own."""
    return kept_features(base).is_own


def _before(base: Snapshot, known: Sequence[Changes], item_id: str) -> ChangedItem | None:
    """The item by the first of the changes that know it, or by the snapshot."""
    for changes in known:
        if item_id in changes:
            return changes[item_id]
    return _of_snapshot(base, item_id)


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


def _picture(images: ImageStore, changed: ChangedItem) -> bytes | None:
    name = changed.item["image"]
    try:
        return images.bring(name).read_bytes() if name else None
    except (OSError, ValueError, HomeError):  # encode it by its title, as an import does
        return None


def _encoded_alone(encoder: PhotoEncoder, picture: bytes | None, title: str | None) -> FloatArray:
    try:
        return encoder.encode([picture], [title])
    except ImageError:
        return encoder.encode([None], [title])
