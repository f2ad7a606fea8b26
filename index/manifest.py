"""The manifest of a snapshot: ``manifest.json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic.dataclasses import dataclass

from sealed.manifest import STRICT, Manifest, Seal

ITEMS: Final = "items.parquet"
FEATURES: Final = "features.npy"
AGAIN: Final = "import the catalogue again"
MENDED: Final = f"{AGAIN}, serve another release (`attire releases rollback`), or restore a backup"
"""What to do about a snapshot that is not what was written."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SnapshotManifest(Manifest):
    """The manifest of a snapshot.

    Attributes:
        bundle: id of the bundle that made the embeddings.
        encoder_spec, encoder_fingerprint: of the encoder that made the features.
        categories: category -> number of items.
    """

    bundle: str
    encoder_spec: str = ""
    encoder_fingerprint: str
    count: int
    feature_size: int
    embedding_size: int
    categories: Mapping[str, int]

    @property
    def catalogue(self) -> str:
        """What is the same in every snapshot of these items with these features, whichever bundle embeds them."""
        return " ".join((self.encoder_fingerprint, *(self.files.get(name, "") for name in (ITEMS, FEATURES))))


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Format1(SnapshotManifest):
    """The manifest of format 1: embeddings lie in ``indexes``, category -> name of its FAISS file; see ``index.format1``."""

    indexes: Mapping[str, str]


SNAPSHOT: Final = Seal(kind="snapshot", manifest=SnapshotManifest, format=2, older={1: Format1}, separators=(",", ":"))
