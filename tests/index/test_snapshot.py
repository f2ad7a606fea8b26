"""Snapshots: what is written is what is read, and everything damaged is refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from index import cache
from index.backends import registry
from index.backends.base import Backend, FloatArray
from index.backends.registry import Choice
from index.columns import Filter
from index.errors import SnapshotError, VectorError
from index.manifest import SNAPSHOT, SnapshotManifest
from index.matrices import write_matrix
from index.snapshot import ITEM_COLUMNS, Snapshot
from tests.index.odd import ODD


def items(categories: list[str]) -> pa.Table:
    """A small catalogue with a price each."""
    count = len(categories)
    return pa.table({"id": [f"i{n}" for n in range(count)], "category": categories, "price": [float(n) for n in range(count)]})


def write(directory: Path, categories: list[str] | None = None, **changed: Any) -> SnapshotManifest:
    """Write a snapshot of these categories, by default three tops and two shoes."""
    categories = ["tops", "shoes", "tops", "shoes", "tops"] if categories is None else categories
    rng = np.random.default_rng(0)
    given: dict[str, Any] = {
        "items": items(categories),
        "features_NF": rng.standard_normal((len(categories), 6)).astype(np.float32),
        "embeddings_ND": rng.standard_normal((len(categories), 4)).astype(np.float32),
        "bundle_id": "b1",
        "encoder_fingerprint": "e1",
    }
    return Snapshot.write(directory, **{**given, **changed})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A snapshot on disk."""
    write(tmp_path / "s")
    return tmp_path / "s"


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Items, features, embeddings, categories and the manifest come back."""
    rng = np.random.default_rng(3)
    features, embeddings = rng.standard_normal((5, 6)).astype(np.float32), rng.standard_normal((5, 4)).astype(np.float32)
    manifest = write(tmp_path / "new" / "s", features_NF=features, embeddings_ND=embeddings)
    snapshot = Snapshot.load(tmp_path / "new" / "s", bundle_id="b1", encoder_fingerprint="e1")
    assert snapshot.manifest == manifest
    assert manifest.categories == {"shoes": 2, "tops": 3}
    assert snapshot.row_of == {f"i{n}": n for n in range(5)}
    assert snapshot.items.schema.names == ITEM_COLUMNS.names
    assert snapshot.categories == ("shoes", "tops")
    assert snapshot.rows_in("tops").tolist() == [0, 2, 4]
    np.testing.assert_array_equal(snapshot.embeddings([4, 1]), embeddings[[4, 1]])
    np.testing.assert_array_equal(snapshot.features, features.astype(np.float16))
    assert isinstance(snapshot.features, np.memmap)
    assert not snapshot.features.flags.writeable
    kept = np.load(tmp_path / "new" / "s" / "embeddings.npy")
    assert kept.dtype == np.float32
    np.testing.assert_array_equal(kept, embeddings)


def test_backends_and_mapped_vectors_answer_as_a_scan_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever searches a category, and wherever its vectors lie; it says which does."""
    rng = np.random.default_rng(8)
    count = 6_000
    table = pa.table({"id": [f"i{row}" for row in range(count)], "category": ["tops", "shoes"] * (count // 2)})
    embeddings, query = rng.standard_normal((count, 4)).astype(np.float32), rng.standard_normal((1, 4)).astype(np.float32)
    write(tmp_path / "s", items=table, features_NF=embeddings, embeddings_ND=embeddings)
    plain = Snapshot.load(tmp_path / "s")
    assert (plain.backends, list(tmp_path.glob("s/cache/*"))) == ({"shoes": "flat", "tops": "flat"}, [])
    monkeypatch.setattr(cache, "MAPPED_FROM", 1)
    monkeypatch.setattr(registry, "CODED_FROM", 3_000)
    for _ in range(2):
        found = Snapshot.load(tmp_path / "s", choice=Choice(categories={"tops": "flat"}))
        assert found.backends == {"shoes": "coded", "tops": "flat"}
        for category in ("shoes", "tops"):
            np.testing.assert_array_equal(found.search(category, query, 20)[1], plain.search(category, query, 20)[1])
    made = {path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("s/cache/*/*")}
    assert made == {"s/cache/coded-1/shoes", "s/cache/vectors-1/shoes", "s/cache/vectors-1/tops"}


def test_an_approximate_index_is_tuned_by_what_it_will_be_asked(tmp_path: Path) -> None:
    """By the queries of outfits of any items, for its category; once, as what came of it is kept."""
    rng, asked = np.random.default_rng(9), list[tuple[int, str]]()
    count = 10_000
    table = pa.table({"id": [f"i{row}" for row in range(count)], "category": ["tops", "shoes"] * (count // 2)})
    embeddings = rng.standard_normal((count, 4)).astype(np.float32)
    write(tmp_path / "s", items=table, features_NF=embeddings, embeddings_ND=embeddings)

    def queries(outfits: Sequence[FloatArray], categories: Sequence[Sequence[str]], category: str) -> FloatArray:
        assert {name for names in categories for name in names} == {"tops", "shoes"}
        assert {outfit.shape for outfit in outfits} == {(3, 4)}
        asked.append((len(outfits), category))
        return np.stack([outfit.mean(0) for outfit in outfits])

    for _ in range(2):
        found = Snapshot.load(tmp_path / "s", choice=Choice(categories={"tops": "pq"}), asked=queries)
    assert asked == [(96, "tops")]
    assert found.backends == {"shoes": "flat", "tops": "pq"}


def test_search_takes_the_masks_of_its_columns(path: Path) -> None:
    """Filter and search agree on what a row is."""
    snapshot = Snapshot.load(path)
    mask = snapshot.columns.selection(Filter(price_min=1, exclude=["i4"]))
    assert snapshot.search("tops", np.ones((1, 4), dtype=np.float32), 9, mask)[1].tolist() == [[2]]


def test_equal_content_has_an_equal_id(tmp_path: Path) -> None:
    """Writing twice gives one id; another bundle, item or vector another."""
    first = write(tmp_path / "a")
    assert len(first.id) == 16
    assert write(tmp_path / "b").id == first.id
    assert write(tmp_path / "c", bundle_id="b2").id != first.id
    assert write(tmp_path / "d", embeddings_ND=np.ones((5, 4))).id != first.id


def test_an_empty_catalogue_is_a_snapshot(tmp_path: Path) -> None:
    """No items: no categories, and it loads."""
    write(tmp_path / "s", [])
    snapshot = Snapshot.load(tmp_path / "s")
    assert (snapshot.categories, snapshot.features.shape, snapshot.embeddings([]).shape) == ((), (0, 6), (0, 4))


def test_a_category_may_be_called_anything(tmp_path: Path) -> None:
    """Separators, dots, NUL, long names, and names that differ by case."""
    write(tmp_path / "s", ODD)
    assert Snapshot.load(tmp_path / "s").categories == tuple(sorted(ODD))
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def test_further_columns_are_kept(tmp_path: Path) -> None:
    """A column this version does not know survives."""
    write(tmp_path / "s", ["tops"], items=items(["tops"]).append_column("season", pa.array(["Summer"])))
    assert Snapshot.load(tmp_path / "s").items.column("season").to_pylist() == ["Summer"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"features_NF": np.ones((4, 6))}, "5 items, features of shape"),
        ({"features_NF": np.ones(5)}, "5 items, features of shape"),
        ({"embeddings_ND": np.ones((6, 4))}, r"embeddings of \(6, 4\)"),
        ({"embeddings_ND": np.full((5, 4), np.nan)}, "embeddings: row 0 holds NaN"),
        ({"features_NF": np.diag([1.0, 1.0, 1e6, 1.0, 1.0])}, "features: row 2 holds"),
        ({"items": items(["tops"] * 5).set_column(0, "id", pa.array(["a", "b", "c", "b", "d"]))}, r"id 'b' occurs twice \(rows 1 and 3\)"),
        ({"items": items(["tops"] * 5).set_column(1, "category", pa.array(["a", None, "c", "b", "d"]))}, "row 1 has no category"),
        ({"items": items(["tops"] * 5).drop_columns("id")}, "row 0 has no id"),
        ({"items": items(["tops"] * 5).append_column("image", pa.array([{"path": "x"}] * 5))}, "column 'image' is struct"),
        ({"items": items(["tops"] * 5).append_column("attributes", pa.array(["nonsense"] * 5))}, "item 'i0'"),
    ],
)
def test_a_catalogue_that_is_not_whole_is_not_written(tmp_path: Path, changed: dict[str, Any], message: str) -> None:
    """Refused in one line, and nothing is left on the disk."""
    with pytest.raises((SnapshotError, VectorError), match=message):
        write(tmp_path / "s", **changed)
    assert list(tmp_path.iterdir()) == []


def test_a_snapshot_is_never_written_over(path: Path) -> None:
    """A snapshot that is there stays as it is."""
    with pytest.raises(SnapshotError, match="exists already"):
        write(path, ["bags"])
    assert Snapshot.load(path).categories == ("shoes", "tops")


def test_a_disk_that_refuses_is_one_typed_error(tmp_path: Path) -> None:
    """A file in place of the directory is refused."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SnapshotError, match="cannot be written"):
        write(tmp_path / "file" / "s")


def flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    """Lose the second half of a file, as a full disk would."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def become_directory(path: Path) -> None:
    """Be something that is no file."""
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("name", ["items.parquet", "features.npy", "embeddings.npy"])
@pytest.mark.parametrize(
    ("damage", "message"),
    [(flip, "corrupted"), (cut, "corrupted"), (Path.unlink, "missing from the snapshot"), (become_directory, "cannot be read")],
)
def test_a_damaged_file_is_refused_by_name(path: Path, name: str, damage: Callable[[Path], None], message: str) -> None:
    """Whatever happened to which file, the one line names it and says what to do."""
    damage(path / name)
    with pytest.raises(
        SnapshotError, match=f"{name}: {message}.*import the catalogue again, .*releases rollback.*restore a backup"
    ) as refusal:
        Snapshot.load(path)
    assert "\n" not in str(refusal.value)


def test_what_arrows_threads_read_is_arrows(path: Path) -> None:
    """One of them may let go of it last; of a buffer of Python's that aborts a process that is just ending."""
    before = pa.total_allocated_bytes()
    kept = Snapshot.load(path).items
    assert pa.total_allocated_bytes() - before >= kept.nbytes > 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not a snapshot's manifest"),
        (b"{}", "format None"),
        (b'{"format": 3}', "format 3, this version reads 2"),
        (b'{"format": 2}', r"not a snapshot's manifest \(bundle: Field required\)"),
    ],
)
def test_a_malformed_manifest_is_refused(path: Path, content: bytes, message: str) -> None:
    """Not JSON, another form, another version: each has its own message."""
    (path / "manifest.json").write_bytes(content)
    with pytest.raises(SnapshotError, match=rf"manifest.json: {message}"):
        Snapshot.load(path)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("bundle", "another", "altered"),
        ("count", "5", "count: Input should be a valid integer"),
        ("files", {}, "altered"),
        ("categories", {"tops": 3, "shoes": 2, "bags": 1}, "altered"),
    ],
)
def test_an_edited_manifest_is_refused(path: Path, field: str, value: object, message: str) -> None:
    """Its content no longer gives its id."""
    manifest = path / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), field: value}))
    with pytest.raises(SnapshotError, match=f"manifest.json: .*{message}"):
        Snapshot.load(path)


def test_a_directory_without_a_manifest_is_no_snapshot(tmp_path: Path) -> None:
    """Also when there is no such directory."""
    for directory in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(SnapshotError, match="no snapshot here"):
            Snapshot.load(directory)


def test_a_manifest_that_cannot_be_read_is_refused(path: Path) -> None:
    """A directory in its place is not a traceback."""
    become_directory(path / "manifest.json")
    with pytest.raises(SnapshotError, match=r"manifest\.json: cannot be read"):
        Snapshot.load(path)


@pytest.mark.parametrize(
    ("asked", "message"),
    [({"bundle_id": "b2"}, "made with bundle b1, not b2"), ({"encoder_fingerprint": "e2"}, "encoded by e1, not e2")],
)
def test_a_snapshot_of_another_bundle_or_encoder_is_refused(path: Path, asked: dict[str, Any], message: str) -> None:
    """Vectors of one model are never searched with queries of another."""
    with pytest.raises(SnapshotError, match=message):
        Snapshot.load(path, **asked)


def forge(path: Path, name: str) -> None:
    """Make the manifest agree with a file that was exchanged."""
    assert name in SNAPSHOT.put(path, SNAPSHOT.read(path)).files


def exchange_items(path: Path) -> str:
    """Other items under the same name."""
    pq.write_table(items(["bags"]), path / "items.parquet")
    return "items.parquet"


def exchange_features(path: Path) -> str:
    """Features of another size."""
    np.save(path / "features.npy", np.zeros((5, 7), dtype=np.float16))
    return "features.npy"


def pickle_features(path: Path) -> str:
    """A pickle where numbers should be."""
    np.save(path / "features.npy", np.array([{}], dtype=object))
    return "features.npy"


def shorten_embeddings(path: Path) -> str:
    """Fewer embeddings than items."""
    np.save(path / "embeddings.npy", np.eye(4, dtype=np.float32))
    return "embeddings.npy"


def coarsen_embeddings(path: Path) -> str:
    """Embeddings of another precision."""
    np.save(path / "embeddings.npy", np.zeros((5, 4), dtype=np.float16))
    return "embeddings.npy"


def spoil_embeddings(path: Path) -> str:
    """Embeddings that no index can rank with."""
    np.save(path / "embeddings.npy", np.full((5, 4), np.nan, dtype=np.float32))
    return "embeddings.npy"


def foreign_items(path: Path) -> str:
    """No Parquet at all."""
    (path / "items.parquet").write_text("id,category")
    return "items.parquet"


@pytest.mark.parametrize(
    "exchange",
    [
        exchange_items,
        exchange_features,
        pickle_features,
        shorten_embeddings,
        coarsen_embeddings,
        spoil_embeddings,
        foreign_items,
    ],
)
def test_files_that_contradict_the_manifest_are_refused(path: Path, exchange: Callable[[Path], str]) -> None:
    """Right digests, wrong content: counts, sizes, types and kinds are checked too, and no pickle is opened."""
    forge(path, exchange(path))
    with pytest.raises(SnapshotError, match="import the catalogue again") as refusal:
        Snapshot.load(path)
    assert "\n" not in str(refusal.value)


def test_embeddings_may_come_in_parts(tmp_path: Path) -> None:
    """The files are the same to the byte; too few or too many rows are refused, and nothing is left."""
    rng = np.random.default_rng(0)
    given: dict[str, Any] = {"items": items(["tops"] * 5), "features_NF": rng.normal(size=(5, 6))}
    given |= {"bundle_id": "b", "encoder_fingerprint": "e"}
    embeddings = rng.normal(size=(5, 4)).astype(np.float32)
    whole = Snapshot.write(tmp_path / "whole", embeddings_ND=embeddings, **given)
    parts = Snapshot.write(tmp_path / "parts", embeddings_ND=iter([embeddings[:3], embeddings[3:]]), **given)
    assert replace(whole, created="") == replace(parts, created="")
    assert (tmp_path / "whole" / "embeddings.npy").read_bytes() == (tmp_path / "parts" / "embeddings.npy").read_bytes()
    np.testing.assert_array_equal(np.load(tmp_path / "parts" / "embeddings.npy"), embeddings)
    for rows in (embeddings[:4], np.concatenate([embeddings, embeddings])):
        with pytest.raises(SnapshotError, match="give one for each"):
            Snapshot.write(tmp_path / "wrong", embeddings_ND=iter([rows]), **given)
    assert not (tmp_path / "wrong").exists()


def test_a_check_builds_the_index_of_what_it_searches(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And finds what a snapshot that is served finds."""
    built: list[int] = []
    flat = registry.BACKENDS["flat"].build
    monkeypatch.setitem(registry.BACKENDS, "flat", Backend(build=lambda vectors: built.append(len(vectors)) or flat(vectors)))  # type: ignore[func-returns-value]
    later = Snapshot.load(path, later=True)
    assert not built
    query_1D = later.embeddings([0])
    scores, rows = later.search("tops", query_1D, 2)
    assert built == [3]
    whole_scores, whole_rows = Snapshot.load(path).search("tops", query_1D, 2)
    np.testing.assert_array_equal(rows, whole_rows)
    np.testing.assert_array_equal(scores, whole_scores)


def test_a_full_disk_is_told_as_the_system_tells_it() -> None:
    """Whoever reads it knows what to do."""
    with pytest.raises(OSError, match="No space left on device"):
        write_matrix(Path("/dev/full"), "<f4", [np.zeros((9_000, 16), np.float32)], 9_000)
