"""Cached indexes: read only where they are what was written, for the same snapshot; else built again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import cache
from index.backends.base import Backend, FloatArray, IntArray
from index.backends.faiss_cpu import FlatIndex
from index.cache import open_index, open_vectors
from index.errors import VectorError
from tests.index.odd import ODD

VECTORS = np.random.default_rng(0).standard_normal((6, 3)).astype(np.float32)


class Engine:
    """A backend that says what it is asked to do."""

    def __init__(self, version: str = "1") -> None:
        self.did: list[str] = []
        self.backend = Backend(build=self.build, write=self.write, read=self.read, version=version)

    def build(self, vectors_ND: FloatArray) -> FlatIndex:
        self.did.append("build")
        self.vectors = vectors_ND
        return FlatIndex(vectors_ND)

    def write(self, _: FlatIndex, directory: Path) -> None:
        self.did.append("write")
        (directory / "index").write_bytes(self.vectors.tobytes())

    def read(self, directory: Path, _: FloatArray) -> FlatIndex:
        self.did.append("read")
        content = (directory / "index").read_bytes()
        if not content:
            msg = "nothing in it"
            raise VectorError(msg)
        return FlatIndex(np.frombuffer(content, np.float32).reshape(-1, VECTORS.shape[1]))


def opened(root: Path, engine: Engine, *, snapshot: str = "s1", category: str = "tops") -> list[str]:
    """What the engine does when an index is opened, which always answers the same."""
    engine.did.clear()
    index = open_index(root, snapshot, category, "engine", engine.backend, VECTORS.copy())
    np.testing.assert_array_equal(index.search(VECTORS[:1], 1)[1], [[np.argmax(VECTORS @ VECTORS[0])]])
    return engine.did


def test_it_is_built_once(tmp_path: Path) -> None:
    """And read from then on, from a place that names backend and version."""
    assert opened(tmp_path, Engine()) == ["build", "write"]
    assert opened(tmp_path, Engine()) == ["read"]
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("cache/*/*")] == ["cache/engine-1/tops"]


def test_another_version_or_snapshot_has_its_own(tmp_path: Path) -> None:
    """What another version wrote is not read, nor what was made of other vectors."""
    opened(tmp_path, Engine())
    assert opened(tmp_path, Engine("2")) == ["build", "write"]
    assert opened(tmp_path, Engine(), snapshot="s2") == ["build", "write"]
    assert opened(tmp_path, Engine(), snapshot="s2") == ["read"]


def test_a_backend_that_keeps_nothing_is_built(tmp_path: Path) -> None:
    """Nothing is written."""
    open_index(tmp_path, "s1", "tops", "flat", Backend(build=FlatIndex), VECTORS)
    assert list(tmp_path.iterdir()) == []


def flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def other_category(path: Path) -> None:
    """Say that it is of another category, in a manifest that is whole."""
    shutil.rmtree(path.parent)
    opened(path.parents[3], Engine(), category="shoes")
    (path.parents[1] / "shoes").rename(path.parent)


@pytest.mark.parametrize("name", ["index", "manifest.json"])
@pytest.mark.parametrize("damage", [flip, Path.unlink, lambda path: path.write_bytes(b""), other_category])
def test_what_is_damaged_is_never_read(tmp_path: Path, name: str, damage: Callable[[Path], object]) -> None:
    """A backend is given only bytes that were written for these vectors; then the index is whole again."""
    opened(tmp_path, Engine())
    damage(tmp_path / "cache" / "engine-1" / "tops" / name)
    assert opened(tmp_path, Engine()) == ["build", "write"]
    assert opened(tmp_path, Engine()) == ["read"]


def test_what_the_backend_refuses_is_built_again(tmp_path: Path) -> None:
    """Though its sha256 is right."""
    engine = Engine()
    engine.backend = Backend(build=engine.build, write=lambda _, directory: (directory / "index").touch(), read=engine.read)
    opened(tmp_path, engine)
    assert opened(tmp_path, engine) == ["read", "build"]


def test_a_place_that_cannot_be_written_to_costs_only_time(tmp_path: Path) -> None:
    """A file where the directory should be stands for a read-only volume."""
    (tmp_path / "cache").write_text("")
    for _ in range(2):
        assert opened(tmp_path, Engine())[0] == "build"


def test_any_category_name_is_a_safe_directory(tmp_path: Path) -> None:
    """Separators, dots, NUL, long names and names that differ by case each get a directory of their own."""
    for category in ODD:
        opened(tmp_path, Engine(), category=category)
    names = [path.name for path in (tmp_path / "cache" / "engine-1").iterdir()]
    assert len({name.casefold() for name in names}) == len(ODD)
    assert max(map(len, names)) < 80
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
    said = {json.loads(path.read_text())["category"] for path in tmp_path.rglob("manifest.json")}
    assert said == set(ODD)


ROWS = np.array([0, 2, 3, 5])
MATRIX = np.random.default_rng(1).standard_normal((6, 3)).astype(np.float32)


def vectors(root: Path, rows: IntArray = ROWS, snapshot: str = "s1") -> FloatArray:
    """The vectors of a category, which are always the same."""
    found = open_vectors(root, snapshot, "tops", rows, MATRIX)
    np.testing.assert_array_equal(found, MATRIX[rows])
    return found


@pytest.fixture
def _all_mapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAPPED_FROM", 1)


@pytest.mark.usefixtures("_all_mapped")
def test_vectors_of_a_large_category_are_read_where_they_lie(tmp_path: Path) -> None:
    """From a file, in one piece, which all processes share; written once, and an exact scan copies nothing of it."""
    found = vectors(tmp_path)
    path = tmp_path / "cache" / "vectors-1" / "tops" / "vectors.npy"
    written = path.stat().st_mtime_ns
    assert isinstance(found, np.memmap)
    assert np.shares_memory(FlatIndex(found).vectors, found)
    vectors(tmp_path)
    assert path.stat().st_mtime_ns == written


@pytest.mark.usefixtures("_all_mapped")
@pytest.mark.parametrize("damage", [flip, Path.unlink, lambda path: path.write_bytes(b"")])
def test_damaged_vectors_are_written_again(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    """From the embeddings; so are those of another snapshot."""
    vectors(tmp_path)
    path = tmp_path / "cache" / "vectors-1" / "tops" / "vectors.npy"
    whole = path.read_bytes()
    damage(path)
    vectors(tmp_path)
    assert path.read_bytes() == whole
    vectors(tmp_path, snapshot="s2")


@pytest.mark.usefixtures("_all_mapped")
def test_vectors_in_one_piece_are_not_written_again(tmp_path: Path) -> None:
    """Where a category's rows follow each other, its vectors are a part of the embeddings."""
    assert np.shares_memory(vectors(tmp_path, np.array([1, 2, 3])), MATRIX)
    vectors(tmp_path, np.array([], dtype=np.int64))
    assert list(tmp_path.glob("cache/vectors-1/tops/vectors.npy")) == []


def test_few_vectors_are_copied(tmp_path: Path) -> None:
    """Nothing is written for them."""
    vectors(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("_all_mapped")
def test_vectors_that_cannot_be_written_are_copied(tmp_path: Path) -> None:
    """A file where the directory should be stands for a read-only volume."""
    (tmp_path / "cache").write_text("")
    assert not isinstance(vectors(tmp_path), np.memmap)


def test_what_is_built_is_tuned_before_it_is_written(tmp_path: Path) -> None:
    """By the queries that it will be asked; what is read was tuned before."""
    tuned: list[FloatArray] = []

    def tune(index: FlatIndex, queries_BD: FloatArray) -> FlatIndex:
        tuned.append(queries_BD)
        return index

    engine = Engine()
    engine.backend = replace(engine.backend, tune=tune)
    for _ in range(2):
        open_index(tmp_path, "s1", "tops", "engine", engine.backend, VECTORS, lambda: VECTORS[:2])
    assert (len(tuned), engine.did) == (1, ["build", "write", "read"])
