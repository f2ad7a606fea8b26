"""Quick scores choose, exact scores decide, and nothing is believed that is not proven."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from index.backends.base import BoolArray, FloatArray, IntArray
from index.backends.certified import CertifiedIndex, CodedIndex
from index.backends.faiss_cpu import FlatIndex
from index.backends.torch_exact import TorchIndex

RNG = np.random.default_rng(0)
VECTORS = RNG.standard_normal((30_000, 20)).astype(np.float32)
QUERIES = RNG.standard_normal((15, 20)).astype(np.float32)
every_engine = pytest.mark.parametrize(
    "build", [CodedIndex, TorchIndex, lambda vectors: TorchIndex(vectors, half=True)], ids=["coded", "torch", "half"]
)


def scans(index: CertifiedIndex, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by the number of queries that are answered by a scan."""
    done: list[int] = []
    flat, search = index._flat, FlatIndex.search

    def counted(queries_BD: FloatArray, k: int, allowed_N: BoolArray | None = None) -> tuple[FloatArray, IntArray]:
        done.append(len(queries_BD))
        return search(flat, queries_BD, k, allowed_N)

    monkeypatch.setattr(flat, "search", counted)
    return done


@every_engine
@pytest.mark.parametrize("share", [None, 0.6, 0.2])
def test_answers_are_proven_without_a_scan(
    build: Callable[[FloatArray], CertifiedIndex], share: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scores and positions are those of the scan to the last bit, and no query needs one."""
    index = build(VECTORS)
    allowed = None if share is None else np.random.default_rng(1).random(len(VECTORS)) < share
    expected = FlatIndex(VECTORS).search(QUERIES, 10, allowed)
    done = scans(index, monkeypatch)
    for one, other in zip(index.search(QUERIES, 10, allowed), expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert done == []


@every_engine
def test_what_cannot_be_proven_is_scanned(build: Callable[[FloatArray], CertifiedIndex], monkeypatch: pytest.MonkeyPatch) -> None:
    """A tie of all has no proof: the lowest positions come, from the scan."""
    index = build(np.ones((5_000, 4), dtype=np.float32))
    done = scans(index, monkeypatch)
    assert index.search(np.ones((2, 4), dtype=np.float32), 3)[1].tolist() == [[0, 1, 2]] * 2
    assert done == [2]


def test_a_wrong_quick_score_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the codes as bad as their error says, the proof would fail; with an error that is too small, answers would be wrong."""
    index = CodedIndex(VECTORS)
    monkeypatch.setattr(index, "_margin_D", np.full(20, 10.0))
    done = scans(index, monkeypatch)
    index.search(QUERIES, 10)
    assert done == [15]


def test_no_code_is_further_off_than_is_said() -> None:
    """The bounds hold for every number of every vector."""
    index = CodedIndex(VECTORS)
    kept = index.codes.reconstruct_n(0, len(VECTORS))[:, :20]
    np.testing.assert_array_equal(np.abs(VECTORS - kept).max(0), index.bounds_2D[0].astype(np.float32))


@pytest.mark.parametrize("size", [1e-9, 1e3, 1e9])
def test_half_precision_holds_for_any_size(size: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """What float16 cannot hold is kept in float32, and queries of any length are brought to one."""
    index = TorchIndex(VECTORS * np.float32(size), half=True)
    expected = FlatIndex(VECTORS * np.float32(size)).search(QUERIES / np.float32(size), 10)[1]
    done = scans(index, monkeypatch)
    np.testing.assert_array_equal(index.search(QUERIES / np.float32(size), 10)[1], expected)
    assert sum(done) == (15 if size < 1 else 0)
