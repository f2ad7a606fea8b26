"""Selections: the same rows whether tested, listed or marked, of all rows or of a part."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from index.backends.base import BoolArray, FloatArray, IntArray
from index.backends.faiss_cpu import FlatIndex
from index.category_index import CategoryIndex
from index.errors import VectorError
from index.selection import Condition, Selection, but, of_codes, of_lists, of_mask

N = 1_000
RNG = np.random.default_rng(0)
CODES, MASK = RNG.integers(0, 5, N), RNG.random(N) < 0.4
LISTS = [np.flatnonzero(RNG.random(N) < share) for share in (0.02, 0.05)]
CONDITIONS: dict[str, tuple[Callable[[], Condition], np.ndarray]] = {
    "codes": (lambda: of_codes(CODES, np.arange(5) < 2, np.bincount(CODES)), CODES < 2),
    "mask": (lambda: of_mask(MASK), MASK),
    "one list": (lambda: of_lists(N, LISTS[:1]), np.isin(np.arange(N), LISTS[0])),
    "lists": (lambda: of_lists(N, LISTS), np.isin(np.arange(N), np.concatenate(LISTS))),
    "no list": (lambda: of_lists(N, []), np.zeros(N, dtype=bool)),
    "but": (lambda: but(N, [3, 3, 999]), ~np.isin(np.arange(N), [3, 999])),
    "but none": (lambda: but(N, []), np.ones(N, dtype=bool)),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_condition_tells_the_same_of_few_rows_of_all_and_of_a_part(name: str) -> None:
    """And counts at least those that pass."""
    condition, expected_N = CONDITIONS[name][0](), CONDITIONS[name][1]
    selection, few = Selection(N, (condition,)), np.array([999, 3, 4])
    assert selection.mask().tolist() == expected_N.tolist()
    assert selection.passes(few).tolist() == expected_N[few].tolist()
    assert selection.rows().tolist() == np.flatnonzero(expected_N).tolist()
    assert selection.part(300, 500).rows().tolist() == np.flatnonzero(expected_N[300:800]).tolist()
    assert selection.any_of(np.arange(N)) == bool(expected_N.any())
    assert condition.passing >= expected_N.sum()


def test_all_conditions_have_to_hold() -> None:
    """And the share is estimated as if they were independent."""
    both = Selection(N) & CONDITIONS["codes"][0]() & CONDITIONS["mask"][0]()
    assert both.rows().tolist() == np.flatnonzero((CODES < 2) & MASK).tolist()
    assert both.share == pytest.approx((CODES < 2).mean() * MASK.mean())


def test_only_the_last_row_passes() -> None:
    """It is found beyond the first few that are looked at."""
    assert Selection(N, (of_mask(np.arange(N) == N - 1),)).any_of(np.arange(N))


@pytest.mark.parametrize("share", [0.001, 0.05, 0.3, 0.9])
@pytest.mark.parametrize("against", [False, True])
def test_a_search_finds_the_best_that_pass_however_many_do(share: float, against: bool) -> None:  # noqa: FBT001 - a case
    """Also where those that pass are the farthest ones, so that what is found without the filter is not enough."""
    vectors = np.random.default_rng(1).normal(size=(N, 6)).astype(np.float32)
    queries = np.random.default_rng(2).normal(size=(2, 6)).astype(np.float32)
    index = CategoryIndex.build(["a" if row % 5 else "b" for row in range(N)], vectors)
    scores_BN = queries @ vectors.T
    passing = np.argsort(scores_BN[0])[: int(share * N)] if against else np.flatnonzero(RNG.random(N) < share)
    mask = np.isin(np.arange(N), passing)
    for selection in (Selection(N, (of_mask(mask),)), Selection(N, (of_lists(N, [np.sort(passing)]), but(N, [])))):
        scores, rows = index.search("a", queries, 10, selection)
        may = np.flatnonzero(mask & (np.arange(N) % 5 > 0))
        for query in range(2):
            best = may[np.argsort(-scores_BN[query, may], kind="stable")][:10]
            assert rows[query].tolist() == best.tolist()
            np.testing.assert_allclose(scores[query], scores_BN[query, best], rtol=1e-5)


@pytest.mark.parametrize("queries", [1, 25])
def test_few_that_pass_are_searched_without_the_backend_and_answered_as_by_a_scan(queries: int) -> None:
    """To the last bit and with the same order of ties, for few queries and for as many as FAISS multiplies at once."""
    rng = np.random.default_rng(3)
    vectors = np.repeat(rng.normal(size=(N // 2, 48)).astype(np.float32), 2, axis=0)  # each twice: the k-th is a tie
    asked, mask = rng.normal(size=(queries, 48)).astype(np.float32), rng.random(N) < 0.1
    index = CategoryIndex({"a": np.arange(N)}, {"a": Unasked(vectors)}, vectors)
    found, expected = index.search("a", asked, 7, mask), FlatIndex(vectors).search(asked, 7, mask)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert index.search("a", asked, 7, np.zeros(N, dtype=np.bool_))[1].shape == (queries, 0)


class Unasked(FlatIndex):
    """Vectors of which nobody asks more than whether none is an answer."""

    def search(self, queries_BD: FloatArray, k: int, allowed_N: BoolArray | None = None) -> tuple[FloatArray, IntArray]:
        """Only of nothing."""
        assert allowed_N is not None
        assert not allowed_N.any()
        return super().search(queries_BD, k, allowed_N)


def test_a_wide_filter_is_tested_of_few_rows_only() -> None:
    """However large the category: of what is found without it, and not of all."""
    vectors, asked = np.random.default_rng(1).normal(size=(N, 6)).astype(np.float32), list[int]()

    def test(rows: np.ndarray) -> np.ndarray:
        asked.append(len(rows))
        return rows > 0

    index = CategoryIndex.build(["a"] * N, vectors)
    assert index.search("a", vectors[:1], 5, Selection(N, (Condition(test, N - 1),)))[1].shape == (1, 5)
    assert sum(asked) < 50


def test_a_selection_of_another_number_of_rows_is_refused() -> None:
    """It was made for another snapshot."""
    index = CategoryIndex.build(["a"] * 4, np.eye(4, dtype=np.float32))
    with pytest.raises(VectorError, match="a selection of 5 rows"):
        index.search("a", np.ones((1, 4), dtype=np.float32), 1, Selection(5))
