"""A release, loaded: a bundle and the snapshot that was made with it, checked and warmed before it serves.

A request takes the release once and keeps it to its end; ``Serving`` publishes another by one assignment.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from app import compute  # noqa: F401 - torch before faiss
from app.errors import HomeError, NoEncoderError, NotReadyError
from app.images import ImageStore
from app.store import ReleaseRecord, ReleaseStore
from index.delta import Overlay
from index.snapshot import Snapshot
from models.bundle import Bundle
from models.datasets.schema import Catalogue
from models.encoders.base import Encoder, FloatArray
from models.encoders.load import load_encoder
from models.encoders.own import OWN
from models.encoders.words import WordMatrix
from models.errors import EncoderError

_CHECKED_ROWS: Final = 16
_TOLERANCE: Final = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueItem:
    """One product; ``image`` is the name of its stored picture."""

    id: str
    category: str
    subcategory: str | None
    title: str | None
    attributes: Mapping[str, str | Sequence[str]]
    price: float | None
    brand: str | None
    in_stock: bool | None
    image: str | None


class PhotoEncoder:
    """The bundle's encoder, loaded beside the first requests: most shops send ids only, so nobody waits for it."""

    def __init__(self, spec: str, fingerprint: str) -> None:
        self._spec, self._fingerprint = spec, fingerprint
        self._lock = threading.Lock()
        self._encoder: Encoder | None = None

    def encode(self, images: Sequence[bytes | None], titles: Sequence[str | None]) -> FloatArray:
        """Encode photos and titles of strangers, ``(N, F)``.

        Raises:
            NoEncoderError: the catalogue brought its own features, so nothing here can make more of them.
            EncoderError: the encoder cannot be had, or gives other features than the catalogue's.
            ImageError: a picture cannot be used.
        """
        if self._spec == OWN:
            msg = "this catalogue brought its own features, so a photo or title cannot be compared with it; send item ids"
            raise NoEncoderError(msg)
        return self._loaded().encode(images, titles)

    def words(self) -> WordMatrix:
        """The words that the encoder can say of a picture.

        Raises:
            NoEncoderError: it knows none, or the catalogue brought its own features.
            EncoderError: the encoder cannot be had.
        """
        known = None if self._spec == OWN else self._loaded().words()
        if known is None:
            msg = "this catalogue's encoder knows no words; publish a release whose encoder was trained with words, or reads them"
            raise NoEncoderError(msg)
        return known

    def knows_a_word_of(self, text: str) -> bool:
        """Whether it was taught any word of a text; always, where it keeps no list of what it was taught."""
        known = self._loaded().words()
        return known is None or known.meaning(text) is not None

    def warm(self) -> None:
        """Load the encoder before the first photo comes; where it cannot be had, the first photo tells why."""
        if self._spec != OWN:
            with suppress(EncoderError):
                self._loaded().words()

    def _loaded(self) -> Encoder:
        with self._lock:
            self._encoder = self._encoder or self._load()
            return self._encoder

    def _load(self) -> Encoder:
        encoder = load_encoder(self._spec)
        if encoder.fingerprint != self._fingerprint:
            msg = (
                f"encoder {self._spec} has fingerprint {encoder.fingerprint} here, but the catalogue was encoded by {self._fingerprint}; "
                "install the same weights, or import the catalogue into a fresh home"
            )
            raise EncoderError(msg)
        return encoder


@dataclass(frozen=True, eq=False, kw_only=True)
class Release:
    """A bundle and its snapshot at work, with what changed in the catalogue since laid over the snapshot."""

    record: ReleaseRecord
    bundle: Bundle
    snapshot: Snapshot | Overlay
    images: ImageStore
    encoder: PhotoEncoder

    @property
    def id(self) -> str:
        """The release's id, as every answer names it."""
        return self.record.id

    @classmethod
    def open(cls, store: ReleaseStore, record: ReleaseRecord) -> Release:
        """Load a release, check it and warm it.

        Raises:
            BundleError, SnapshotError: a file is missing, altered or of another bundle; the message names it.
            HomeError: bundle and snapshot load, but do not belong together.
        """
        bundle = Bundle.load(store.bundle_path(record.bundle))
        manifest = bundle.manifest
        path = store.snapshot_path(record.snapshot)
        snapshot = Snapshot.load(path, bundle_id=bundle.id, encoder_fingerprint=manifest.encoder_fingerprint)
        release = cls(
            record=record,
            bundle=bundle,
            snapshot=snapshot,
            images=store.images,
            encoder=PhotoEncoder(bundle.encoder_spec, manifest.encoder_fingerprint),
        )
        release._check(path)
        return release

    def item(self, row: int) -> CatalogueItem:
        """What the catalogue says of one row."""
        values: dict[str, Any] = {name: self.snapshot.items.column(name)[row].as_py() for name in CatalogueItem.__slots__}
        values["attributes"] = json.loads(values["attributes"]) if values["attributes"] else {}
        return CatalogueItem(**values)

    def category_of(self, row: int) -> str:
        """The category of one row."""
        return self.snapshot.category_of(row)

    def embed_rows(self, rows: Sequence[int]) -> FloatArray:
        """Embeddings of catalogue rows, computed anew from their kept features, ``(n, D)``."""
        catalogue = Catalogue(self.snapshot.items.take(list(rows)))
        features_NF = np.asarray(self.snapshot.features[list(rows)], dtype=np.float32)
        return self.bundle.embed(features_NF, catalogue.categories, catalogue.texts(), catalogue.ids)

    def _check(self, path: object) -> None:
        """The canonical vectors: rows spread over the catalogue embed now as they did when it was indexed. This warms the model too."""
        rows = np.unique(np.linspace(0, self.snapshot.manifest.count - 1, _CHECKED_ROWS).astype(int))
        if not np.allclose(self.embed_rows(rows.tolist()), self.snapshot.embeddings(rows), atol=_TOLERANCE):
            msg = f"{path}: bundle {self.bundle.id} embeds these items otherwise now; publish the bundle again"
            raise HomeError(msg)
        worn = self.bundle.outfits([self.snapshot.embeddings(rows[:1])], [[self.category_of(rows[0])]])
        query_1D = self.bundle.queries(worn, [self.snapshot.categories[0]])
        self.bundle.rank(worn, self.snapshot.embeddings(rows)[None], [[self.category_of(row) for row in rows]])
        self.bundle.score(worn)
        self.snapshot.search(self.snapshot.categories[0], query_1D, 1)


class Serving:
    """The release that is served; replaced by one assignment, so that a request sees one or the other, never half of each."""

    def __init__(self, release: Release | None = None, why_not: str = "no release is loaded yet") -> None:
        self._release, self._why_not = release, why_not

    def publish(self, release: Release) -> None:
        """Serve this release from the next request on."""
        self._release = release

    @property
    def ready(self) -> bool:
        """Whether there is a release."""
        return self._release is not None

    def current(self) -> Release:
        """The release that a request keeps to its end.

        Raises:
            NotReadyError: there is none.
        """
        if self._release is None:
            raise NotReadyError(self._why_not)
        return self._release
