"""What every backend of the registry has to do: answers, refusals, and searching from many threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.backends.base import Backend, BoolArray, FloatArray, IntArray
from index.backends.registry import BACKENDS
from index.errors import VectorError

every_backend = pytest.mark.parametrize("backend", BACKENDS.values(), ids=BACKENDS)


def scan(vectors_ND: FloatArray, queries_BD: FloatArray, k: int, allowed_N: BoolArray | None) -> IntArray:
    """What the index must answer, in float64 and by the definition."""
    positions = np.arange(len(vectors_ND)) if allowed_N is None else np.flatnonzero(allowed_N)
    scores = queries_BD.astype(np.float64) @ vectors_ND[positions].astype(np.float64).T
    return positions[np.argsort(-scores, axis=1, kind="stable")[:, :k]]


@every_backend
@settings(deadline=None, max_examples=60)
@given(
    count=st.integers(1, 300),
    size=st.integers(1, 20),
    batch=st.integers(1, 25),
    k=st.integers(1, 320),
    share=st.none() | st.floats(0, 1),
    seed=st.integers(0, 2**32 - 1),
)
def test_answers_are_those_of_a_scan(
    *, backend: Backend, count: int, size: int, batch: int, k: int, share: float | None, seed: int
) -> None:
    """Small whole numbers tie often and add up exactly: every answer, tie and filter equals the float64 scan's."""
    rng = np.random.default_rng(seed)
    vectors = rng.integers(-2, 3, (count, size)).astype(np.float32)
    queries = rng.integers(-2, 3, (batch, size)).astype(np.float32)
    allowed = None if share is None else rng.random(count) < share

    scores, positions = backend.build(vectors).search(queries, k, allowed)

    expected = scan(vectors, queries, k, allowed)
    np.testing.assert_array_equal(positions, expected)
    np.testing.assert_array_equal(scores, np.einsum("bd,bkd->bk", queries, vectors[expected]))


@every_backend
@pytest.mark.parametrize("share", [None, 0.01, 0.4, 0.8])
@pytest.mark.parametrize("batch", [1, 40])
def test_real_numbers_are_ranked_exactly(backend: Backend, batch: int, share: float | None) -> None:
    """With unit vectors the answers are the float64 scan's, whatever selector and batch size FAISS is given."""
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((5000, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    queries = rng.standard_normal((batch, 64)).astype(np.float32)
    allowed = None if share is None else rng.random(5000) < share

    _, positions = backend.build(vectors).search(queries, 20, allowed)

    np.testing.assert_array_equal(positions, scan(vectors, queries, 20, allowed))


@every_backend
def test_a_tie_longer_than_the_list_goes_to_the_lowest_positions(backend: Backend) -> None:
    """A thousand equal vectors: the first k are returned, not whichever the scan met last."""
    _, positions = backend.build(np.ones((1000, 4))).search(np.ones((1, 4), dtype=np.float32), 3)
    assert positions.tolist() == [[0, 1, 2]]


@every_backend
def test_nothing_is_padded(backend: Backend) -> None:
    """More asked for than there is: as many columns as there are allowed vectors."""
    index = backend.build(np.eye(4))
    query = np.ones((2, 4), dtype=np.float32)
    assert index.search(query, 10)[1].shape == (2, 4)
    assert index.search(query, 10, np.array([True, False, False, True]))[1].tolist() == [[0, 3], [0, 3]]
    assert index.search(query, 10, np.zeros(4, dtype=bool))[1].shape == (2, 0)


@every_backend
def test_an_empty_index_answers_nothing(backend: Backend) -> None:
    """No vectors, no results, no error."""
    index = backend.build(np.zeros((0, 3), dtype=np.float32))
    scores, positions = index.search(np.ones((2, 3), dtype=np.float32), 5)
    assert (scores.shape, positions.shape, index.count) == ((2, 0), (2, 0), 0)


@every_backend
@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        ([1.0, 2.0], r"shape \(2,\)"),
        (np.zeros((3, 0)), r"shape \(3, 0\)"),
        ([[1.0], [np.nan]], "row 1 holds NaN"),
        ([[np.inf], [1.0]], "row 0 holds"),
        ([[1e300]], "row 0 holds"),
        ([[1e20]], "beyond 1e"),
    ],
)
def test_vectors_it_cannot_rank_are_refused(backend: Backend, vectors: object, message: str) -> None:
    """Wrong shapes, NaN, infinities and values whose products would overflow never enter."""
    with pytest.raises(VectorError, match=message):
        backend.build(vectors)  # type: ignore[arg-type]


@every_backend
@pytest.mark.parametrize(
    ("query", "k", "allowed", "message"),
    [
        (np.ones((1, 3)), 1, None, r"queries of shape \(1, 3\): this index takes \(n, 4\)"),
        (np.ones(4), 1, None, r"queries of shape \(4,\)"),
        (np.full((1, 4), np.nan), 1, None, "queries: row 0 holds NaN"),
        (np.ones((1, 4)), 0, None, "k is 0"),
        (np.ones((1, 4)), 1, np.ones(3, dtype=bool), r"filter of bool \(3,\)"),
        (np.ones((1, 4)), 1, np.arange(4), r"filter of int64 \(4,\)"),
    ],
)
def test_questions_it_cannot_answer_are_refused(
    backend: Backend, query: FloatArray, k: int, allowed: BoolArray | None, message: str
) -> None:
    """The message names what was given and what is taken."""
    with pytest.raises(VectorError, match=message):
        backend.build(np.eye(4)).search(query, k, allowed)


@every_backend
def test_eight_threads_get_the_same_answers(backend: Backend) -> None:
    """Concurrent searches, each with its own filter and k, answer as one after the other."""
    rng = np.random.default_rng(1)
    index = backend.build(rng.standard_normal((3000, 32)))
    questions = [(rng.standard_normal((b, 32)).astype(np.float32), 5 + b, rng.random(3000) < b / 30) for b in range(1, 30)]
    expected = [index.search(*question)[1].tolist() for question in questions]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda question: index.search(*question)[1].tolist(), questions * 10))
    assert answers == expected * 10


kept = pytest.mark.parametrize(
    "backend",
    [backend for backend in BACKENDS.values() if backend.write],
    ids=[name for name, backend in BACKENDS.items() if backend.write],
)


@kept
@pytest.mark.parametrize("count", [0, 50, 5000])
def test_what_is_written_is_read(backend: Backend, count: int, tmp_path: Path) -> None:
    """Where a backend keeps its indexes: the same answers to the last bit."""
    assert backend.write
    assert backend.read
    rng = np.random.default_rng(2)
    vectors = rng.standard_normal((count, 9)).astype(np.float32)
    index = backend.build(vectors)
    backend.write(index, tmp_path)
    again = backend.read(tmp_path, vectors)
    query = rng.standard_normal((3, 9)).astype(np.float32)
    for before, after in zip(index.search(query, 7), again.search(query, 7), strict=True):
        np.testing.assert_array_equal(before, after)
    assert again.count == count


@kept
@pytest.mark.parametrize("content", [None, b"", b"x" * 200])
def test_files_that_are_no_index_are_refused(backend: Backend, content: bytes | None, tmp_path: Path) -> None:
    """Missing, empty and foreign files give one typed error."""
    assert backend.write
    assert backend.read
    vectors = np.eye(4, dtype=np.float32)
    backend.write(backend.build(vectors), tmp_path)
    for path in tmp_path.iterdir():
        path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(VectorError):
        backend.read(tmp_path, vectors)


exact = pytest.mark.parametrize(
    "backend",
    [backend for backend in BACKENDS.values() if backend.exact],
    ids=[name for name, backend in BACKENDS.items() if backend.exact],
)


@exact
@pytest.mark.parametrize("share", [None, 0.5, 0.02])
def test_exact_is_exact_where_lengths_differ_much(backend: Backend, share: float | None) -> None:
    """As with the flagship: some numbers are a thousand times as large as others, and asked for a thousand times less."""
    rng = np.random.default_rng(4)
    scale_D = np.array([1.0] * 22 + [300.0], dtype=np.float32)
    vectors = (rng.standard_normal((20_000, 23)) * scale_D).astype(np.float32)
    queries = (rng.standard_normal((12, 23)) / scale_D).astype(np.float32)
    allowed = None if share is None else rng.random(20_000) < share

    _, positions = backend.build(vectors).search(queries, 30, allowed)

    np.testing.assert_array_equal(positions, scan(vectors, queries, 30, allowed))


@exact
def test_exact_is_exact_where_all_are_nearly_the_same(backend: Backend) -> None:
    """Differences that fewer bits do not show decide, as they should."""
    rng = np.random.default_rng(5)
    vectors = (1 + rng.integers(0, 64, (8_000, 8)) / 2**16).astype(np.float32)
    queries = rng.integers(-3, 4, (6, 8)).astype(np.float32)

    _, positions = backend.build(vectors).search(queries, 10)

    np.testing.assert_array_equal(positions, scan(vectors, queries, 10, None))
