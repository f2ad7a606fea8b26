"""Shards answer what one index answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.backends.base import FloatArray
from index.backends.faiss_cpu import FlatIndex
from index.backends.sharded import NearShard, ShardedIndex, cuts, merged
from index.category_index import CategoryIndex
from index.errors import VectorError

COUNT, SIZE = 9_000, 16


def sharded(vectors_ND: FloatArray, most: int = 2_048) -> ShardedIndex:
    """Shards in this process."""
    parts = cuts(len(vectors_ND), most)
    return ShardedIndex(vectors_ND.shape[1], parts, [NearShard(FlatIndex(vectors_ND[start:end])) for start, end in parts])


@pytest.mark.parametrize("whole", [False, True], ids=["real", "with many ties"])
def test_a_thousand_questions_are_answered_alike(*, whole: bool) -> None:
    """Scores and rows to the bit, with filters from none to few, alone and many together; also where whole numbers make ties."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(COUNT, SIZE)).astype(np.float32)
    queries = rng.normal(size=(1_000, SIZE)).astype(np.float32)
    if whole:
        vectors, queries = np.round(vectors), np.round(queries)
    one, many = FlatIndex(vectors), sharded(vectors)
    at = 0
    while at < len(queries):
        some = queries[at : at + int(rng.choice([1, 2, 40]))]
        at += len(some)
        share = rng.choice([1.0, 0.5, 0.02, 0.0005])
        allowed = None if share == 1 else rng.random(COUNT) < share
        k = int(rng.choice([1, 10, 300]))
        for expected, found in zip(one.search(some, k, allowed), many.search(some, k, allowed), strict=True):
            np.testing.assert_array_equal(found, expected)


def test_categories_are_searched_alike() -> None:
    """Behind ``CategoryIndex`` nothing changes: filters over all rows, rows of the table."""
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(COUNT, SIZE)).astype(np.float32)
    categories = rng.choice(["tops", "shoes"], COUNT, p=[0.7, 0.3]).tolist()
    one, many = CategoryIndex.build(categories, vectors), CategoryIndex.build(categories, vectors, sharded)
    for share in (0.9, 0.3, 0.01):
        allowed = rng.random(COUNT) < share
        for category in one.categories:
            for expected, found in zip(
                one.search(category, vectors[:3], 20, allowed), many.search(category, vectors[:3], 20, allowed), strict=True
            ):
                np.testing.assert_array_equal(found, expected)


@settings(max_examples=50, deadline=None)
@given(count=st.integers(0, 20_000), most=st.integers(1, 9_000))
def test_cuts_cover_all_and_keep_to_blocks(count: int, most: int) -> None:
    """One after the other, none too large, at multiples of what FAISS multiplies at once."""
    parts = cuts(count, most)
    assert [row for start, end in parts for row in (start, end)] == sorted(row for part in parts for row in part)
    assert sum(end - start for start, end in parts) == count
    assert all(0 < end - start <= max(most, 1_024) and start % 1_024 == 0 for start, end in parts)


def test_of_nothing_nothing_is_found() -> None:
    """No vectors, no shard that is allowed, no query."""
    empty = sharded(np.zeros((0, SIZE), dtype=np.float32))
    assert [part.shape for part in empty.search(np.ones((2, SIZE), dtype=np.float32), 3)] == [(2, 0), (2, 0)]
    some = sharded(np.ones((5, SIZE), dtype=np.float32))
    assert some.search(np.ones((1, SIZE), dtype=np.float32), 3, np.zeros(5, dtype=np.bool_))[0].shape == (1, 0)
    assert some.search(np.zeros((0, SIZE), dtype=np.float32), 3)[0].shape == (0, 3)


def test_what_cannot_be_searched_is_refused_before_any_shard_is_asked() -> None:
    """As by one index."""
    index = ShardedIndex(SIZE, [(0, 5)], [NearShard(None)])  # type: ignore[arg-type]
    for queries, k, allowed in ((np.ones((1, 3)), 1, None), (np.ones((1, SIZE)), 0, None), (np.ones((1, SIZE)), 1, np.ones(4, bool))):
        with pytest.raises(VectorError):
            index.search(queries.astype(np.float32), k, allowed)


def test_ties_of_shards_go_to_the_lower_position() -> None:
    """Whichever shard answers first."""
    score, place = np.ones((1, 2), dtype=np.float32), np.array([[0, 1]])
    scores, positions = merged([(10, score, place), (0, score, place)], 3, 1)
    assert (scores.tolist(), positions.tolist()) == ([[1, 1, 1]], [[0, 1, 10]])
