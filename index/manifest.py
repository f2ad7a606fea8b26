"""The manifest of a snapshot: ``manifest.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Final

from pydantic.dataclasses import dataclass

from sealed.manifest import STRICT, Seal

FORMAT: Final = 2
AGAIN: Final = "import the catalogue again"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SnapshotManifest:
    """The manifest of a snapshot.

    Attributes:
        bundle: id of the bundle that made the embeddings.
        encoder_spec, encoder_fingerprint: of the encoder that made the features.
        categories: category -> number of items.
        files: name -> sha256.
        id: equal content, equal id.
        created: when, ISO 8601, UTC.
    """

    bundle: str
    encoder_spec: str = ""
    encoder_fingerprint: str
    count: int
    feature_size: int
    embedding_size: int
    categories: Mapping[str, int]
    files: Mapping[str, str] = field(default_factory=dict)
    id: str = ""
    created: str = ""
    format: int = FORMAT


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Format1(SnapshotManifest):
    """The manifest of format 1: embeddings lie in ``indexes``, category -> name of its FAISS file; see ``index.format1``."""

    indexes: Mapping[str, str]


SNAPSHOT: Final = Seal(kind="snapshot", manifest=SnapshotManifest, format=FORMAT, older={1: Format1}, separators=(",", ":"))
