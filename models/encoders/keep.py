"""Cache of features: each item is encoded once per encoder.

Each run writes the features it computed as segments, immutable files ``<fingerprint>/<digest>.safetensors`` holding ``keys``
(N, 16) bytes and ``features`` (N, F) float16, so a killed run loses only what it had not yet written.
A segment's metadata holds the reason for each refused picture, by key in hexadecimal. Features of a catalogue that is made from another
one (with perturbed pictures) are kept likewise, in ``<fingerprint>/made``, by what they are made from and how.
"""

from __future__ import annotations

import hashlib
import math
import mmap
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from models.datasets.schema import Catalogue
from models.encoders.base import Encoder
from models.encoders.batches import Batch, Encode, encode_here
from models.encoders.features import FeatureSpec, FloatArray
from models.errors import EncoderError
from models.progress import Progress, Warn, silent
from sealed.files import as_any, named, replacing

BATCH: Final = 128
_TITLES: Final = 1_024  # at once, where there are no pictures
_SEGMENT: Final = 8192
_KEY_BYTES: Final = 16

IntArray = NDArray[np.int64]


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


def tell_refused(refused: Mapping[str, str], warn: Warn) -> None:
    """Say how many pictures cannot be used: who trains or measures with half of them should know."""
    if refused:
        item, why = next(iter(refused.items()))
        warn(f"pictures of {len(refused):,} items cannot be used, which go by their words alone, such as that of {item}: {why}")


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
    keys, kind_N = _kinds(catalogue, how, refused)
    first_K = np.full(len(keys), len(kind_N), np.int64)
    np.minimum.at(first_K, kind_N, np.arange(len(kind_N)))
    absent_K, kept_refusals = _recall(directory, keys, features, first_K, let_go)
    unread = frozenset(refused)  # kept by title alone
    refused |= {catalogue.id_of(row): kept_refusals[kind_N[row]] for row in np.flatnonzero(np.isin(kind_N, [*kept_refusals]))}
    source = make() if absent_K.any() else catalogue
    unpictured = source.table.column("image").null_count == len(source)
    together = _TITLES if unpictured else BATCH
    missing = first_K[absent_K] if unpictured else np.flatnonzero(absent_K[kind_N])  # of what has no picture, each title once
    parts = [missing[at : at + together] for at in range(0, len(missing), together)]
    each = _SEGMENT // together  # batches of a segment, which is kept once it has all of them
    left = [min(each, len(parts) - at) for at in range(0, len(parts), each)]
    waiting: dict[int, NDArray[np.float16]] = {}  # batches of segments that lack some
    with progress("encoding", len(missing)) as advance:
        begun, done = time.perf_counter(), 0
        for found in encode(encoder, _batches(source, parts, catalogue.table.column("title"), refused)):
            rows = parts[found.number]
            features[rows] = waiting[found.number] = _finite(source, rows, found.features, spec).astype(np.float16)
            let_go()
            refused |= {catalogue.id_of(rows[position]): why for position, why in found.refused.items()}
            done += len(rows)
            advance(len(rows), items_per_s=done / (time.perf_counter() - begun))
            whole = found.number // each
            left[whole] -= 1
            if not left[whole]:
                segment = missing[whole * _SEGMENT : (whole + 1) * _SEGMENT]
                names = [keys[kind] for kind in kind_N[segment]]
                items = [catalogue.id_of(row) for row in segment] if refused else []
                why_not = {name: refused[item] for name, item in zip(names, items, strict=False) if item in refused and item not in unread}
                numbers = range(whole * each, min((whole + 1) * each, len(parts)))
                _keep(directory, names, np.concatenate([waiting.pop(number) for number in numbers]), why_not)
        took = time.perf_counter() - begun
    for at in range(0, len(kind_N), _TITLES):  # few, as each may touch a page of its own
        kind_M = kind_N[at : at + _TITLES]
        rows_M = at + np.flatnonzero((first_K[kind_M] < np.arange(at, at + len(kind_M))) & (unpictured | ~absent_K[kind_M]))
        features[rows_M] = features[first_K[kind_N[rows_M]]]
        let_go()
    return StoredFeatures(spec, features, refused, len(missing), took, let_go)


def _room(shape: tuple[int, int], scratch: Path | None) -> tuple[NDArray[np.float16], Callable[[], None]]:
    """Zeros, and what gives back the memory that has come to hold them."""
    if scratch is None or not shape[0]:
        return np.zeros(shape, dtype=np.float16), lambda: None
    with named(scratch), TemporaryFile(dir=scratch) as file:
        os.posix_fallocate(file.fileno(), 0, 2 * math.prod(shape))  # or a disk that is full by then ends the process (SIGBUS)
        room = np.memmap(file, dtype=np.float16, shape=shape)
    return room, partial(room._mmap.madvise, mmap.MADV_DONTNEED)  # type: ignore[attr-defined]  # noqa: SLF001 - what is written stays


def _kinds(catalogue: Catalogue, how: str, refused: dict[str, str]) -> tuple[list[bytes], NDArray[np.int32]]:
    """The keys of what is encoded, each once, and which of them each item's is, ``(N,)``."""
    pictures: pa.ChunkedArray = catalogue.table.column("image")
    if pictures.null_count == len(pictures):
        titles = pc.fill_null(catalogue.table.column("title"), "").combine_chunks().dictionary_encode()
        return [_key(None, title.as_py(), how) for title in titles.dictionary], titles.indices.to_numpy()
    place_of: dict[bytes, int] = {}
    keys = (_key(image, title, how) for image, title in _pictures_and_titles(catalogue, refused))
    kind_N = np.fromiter((place_of.setdefault(key, len(place_of)) for key in keys), np.int32, len(catalogue))
    return [*place_of], kind_N


def _pictures_and_titles(catalogue: Catalogue, refused: dict[str, str]) -> Iterator[tuple[bytes | None, str | None]]:
    for row, (item, title) in enumerate(zip(catalogue.ids, catalogue.titles, strict=True)):
        try:
            picture = catalogue.image(row)
        except OSError as error:
            picture = None
            refused[item] = f"the picture cannot be read ({error.strerror}: {error.filename})"
        if picture == b"":
            refused[item] = "the picture is an empty file; send it again"
        yield picture or None, title


def _batches(catalogue: Catalogue, parts: list[IntArray], titles: pa.ChunkedArray, refused: Mapping[str, str]) -> Iterator[Batch]:
    """What is encoded together, of rows; without pictures that are refused already."""
    titles = titles.combine_chunks()
    for number, rows in enumerate(parts):
        pictures = tuple(None if refused and catalogue.id_of(row) in refused else catalogue.picture(row) for row in rows)
        yield Batch(number, pictures, tuple(titles[int(row)].as_py() for row in rows))


def _finite(catalogue: Catalogue, rows: IntArray, features: FloatArray, spec: FeatureSpec) -> FloatArray:
    """The features; refuses what an encoder whose numbers overflow makes."""
    broken = np.flatnonzero(~np.isfinite(features).all(axis=1))
    if len(broken):
        item = catalogue.id_of(rows[broken[0]])
        msg = f"encoder {spec.spec!r} makes NaN or an infinity of item {item!r}; take another encoder, or leave that item out"
        raise EncoderError(msg)
    return features


def _key(image: bytes | None, title: str | None, how: str) -> bytes:
    digest = hashlib.sha256(image or b"")
    digest.update(b"\x00" + (title or "").encode() + how.encode())
    return digest.digest()[:_KEY_BYTES]


def _recall(
    directory: Path | None, keys: list[bytes], features: NDArray[np.float16], first_K: IntArray, let_go: Callable[[], None]
) -> tuple[NDArray[np.bool_], dict[int, str]]:
    """Fill in what was kept, in the first row of each key; a damaged segment is not kept.

    Returns:
        Which keys are still to encode, and by place of a key why its picture was refused.
    """
    absent_K = np.ones(len(keys), dtype=np.bool_)
    refused: dict[int, str] = {}
    paths = sorted(directory.glob("*.safetensors")) if directory and directory.is_dir() else []
    place_of = {key: place for place, key in enumerate(keys)} if paths else {}
    for path in paths:
        try:
            with safe_open(path, "np") as segment:
                stored, kept_keys = segment.get_tensor("features"), segment.get_tensor("keys")
                refusals = segment.metadata() or {}
        except (SafetensorError, KeyError, OSError):
            continue
        if stored.shape[1:] != features.shape[1:] or kept_keys.shape != (len(stored), _KEY_BYTES):
            continue
        for position, key in enumerate(map(bytes, kept_keys)):
            if (place := place_of.get(key)) is not None and absent_K[place]:
                absent_K[place] = False
                features[first_K[place]] = stored[position]
                if key.hex() in refusals:
                    refused[place] = refusals[key.hex()]
        let_go()
    return absent_K, refused


def _keep(directory: Path | None, keys: list[bytes], features: NDArray[np.float16], refused: Mapping[bytes, str]) -> None:
    if directory is None or not keys:
        return
    place = directory / f"{hashlib.sha256(b''.join(keys)).hexdigest()[:16]}.safetensors"
    table = torch.from_numpy(np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, _KEY_BYTES).copy())
    with replacing(place, to_disk=False) as staging, as_any(staging):
        save_file({"keys": table, "features": torch.from_numpy(features)}, staging, {key.hex(): why for key, why in refused.items()})
