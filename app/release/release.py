"""A loaded release: a bundle and the snapshot that was made with it, checked and warmed before it serves.

A request takes the release once and keeps it to its end; ``Serving`` replaces it by one assignment.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch

from app.ground import compute  # noqa: F401 - torch before faiss
from app.ground.errors import HomeError
from app.ground.parts import IndexSettings
from app.home.images import ImageStore
from app.home.store import ReleaseRecord, ReleaseStore
from app.release.kept_traits import traits_of
from app.release.photo_encoder import PhotoEncoder
from app.release.traits import Traits
from app.release.variants import group_of
from index.backends.base import IntArray
from index.backends.registry import Choice
from index.delta import Overlay
from index.snapshot import Snapshot
from index.stock import can_be_bought
from models.bundle import Bundle
from models.datasets.garments import role_of
from models.datasets.labels import PieceLabels
from models.datasets.schema import Catalogue
from models.encoders.features import FloatArray
from models.precision import CPU
from models.progress import Progress, silent

_ENOUGH: Final = 1_000  # items of a category that tell what it is worn as
_CHECKED_ROWS: Final = 16
_TOLERANCE: Final = 1e-3
_SAID: Final = ("brand", "currency", "url")  # by attributes, where the columns do not


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueItem:
    """One item of the catalogue.

    Attributes:
        in_stock: whether it can be bought, by itself and by its sizes; None is not known.
        image: the name of its stored picture. extras: a JSON object, as text.
    """

    id: str
    category: str
    subcategory: str | None
    title: str | None
    attributes: Mapping[str, str | Sequence[str]]
    price: float | None
    brand: str | None
    in_stock: bool | None
    image: str | None
    currency: str | None = None
    url: str | None = None
    group_id: str | None = None
    sale_price: float | None = None
    sizes: Sequence[Mapping[str, Any]] | None = None
    images: Sequence[str] | None = None
    created: str | None = None
    extras: str | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Release:
    """A bundle and its snapshot at work; catalogue changes since the snapshot lie over it."""

    record: ReleaseRecord
    bundle: Bundle
    snapshot: Snapshot | Overlay
    images: ImageStore
    encoder: PhotoEncoder
    traits: Traits

    @property
    def id(self) -> str:
        """The release's id, as every answer names it."""
        return self.record.id

    @classmethod
    def open(
        cls,
        store: ReleaseStore,
        record: ReleaseRecord,
        index: IndexSettings | None = None,
        device: torch.device = CPU,
        *,
        later: bool = False,
        progress: Progress = silent,
    ) -> Release:
        """Load a release onto a device, check it and warm it.

        Args:
            index: which backend searches which category; None: by its size and the device.
            device: where the bundle and its encoder compute.
            later: build the index of a category when it is first searched: for a check, and not to serve.

        Raises:
            VectorIndexError: there is no such backend.
            BundleError, SnapshotError: a file is missing, altered or of another bundle; the message names it.
            HomeError: bundle and snapshot load, but do not belong together; or they cannot be had, see ``ReleaseStore.bring``.
        """
        store.bring(record)
        bundle = Bundle.load(store.bundle_path(record.bundle)).to(device)
        manifest = bundle.manifest
        path = store.snapshot_path(record.snapshot)
        choice = Choice(backend=index.backend, categories=index.categories, device=str(device)) if index else Choice(device=str(device))

        def asked(outfits: Sequence[FloatArray], categories: Sequence[Sequence[str]], category: str) -> FloatArray:
            return bundle.queries(bundle.outfits(outfits, categories), [category] * len(outfits))

        fingerprint = manifest.encoder.fingerprint
        snapshot = Snapshot.load(path, bundle_id=bundle.id, encoder_fingerprint=fingerprint, choice=choice, asked=asked, later=later)
        release = cls(
            record=record,
            bundle=bundle,
            snapshot=snapshot,
            images=store.images,
            encoder=PhotoEncoder(bundle.encoder_spec, manifest.encoder, device),
            traits=traits_of(path, snapshot, progress),
        )
        release._check(path)
        return release

    @property
    def searched(self) -> Mapping[str, int]:
        """Index backend -> number of items that it searches, of the snapshot; what was changed since is scanned."""
        snapshot, counts = self.snapshot.base if isinstance(self.snapshot, Overlay) else self.snapshot, Counter[str]()
        for category, backend in snapshot.backends.items():
            counts[backend] += snapshot.sizes[category]
        return dict(sorted(counts.items()))

    def items(self, rows: Sequence[int] | IntArray) -> list[CatalogueItem]:
        """The items of rows."""
        taken = self.snapshot.take(rows)
        said = [name for name, column in zip(taken.column_names, taken.columns, strict=True) if column.null_count < len(column)]
        return [_item(values) for values in taken.select(said).to_pylist()]

    def said(self, row: int, names: Sequence[str]) -> CatalogueItem:
        """What these columns say of the item of one row, and nothing else of it."""
        return _item(self.snapshot.values(row, names))

    def item(self, row: int) -> CatalogueItem:
        """The item of one row; brand, currency, link and group are columns or attributes."""
        return self.items([row])[0]

    def texts(self, rows: Sequence[int | None]) -> list[str]:
        """All words of the items of rows (``item_text``); none where there is no row."""
        known = [row for row in rows if row is not None]
        read = iter(Catalogue(self.snapshot.take(known)).texts() if known else ())
        return ["" if row is None else next(read) for row in rows]

    def category_of(self, row: int) -> str:
        """The category of one row."""
        return self.snapshot.category_of(row)

    def worn_as(self, category: str) -> str | None:
        """The role of most items of a category, as its first ones tell; of one without items, what its name says."""
        return self._most_of(category, lambda labels: labels.role) if category in self.snapshot.sizes else role_of(category)

    def kind_of(self, category: str) -> str | None:
        """Likewise of what kind most items of a category are (``PieceLabels.kind``)."""
        return self._most_of(category, lambda labels: labels.kind) if category in self.snapshot.sizes else None

    def place_of(self, category: str) -> str | None:
        """Likewise what most items of a category take the place of (``PieceLabels.place``)."""
        return self._most_of(category, lambda labels: labels.place) if category in self.snapshot.sizes else role_of(category)

    def _most_of(self, category: str, said: Callable[[PieceLabels], str | None]) -> str | None:
        counts_L, roles = np.bincount(self.traits.label_N[self.snapshot.rows_in(category)[:_ENOUGH]]), Counter[str | None]()
        for place in np.flatnonzero(counts_L):
            roles[said(self.traits.labels[place])] += int(counts_L[place])
        return max(roles, key=roles.__getitem__, default=None)

    def embed_rows(self, rows: Sequence[int]) -> FloatArray:
        """Embeddings of catalogue rows, ``(n, D)``, computed now from their kept features."""
        catalogue = Catalogue(self.snapshot.take(rows))
        features_NF = np.asarray(self.snapshot.features[list(rows)], dtype=np.float32)
        return self.bundle.embed(features_NF, catalogue.categories, catalogue.texts(), catalogue.ids)

    def _check(self, path: object) -> None:
        """Check that rows spread over the catalogue embed as they did when it was indexed; this warms the model, too."""
        rows = np.unique(np.linspace(0, self.snapshot.manifest.count - 1, _CHECKED_ROWS).astype(int))
        if not np.allclose(self.embed_rows(rows.tolist()), self.snapshot.embeddings(rows), atol=_TOLERANCE):
            msg = f"{path}: bundle {self.bundle.id} embeds these items otherwise now; publish the bundle again"
            raise HomeError(msg)
        worn = self.bundle.outfits([self.snapshot.embeddings(rows[:1])], [[self.category_of(rows[0])]])
        fewest = min(self.snapshot.categories, key=self.snapshot.sizes.__getitem__)  # whose index may have to be built for this
        query_1D = self.bundle.queries(worn, [fewest])
        self.bundle.rank(worn, self.snapshot.embeddings(rows)[None], [[self.category_of(row) for row in rows]])
        self.bundle.score(worn)
        self.snapshot.search(fewest, query_1D, 1)
        for coordinate, codes_K in self.bundle.met_with(self.snapshot.embeddings(rows[:1])).items():
            self.snapshot.rows_with(coordinate, codes_K)


def _item(row: Mapping[str, Any]) -> CatalogueItem:
    """The item of a row of the table, of the columns that say something; brand, currency, link and group are columns or attributes."""
    attributes = json.loads(row["attributes"]) if row.get("attributes") else {}
    values: dict[str, Any] = {name: row.get(name) for name in CatalogueItem.__slots__}
    said = {name: attributes.get(name) for name in _SAID if not values.get(name)}
    values |= {name: value for name, value in said.items() if isinstance(value, str)}
    sizes = json.loads(row["sizes"]) if row.get("sizes") else None
    values |= {"attributes": attributes, "sizes": sizes}
    values["in_stock"] = can_be_bought(row.get("in_stock"), [one.get("in_stock") for one in sizes or ()])
    return CatalogueItem(**{**values, "group_id": group_of(row, attributes)})
