"""Cache of features: each item is encoded once per encoder.

Each run writes the features it computed as segments, immutable files ``<fingerprint>/<digest>.safetensors`` holding ``keys``
(N, 16) bytes and ``features`` (N, F) float16, so a killed run loses only what it had not yet written.
A segment's metadata holds the reason for each refused picture, by key in hexadecimal. Features of a catalogue that is made from another
one (with perturbed pictures) are kept likewise, in ``<fingerprint>/made``, by what they are made from and how.
"""

from __future__ import annotations

import hashlib
import mmap
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from models.datasets.schema import Catalogue
from models.encoders.base import Encoder
from models.encoders.batches import Batch, Encode, encode_here
from models.encoders.features import FeatureSpec, FloatArray
from models.errors import EncoderError
from models.progress import Progress, silent
from sealed.files import replacing

BATCH: Final = 128
_TITLES: Final = 1_024  # at once, where there are no pictures
_SEGMENT: Final = 8192
_KEY_BYTES: Final = 16


@dataclass(frozen=True)
class StoredFeatures:
    """Features of a catalogue, ``(N, F)``, in the precision that they are kept in; see ``CatalogueFeatures``.

    Attributes:
        let_go: gives back the memory that they have come to take by being read, where they lie in a file.
    """

    spec: FeatureSpec
    features: NDArray[np.float16]
    refused: Mapping[str, str]
    encoded: int
    seconds: float
    let_go: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class CatalogueFeatures:
    """Features of a catalogue.

    Attributes:
        spec: what they are.
        features: ``(N, F)`` float32 of float16 precision, by row of the catalogue; blocks of a picture that was refused are zero.
        refused: item id -> why its picture cannot be used.
        encoded: how many items were encoded now; the others were kept from before.
        seconds: the time that took.
    """

    spec: FeatureSpec
    features: FloatArray
    refused: Mapping[str, str]
    encoded: int
    seconds: float


def own_features(catalogue: Catalogue) -> FloatArray | None:
    """The ``features`` column of a catalogue, ``(N, F)``, or None where it has none."""
    column = catalogue.table.column("features").combine_chunks()
    if not len(column) or column.null_count == len(column):
        return None
    values = column.flatten().to_numpy(zero_copy_only=False).reshape(len(column), -1)
    return np.array(values, dtype=np.float32)


def catalogue_features(
    catalogue: Catalogue,
    encoder: Encoder | None,
    cache: Path | None = None,
    progress: Progress = silent,
    *,
    made: tuple[str, Callable[[], Catalogue]] | None = None,
    encode: Encode = encode_here,
) -> CatalogueFeatures:
    """Features of every item: those kept in ``cache`` for the same picture, title and fingerprint, the rest encoded now, in batches.

    A catalogue's own ``features`` are returned as they are. A picture that cannot be used is listed in ``refused``; its item is encoded
    without it.

    Args:
        encoder: None for a catalogue with its own features.
        made: for the features of a catalogue made from this one: how, and what makes it, which is called only if some are not kept.
        encode: encodes batches, here or elsewhere.

    Raises:
        EncoderError: the catalogue has none of its own, and no encoder is given.
    """
    own = own_features(catalogue)
    if own is not None:
        return CatalogueFeatures(FeatureSpec.own(own.shape[1]), own, {}, 0, 0.0)
    found = stored_features(catalogue, encoder, None, cache, progress, made=made, encode=encode)
    return CatalogueFeatures(found.spec, found.features.astype(np.float32), found.refused, found.encoded, found.seconds)


def stored_features(
    catalogue: Catalogue,
    encoder: Encoder | None,
    scratch: Path | None,
    cache: Path | None = None,
    progress: Progress = silent,
    *,
    made: tuple[str, Callable[[], Catalogue]] | None = None,
    encode: Encode = encode_here,
) -> StoredFeatures:
    """Features in the precision that they are kept in; see ``catalogue_features``.

    Args:
        scratch: the directory in which they lie in a file without a name meanwhile, so that not all are in memory; None for memory.
    """
    own = own_features(catalogue)
    if own is not None:
        with np.errstate(over="ignore"):  # refused when a snapshot is written
            halves = own.astype(np.float16)
        return StoredFeatures(FeatureSpec.own(own.shape[1]), halves, {}, 0, 0.0)
    if encoder is None:
        msg = "the catalogue has no features of its own, and no encoder is named; name one"
        raise EncoderError(msg)
    spec = encoder.features
    how, make = made or ("", lambda: catalogue)
    directory = cache / spec.fingerprint / ("made" if made else "") if cache else None
    features, let_go = _room((len(catalogue), spec.size), scratch)
    refused: dict[str, str] = {}
    keys = [_key(image, title, how) for image, title in _pictures_and_titles(catalogue, refused)]
    missing, kept_refusals = _recall(directory, keys, features, let_go)
    unread = frozenset(refused)  # kept by title alone
    refused |= {catalogue.ids[row]: why for row, why in kept_refusals.items()}
    source, titles = make() if missing else catalogue, catalogue.titles
    unpictured = source.table.column("image").null_count == len(source)
    twins, together = (missing, _TITLES) if unpictured else ([], BATCH)  # of what has no picture, each title once
    first_of = {keys[row]: row for row in reversed(twins)}
    missing = sorted(first_of.values()) if twins else missing
    parts = [missing[at : at + together] for at in range(0, len(missing), together)]
    each = _SEGMENT // together  # batches of a segment, which is kept once it has all of them
    left = [min(each, len(parts) - at) for at in range(0, len(parts), each)]
    with progress("encoding", len(missing)) as advance:
        begun, done = time.perf_counter(), 0
        for found in encode(encoder, _batches(source, parts, titles, refused)):
            rows = parts[found.number]
            features[rows] = _finite(source, rows, found.features, spec)
            refused |= {catalogue.ids[rows[position]]: why for position, why in found.refused.items()}
            done += len(rows)
            advance(len(rows), items_per_s=done / (time.perf_counter() - begun))
            whole = found.number // each
            left[whole] -= 1
            if not left[whole]:
                segment = missing[whole * _SEGMENT : (whole + 1) * _SEGMENT]
                why_not = {keys[row]: refused[item] for row in segment if (item := catalogue.ids[row]) in refused and item not in unread}
                _keep(directory, [keys[row] for row in segment], features[segment], why_not)
                let_go()
        took = time.perf_counter() - begun
    for at in range(0, len(twins), _SEGMENT):
        rows = twins[at : at + _SEGMENT]
        features[rows] = features[[first_of[keys[row]] for row in rows]]
        let_go()
    return StoredFeatures(spec, features, refused, len(missing), took, let_go)


def _room(shape: tuple[int, int], scratch: Path | None) -> tuple[NDArray[np.float16], Callable[[], None]]:
    """Zeros, and what gives back the memory that has come to hold them."""
    if scratch is None or not shape[0]:
        return np.zeros(shape, dtype=np.float16), lambda: None
    with TemporaryFile(dir=scratch) as file:
        room = np.memmap(file, dtype=np.float16, shape=shape)
    return room, partial(room._mmap.madvise, mmap.MADV_DONTNEED)  # type: ignore[attr-defined]  # noqa: SLF001 - what is written stays


def _pictures_and_titles(catalogue: Catalogue, refused: dict[str, str]) -> Iterator[tuple[bytes | None, str | None]]:
    pictures: pa.ChunkedArray = catalogue.table.column("image")
    if pictures.null_count == len(pictures):
        yield from ((None, title) for title in catalogue.titles)
        return
    for row, (item, title) in enumerate(zip(catalogue.ids, catalogue.titles, strict=True)):
        try:
            picture = catalogue.image(row)
        except OSError as error:
            picture = None
            refused[item] = f"the picture cannot be read ({error.strerror}: {error.filename})"
        if picture == b"":
            refused[item] = "the picture is an empty file; send it again"
        yield picture or None, title


def _batches(catalogue: Catalogue, parts: list[list[int]], titles: list[str | None], refused: Mapping[str, str]) -> Iterator[Batch]:
    """What is encoded together, of rows; without pictures that are refused already."""
    for number, rows in enumerate(parts):
        pictures = tuple(None if catalogue.ids[row] in refused else catalogue.picture(row) for row in rows)
        yield Batch(number, pictures, tuple(titles[row] for row in rows))


def _finite(catalogue: Catalogue, rows: list[int], features: FloatArray, spec: FeatureSpec) -> FloatArray:
    """The features; refuses what an encoder whose numbers overflow makes."""
    broken = np.flatnonzero(~np.isfinite(features).all(axis=1))
    if len(broken):
        item = catalogue.ids[rows[int(broken[0])]]
        msg = f"encoder {spec.spec!r} makes NaN or an infinity of item {item!r}; take another encoder, or leave that item out"
        raise EncoderError(msg)
    return features


def _key(image: bytes | None, title: str | None, how: str) -> bytes:
    digest = hashlib.sha256(image or b"")
    digest.update(b"\x00" + (title or "").encode() + how.encode())
    return digest.digest()[:_KEY_BYTES]


def _recall(
    directory: Path | None, keys: list[bytes], features: NDArray[np.float16], let_go: Callable[[], None]
) -> tuple[list[int], dict[int, str]]:
    """Fill in what was kept; returns the rows still to encode, and by row why a picture was refused. A damaged segment is not kept."""
    wanted: dict[bytes, list[int]] = {}
    for row, key in enumerate(keys):
        wanted.setdefault(key, []).append(row)
    refused: dict[int, str] = {}
    for path in sorted(directory.glob("*.safetensors")) if directory and directory.is_dir() else []:
        try:
            with safe_open(path, "np") as segment:
                stored, kept_keys = segment.get_tensor("features"), segment.get_tensor("keys")
                refusals = segment.metadata() or {}
        except (SafetensorError, KeyError, OSError):
            continue
        if stored.shape[1:] != features.shape[1:] or kept_keys.shape != (len(stored), _KEY_BYTES):
            continue
        for position, key in enumerate(map(bytes, kept_keys)):
            for row in wanted.pop(key, ()):
                features[row] = stored[position]
                if key.hex() in refusals:
                    refused[row] = refusals[key.hex()]
        let_go()
    return sorted(row for rows in wanted.values() for row in rows), refused


def _keep(directory: Path | None, keys: list[bytes], features: NDArray[np.float16], refused: Mapping[bytes, str]) -> None:
    if directory is None or not keys:
        return
    place = directory / f"{hashlib.sha256(b''.join(keys)).hexdigest()[:16]}.safetensors"
    table = torch.from_numpy(np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, _KEY_BYTES).copy())
    with replacing(place, to_disk=False) as staging:
        save_file({"keys": table, "features": torch.from_numpy(features.copy())}, staging, {key.hex(): why for key, why in refused.items()})
