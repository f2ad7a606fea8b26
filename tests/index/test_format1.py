"""The embeddings of a snapshot of format 1 are what FAISS wrote, and nothing but a flat index of the right size is taken for one."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest

from index.format1 import read_embeddings
from index.manifest import Format1

ROWS = {"shoes": np.array([1, 3]), "tops": np.array([0, 2, 4])}
EMBEDDINGS = np.random.default_rng(0).standard_normal((5, 4)).astype(np.float32)


def write(directory: Path, kind: type[faiss.Index] = faiss.IndexFlatIP, size: int = 4) -> Format1:
    """The index files of two categories."""
    files = {category: f"{category}.faiss" for category in ROWS}
    for category, name in files.items():
        index = kind(size)
        index.add(np.ascontiguousarray(EMBEDDINGS[ROWS[category], :size]))
        faiss.write_index(index, str(directory / name))
    return Format1(
        bundle="b",
        encoder_fingerprint="e",
        count=5,
        feature_size=6,
        embedding_size=4,
        categories={"shoes": 2, "tops": 3},
        indexes=files,
        files=dict.fromkeys(files.values(), "0" * 64),
        format=1,
    )


def test_it_reads_what_faiss_wrote(tmp_path: Path) -> None:
    """To the last bit, each at its row."""
    np.testing.assert_array_equal(read_embeddings(tmp_path, write(tmp_path), ROWS), EMBEDDINGS)


@pytest.mark.parametrize("given", [{"kind": faiss.IndexFlatL2}, {"size": 3}])
def test_another_index_is_refused(tmp_path: Path, given: dict[str, object]) -> None:
    """One that ranks by distance would turn the order round."""
    manifest = write(tmp_path, **given)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"shoes\.faiss is not an index of 2 x 4"):
        read_embeddings(tmp_path, manifest, ROWS)


@pytest.mark.parametrize("content", [b"", b"x" * 200])
def test_foreign_bytes_are_refused(tmp_path: Path, content: bytes) -> None:
    """Too short for a header, or something else."""
    manifest = write(tmp_path)
    (tmp_path / "tops.faiss").write_bytes(content)
    with pytest.raises(ValueError):  # noqa: PT011 - numpy's words
        read_embeddings(tmp_path, manifest, ROWS)
