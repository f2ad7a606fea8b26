"""Approximate backends: enough is found, filters hold whatever they pass, and where nothing less is enough, all are compared."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest

from index.backends import approximate
from index.backends.approximate import KINDS, ApproximateIndex, Effort
from index.backends.base import BoolArray, FloatArray, IntArray
from index.backends.faiss_cpu import FlatIndex
from index.backends.registry import BACKENDS, used

COUNT, SIZE = 20_000, 24
every_kind = pytest.mark.parametrize("kind", KINDS)


def clustered(seed: int, queries: int = 60) -> tuple[FloatArray, FloatArray]:
    """Vectors of length one in loose clusters, and queries near some of them."""
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((40, SIZE))[rng.integers(0, 40, COUNT)] + 0.7 * rng.standard_normal((COUNT, SIZE))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    near = vectors[rng.integers(0, COUNT, queries)] + 0.05 * rng.standard_normal((queries, SIZE))
    return vectors.astype(np.float32), near.astype(np.float32)


def compared(index: ApproximateIndex, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by the number of queries that are answered by a scan."""
    scanned: list[int] = []
    search = FlatIndex.search

    def counted(queries_BD: FloatArray, k: int, allowed_N: BoolArray | None = None) -> tuple[FloatArray, IntArray]:
        scanned.append(len(queries_BD))
        return search(index._flat, queries_BD, k, allowed_N)

    monkeypatch.setattr(index._flat, "search", counted)
    return scanned


@every_kind
@pytest.mark.parametrize("share", [None, 0.9, 0.5, 0.3, 0.01])
def test_nearly_all_of_the_best_are_found(kind: str, share: float | None) -> None:
    """With the effort that was measured, for queries that it was not measured by; with exact scores, and only what passes."""
    vectors, queries = clustered(0)
    index = ApproximateIndex(vectors, KINDS[kind]).tuned(queries[:30])
    assert not index.exact
    allowed = None if share is None else np.random.default_rng(1).random(COUNT) < share

    scores, found = index.search(queries[30:], 50, allowed)

    _, best = FlatIndex(vectors).search(queries[30:], 50, allowed)
    assert np.mean([np.isin(one, other).mean() for one, other in zip(best, found, strict=True)]) >= 0.97
    assert allowed is None or allowed[found].all()
    np.testing.assert_allclose(scores, np.einsum("bd,bkd->bk", queries[30:], vectors[found]), rtol=1e-5, atol=1e-6)
    assert (np.diff(scores, axis=1) <= 0).all()


def test_little_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search without a filter, and one with a wide filter, compare what is proposed; a narrow filter is scanned."""
    vectors, queries = clustered(0)
    index = ApproximateIndex(vectors, KINDS["pq"]).tuned(queries)
    scanned, rng = compared(index, monkeypatch), np.random.default_rng(2)
    index.search(queries, 5)
    index.search(queries, 5, rng.random(COUNT) < 0.9)
    assert scanned == []
    index.search(queries, 5, rng.random(COUNT) < 0.01)
    assert scanned == [60]


def test_a_filter_against_the_query_is_answered_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """What passes is what the query likes least, so that nothing that is proposed passes: then all that passes is compared."""
    vectors, queries = clustered(3, queries=1)
    index = ApproximateIndex(vectors, KINDS["pq"]).tuned(queries)
    scanned = compared(index, monkeypatch)
    scores_N = vectors @ queries[0]
    allowed = scores_N < np.quantile(scores_N, 0.8)

    _, found = index.search(queries, 20, allowed)

    np.testing.assert_array_equal(found, FlatIndex(vectors).search(queries, 20, allowed)[1])
    assert scanned == [1]


def test_where_no_effort_is_enough_all_are_compared(tmp_path: Path) -> None:
    """A graph by inner product leads nowhere where lengths differ much; that is noticed, said, and kept."""
    rng = np.random.default_rng(6)
    scale_D = np.array([1.0] * (SIZE - 1) + [500.0], dtype=np.float32)
    vectors = (rng.standard_normal((COUNT, SIZE)) * scale_D).astype(np.float32)
    queries = (rng.standard_normal((20, SIZE)) / scale_D**2).astype(np.float32)
    index = ApproximateIndex(vectors, KINDS["hnsw"]).tuned(queries)
    backend = BACKENDS["hnsw"]
    assert backend.write
    assert backend.read
    backend.write(index, tmp_path)
    again = backend.read(tmp_path, vectors)

    assert [used("hnsw", one) for one in (index, again)] == ["hnsw (scan)"] * 2
    for one in (index, again):
        np.testing.assert_array_equal(one.search(queries, 9)[1], FlatIndex(vectors).search(queries, 9)[1])


def test_what_was_measured_is_kept(tmp_path: Path) -> None:
    """The effort is written with the index."""
    vectors, queries = clustered(7)
    index = ApproximateIndex(vectors, KINDS["pq"]).tuned(queries)
    backend = BACKENDS["pq"]
    assert backend.write
    assert backend.read
    backend.write(index, tmp_path)
    again = backend.read(tmp_path, vectors)
    assert isinstance(again, ApproximateIndex)
    assert again.effort == index.effort != KINDS["pq"].efforts[-1]


def test_further_lists_are_looked_through_where_a_filter_passes_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The best that pass lie as far off as what is proposed for them; effort was measured for the best of all."""
    vectors, queries = clustered(0)
    index = ApproximateIndex(vectors, KINDS["ivf"]).tuned(queries[:30])
    proposed, probed = approximate._proposed, list[tuple[int, int]]()

    def noted(proposing: faiss.Index, queries_BD: FloatArray, fetch: int, effort: Effort) -> IntArray:
        probed.append((fetch, effort.probe))
        return proposed(proposing, queries_BD, fetch, effort)

    monkeypatch.setattr(approximate, "_proposed", noted)
    index.search(queries, 50)
    index.search(queries, 50, np.random.default_rng(1).random(COUNT) < 0.5)
    [(least, few), (most, many)] = probed
    assert few == index.effort.probe
    assert (many / few) ** 2 == pytest.approx(most / least, rel=0.1)
