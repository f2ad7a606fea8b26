"""The manifest of a snapshot, and the check of the snapshot's files against it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
from pydantic import TypeAdapter, ValidationError

from index.errors import SnapshotError

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
AGAIN: Final = "import the catalogue again"

_PLAIN_CATEGORY: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_INDEX_FILE: Final = re.compile(r"index/[a-z0-9][a-z0-9_-]{0,39}(\.[0-9a-f]{16})?\.faiss")
_ID_LENGTH: Final = 16


@dataclass(frozen=True, kw_only=True)
class SnapshotManifest:
    """What a snapshot says of itself.

    Attributes:
        id: the first 16 hex digits of the sha256 of everything here but ``id`` and ``created``: equal content, equal id.
        bundle: id of the bundle that made the embeddings.
        encoder_fingerprint: of the encoder that made the features.
        categories: category -> number of items.
        indexes: category -> name of its index file.
        files: name -> sha256.
        created: when, ISO 8601, UTC.
    """

    id: str
    bundle: str
    encoder_fingerprint: str
    count: int
    feature_size: int
    embedding_size: int
    categories: Mapping[str, int]
    indexes: Mapping[str, str]
    files: Mapping[str, str]
    created: str
    format: int = FORMAT


_ADAPTER: Final = TypeAdapter(SnapshotManifest)


def index_file(category: str) -> str:
    """The file of a category's index: safe and unlike any other's whatever the category is called.

    >>> index_file("tops")
    'index/tops.faiss'
    >>> index_file("T-Shirt & co")
    'index/t-shirt-co.f7f029317cf1841f.faiss'
    """
    if _PLAIN_CATEGORY.fullmatch(category):
        return f"index/{category}.faiss"
    readable = re.sub(r"[^a-z0-9]+", "-", category.lower()).strip("-")[:40] or "category"
    return f"index/{readable}.{hashlib.sha256(category.encode()).hexdigest()[:16]}.faiss"


def content_id(manifest: SnapshotManifest) -> str:
    """The id that the content of a manifest gives it."""
    body = asdict(manifest)
    del body["id"], body["created"]
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:_ID_LENGTH]


def write_manifest(directory: Path, manifest: SnapshotManifest) -> None:
    """Write it as ``manifest.json``, down to the disk."""
    with (directory / MANIFEST).open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, indent=1, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())


def read_manifest(directory: Path) -> SnapshotManifest:
    """Read ``manifest.json``.

    Raises:
        SnapshotError: missing, malformed, altered, or of a format this version does not read.
    """
    path = directory / MANIFEST
    try:
        content = path.read_bytes()
        body = json.loads(content)
    except FileNotFoundError as error:
        msg = f"{directory}: no snapshot here ({MANIFEST} is missing); {AGAIN}"
        raise SnapshotError(msg) from error
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror})"
        raise SnapshotError(msg) from error
    except (ValueError, RecursionError) as error:
        msg = f"{path}: not JSON; {AGAIN}"
        raise SnapshotError(msg) from error
    if isinstance(body, dict) and body.get("format") != FORMAT:
        msg = f"{path}: format {body.get('format')!r}, and this version reads {FORMAT}; {AGAIN} with this version"
        raise SnapshotError(msg)
    try:
        manifest = _ADAPTER.validate_json(content, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        msg = f"{path}: not a snapshot's manifest ({'.'.join(map(str, first['loc'])) or 'content'}: {first['msg']}); {AGAIN}"
        raise SnapshotError(msg) from error
    sound = set(manifest.indexes) == set(manifest.categories) and all(map(_INDEX_FILE.fullmatch, manifest.indexes.values()))
    if not sound or content_id(manifest) != manifest.id:
        msg = f"{path}: altered (its content does not give the id {manifest.id!r}); {AGAIN}"
        raise SnapshotError(msg)
    return manifest


def checked_buffer(directory: Path, manifest: SnapshotManifest, name: str) -> pa.Buffer:
    """The content of a file of the snapshot, exactly as it was written.

    It lies in Arrow's memory: of a buffer of Python's, one of Arrow's threads may let go last, and if Python is just ending by then,
    that aborts the process ("terminate called without an active exception").

    Raises:
        SnapshotError: missing, unreadable or altered; the message names it.
    """
    try:
        with (directory / name).open("rb") as file:
            content = pa.allocate_buffer(os.fstat(file.fileno()).st_size)
            file.readinto(memoryview(content))
    except OSError as error:
        raise _unreadable(directory / name, error) from error
    _same(directory / name, hashlib.sha256(content).hexdigest(), manifest.files.get(name))
    return content


def check_file(directory: Path, manifest: SnapshotManifest, name: str) -> Path:
    """The path of a file of the snapshot that is too large to be read whole; refuses as ``checked_buffer`` does."""
    try:
        digest = file_sha256(directory / name)
    except OSError as error:
        raise _unreadable(directory / name, error) from error
    _same(directory / name, digest, manifest.files.get(name))
    return directory / name


def file_sha256(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _same(path: Path, digest: str, expected: str | None) -> None:
    if expected is None:
        msg = f"{path}: the manifest does not list it; {AGAIN}"
        raise SnapshotError(msg)
    if digest != expected:
        msg = f"{path}: corrupted (its sha256 is not the manifest's); {AGAIN}"
        raise SnapshotError(msg)


def _unreadable(path: Path, error: OSError) -> SnapshotError:
    if isinstance(error, FileNotFoundError):
        return SnapshotError(f"{path}: missing from the snapshot; {AGAIN}")
    return SnapshotError(f"{path}: cannot be read ({error.strerror}); {AGAIN}")
