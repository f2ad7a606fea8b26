"""A snapshot: an indexed catalogue as an immutable directory.

manifest.json            id, bundle id, encoder fingerprint, counts, sha256 of every file
items.parquet            N rows: id, category, subcategory, title, attributes (JSON), price, brand, in_stock, image (name of the stored
                         picture or null), url, currency, sale_price, group_id, sizes (JSON), images (addresses), created, extras (JSON),
                         and any other columns that the writer was given; what an older snapshot lacks is null
features.npy             (N, F) float16, memory-mapped
embeddings.npy           (N, D) float32, memory-mapped: the vectors of the categories' indexes
cache/                   vectors of large categories and indexes that are slow to build; not part of the content (``index.cache``)

Shape legend: N rows · F features · D embedding size · B queries · k results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from index.backends.base import FloatArray, IntArray, VectorIndex, as_vectors
from index.backends.later import LaterIndex
from index.backends.registry import Choice, used
from index.cache import open_index, open_vectors
from index.category_index import CategoryIndex
from index.columns import Columns, rows_by_value, values_of
from index.errors import SnapshotError
from index.format1 import read_embeddings
from index.ids import RowOfId, Rows
from index.manifest import AGAIN, FEATURES, ITEMS, MENDED, SNAPSHOT, Format1, SnapshotManifest
from index.matrices import agree, halves, let_go, mapped, write_matrix
from sealed.directories import staged
from sealed.errors import SealedError
from sealed.tables import in_a_file

ITEM_COLUMNS: Final = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("category", pa.string()),
        pa.field("subcategory", pa.string()),
        pa.field("title", pa.string()),
        pa.field("attributes", pa.string()),
        pa.field("price", pa.float64()),
        pa.field("brand", pa.string()),
        pa.field("in_stock", pa.bool_()),
        pa.field("image", pa.string()),
        pa.field("url", pa.string()),
        pa.field("currency", pa.string()),
        pa.field("sale_price", pa.float64()),
        pa.field("group_id", pa.string()),
        pa.field("sizes", pa.string()),
        pa.field("images", pa.list_(pa.string())),
        pa.field("created", pa.string()),
        pa.field("extras", pa.string()),
    ]
)
_EMBEDDINGS: Final = "embeddings.npy"
_WORN: Final = 3
_ASKED: Final = 96
_MATRIX: Final = 2

Asked = Callable[[Sequence[FloatArray], Sequence[Sequence[str]], str], FloatArray]
"""The queries that are asked of a category for outfits: the embeddings of each, ``(I, D)``, and its categories."""


class Snapshot(CategoryIndex):
    """A loaded snapshot: the index of its categories, and what else it holds of the same rows, which are positions in ``items``.

    Attributes:
        features: ``(N, F)``, memory-mapped and read-only; a bundle takes ``features[rows].astype(np.float32)``.
        row_of: item id -> row.
        columns: the filters; ``search`` takes their masks.
        backends: category -> what searches it.
    """

    def __init__(
        self,
        manifest: SnapshotManifest,
        items: pa.Table,
        features_NF: NDArray[np.float16],
        rows: Mapping[str, IntArray],
        indexes: Mapping[str, VectorIndex],
        embeddings_ND: FloatArray,
        backends: Mapping[str, str],
    ) -> None:
        super().__init__(rows, indexes, embeddings_ND)
        self.manifest, self.items, self.features, self.backends = manifest, items, features_NF, backends
        self.row_of: Rows = RowOfId(items.column("id"))
        self.columns = Columns(items, self.row_of)

    @classmethod
    def write(
        cls,
        directory: Path,
        *,
        items: pa.Table,
        features_NF: FloatArray | NDArray[np.float16],
        embeddings_ND: FloatArray | Iterable[FloatArray],
        bundle_id: str,
        encoder_fingerprint: str,
        encoder_spec: str = "",
    ) -> SnapshotManifest:
        """Write a snapshot; it appears under its name only when complete, and is never written over.

        Args:
            items: N rows with ``id`` and ``category``; other columns of ``ITEM_COLUMNS`` that it lacks are null, further ones are kept.
            embeddings_ND: all of them, or in parts one after the other, of which one is in memory at a time.

        Raises:
            SnapshotError: rows disagree in number, an id occurs twice or is missing, a column has another type, attributes are no JSON
                object of strings, the directory is not empty, or the disk refuses.
            VectorError: a vector is not finite (in float16, for features).
        """
        table = item_table(items)
        parts: Iterable[FloatArray] = embeddings_ND
        shapes: tuple[tuple[int, ...], ...] = (np.shape(features_NF), (table.num_rows,))
        if isinstance(embeddings_ND, np.ndarray):
            parts, shapes = [as_vectors(embeddings_ND, "embeddings")], (shapes[0], embeddings_ND.shape)
        if len(shapes[0]) != _MATRIX or not shapes[0][0] == shapes[1][0] == table.num_rows:
            msg = f"{table.num_rows} items, features of shape {shapes[0]}, embeddings of {shapes[1]}: one row each"
            raise SnapshotError(msg)
        Columns(table, RowOfId(table.column("id")))  # refuses here what could not be loaded again
        if directory.is_dir() and any(directory.iterdir()):
            msg = f"{directory}: exists already, and a snapshot is never written over; choose another directory"
            raise SnapshotError(msg)
        sizes = {category: len(members) for category, members in rows_by_value(table.column("category").combine_chunks()).items()}
        try:
            with staged(directory) as staging:
                pq.write_table(table, staging / ITEMS, compression="zstd")
                write_matrix(staging / FEATURES, "<f2", halves(features_NF), table.num_rows)
                checked = (as_vectors(part, "embeddings") for part in parts)
                size = write_matrix(staging / _EMBEDDINGS, "<f4", checked, table.num_rows)
                manifest = SnapshotManifest(
                    bundle=bundle_id,
                    encoder_spec=encoder_spec,
                    encoder_fingerprint=encoder_fingerprint,
                    count=int(table.num_rows),
                    feature_size=int(features_NF.shape[1]),
                    embedding_size=size,
                    categories=dict(sorted(sizes.items())),
                )
                return SNAPSHOT.put(staging, manifest)
        except OSError as error:
            msg = f"{directory}: the snapshot cannot be written ({error.strerror or error}); see that there is room, and that it may be"
            raise SnapshotError(msg) from error

    @classmethod
    def load(
        cls,
        directory: Path,
        *,
        bundle_id: str | None = None,
        encoder_fingerprint: str | None = None,
        choice: Choice | None = None,
        asked: Asked | None = None,
        later: bool = False,
    ) -> Snapshot:
        """Read a snapshot, checking every file's sha256 and that it belongs to this bundle and encoder.

        Args:
            choice: the backend of each category; None: by its size, on the CPU.
            asked: what tells the queries by which an approximate index is tuned.
            later: scan a category exactly, once it is searched, whatever the choice, and leave the items in a file: for a single look.

        Raises:
            SnapshotError: something is missing, altered or belongs to another bundle; the message names it.
        """
        manifest = _sound(directory)
        if bundle_id is not None and bundle_id != manifest.bundle:
            msg = (
                f"{directory}: made with bundle {manifest.bundle}, not {bundle_id}; publish the bundle again to embed the catalogue with it"
            )
            raise SnapshotError(msg)
        if encoder_fingerprint is not None and encoder_fingerprint != manifest.encoder_fingerprint:
            msg = f"{directory}: encoded by {manifest.encoder_fingerprint}, not {encoder_fingerprint}; {AGAIN} with this encoder"
            raise SnapshotError(msg)
        choice = choice or Choice()
        try:
            table = item_table(_mapped(directory) if later else _combined(pq.read_table(directory / ITEMS, partitioning=None)))
            rows = rows_by_value(table.column("category").combine_chunks())
            agree(directory / ITEMS, {name: len(members) for name, members in rows.items()}, dict(manifest.categories))
            features = mapped(directory / FEATURES, "float16", (manifest.count, manifest.feature_size))
            embeddings = (
                read_embeddings(directory, manifest, rows)
                if isinstance(manifest, Format1)
                else mapped(directory / _EMBEDDINGS, "float32", (manifest.count, manifest.embedding_size))
            )

            def opened(category: str) -> tuple[VectorIndex, str]:
                """The index of a category, and what is said of it."""
                name = "flat" if later else choice.of(category, len(rows[category]))
                vectors = open_vectors(directory, manifest.id, category, rows[category], embeddings)
                queries = asked and _queries(asked, table, embeddings, category)
                index = open_index(directory, manifest.id, category, name, choice.backend_of(name), vectors, queries)
                if other := choice.instead(category, index):
                    name, index = other, open_index(directory, manifest.id, category, other, choice.backend_of(other), vectors)
                let_go(embeddings)
                let_go(vectors)
                return index, used(name, index)

            indexes, backends = dict[str, VectorIndex](), dict[str, str]()
            for category, members in rows.items():
                if later:
                    indexes[category] = LaterIndex(len(members), partial(lambda name: opened(name)[0], category))
                    backends[category] = "flat"
                else:
                    indexes[category], backends[category] = opened(category)
            return cls(manifest, table, features, rows, indexes, embeddings, backends)
        except (OSError, ValueError, LookupError, TypeError, EOFError, pa.ArrowException) as error:
            msg = f"{directory}: its files contradict its manifest ({str(error).splitlines()[0] if str(error) else error!r}); {MENDED}"
            raise SnapshotError(msg) from error

    def take(self, rows: Sequence[int] | IntArray) -> pa.Table:
        """Rows of ``items``, in this order."""
        return self.items.take(pa.array(rows, pa.int64()))

    def values(self, row: int, names: Sequence[str]) -> dict[str, Any]:
        """What some columns of ``items`` say of a row; see ``values_of``."""
        return values_of(self.items, row, names)

    @property
    def rows(self) -> IntArray:
        """The rows of all items, ascending."""
        return np.arange(self.count)

    @property
    def sizes(self) -> Mapping[str, int]:
        """Category -> number of items."""
        return self.manifest.categories


def item_table(items: pa.Table) -> pa.Table:
    """The items with every column of ``ITEM_COLUMNS`` first, in its type.

    Raises:
        SnapshotError: a column has another type, or an item has no id or category.
    """
    columns, names = [], ITEM_COLUMNS.names
    for field in ITEM_COLUMNS:
        try:
            present = field.name in items.column_names
            columns.append(items.column(field.name).cast(field.type) if present else pa.nulls(items.num_rows, field.type))
        except pa.ArrowException as error:
            msg = f"items: column {field.name!r} is {items.schema.field(field.name).type}, a snapshot holds {field.type}"
            raise SnapshotError(msg) from error
    extra = [name for name in items.column_names if name not in names]
    table = pa.table([*columns, *(items.column(name) for name in extra)], names=[*names, *extra])
    for name in ("id", "category"):
        if table.column(name).null_count:
            row = table.column(name).is_null().to_pylist().index(True)
            msg = f"items: row {row} has no {name}; give every item one"
            raise SnapshotError(msg)
    return table


def _combined(table: pa.Table) -> pa.Table:
    """The table in one chunk, as taking rows would make it each time; column by column, so that it is not there twice meanwhile."""
    for place, field in enumerate(table.schema):
        table = table.set_column(place, field, table.select([place]).combine_chunks().column(0))
    return table


def _mapped(directory: Path) -> pa.Table:
    """The same, in a file without a name; a column at a time is in memory."""

    def columns() -> Iterator[pa.Table]:
        for name in pq.read_schema(directory / ITEMS).names:
            yield _combined(pq.read_table(directory / ITEMS, columns=[name], partitioning=None))
            pa.default_memory_pool().release_unused()

    try:
        parts = in_a_file(columns(), directory)
    except OSError:  # it may not be written to
        return _combined(pq.read_table(directory / ITEMS, partitioning=None))
    return pa.table({part.column_names[0]: part.column(0) for part in parts})


def _queries(asked: Asked, table: pa.Table, embeddings_ND: FloatArray, category: str) -> Callable[[], FloatArray]:
    """What tells the queries of some outfits of any items."""

    def queries() -> FloatArray:
        rows = np.random.default_rng(0).integers(0, len(embeddings_ND), (_ASKED, _WORN))
        names = [table.column("category").take(pa.array(some)).to_pylist() for some in rows]
        return asked([embeddings_ND[some] for some in rows], names, category)

    return queries


def _sound(directory: Path) -> SnapshotManifest:
    """Read the manifest of a snapshot, and check all its files against it."""
    try:
        manifest = SNAPSHOT.read(directory)
        SNAPSHOT.check(directory, manifest)
    except SealedError as error:
        raise SnapshotError(error.mended_by(MENDED)) from error
    return manifest
