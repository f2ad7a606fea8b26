"""One index per category, by rows of the table."""

from __future__ import annotations

import numpy as np
import pytest

from index.backends.base import FloatArray
from index.backends.faiss_cpu import FlatIndex
from index.category_index import CategoryIndex
from index.errors import VectorError

CATEGORIES = ["shoes", "tops", "shoes", "tops", "bags", "shoes"]
EMBEDDINGS = np.arange(18, dtype=np.float32).reshape(6, 3)
QUERY = np.ones((1, 3), dtype=np.float32)


def test_each_category_has_its_rows() -> None:
    """Names sorted, rows ascending."""
    index = CategoryIndex.build(CATEGORIES, EMBEDDINGS)
    assert index.categories == ("bags", "shoes", "tops")
    assert [index.rows_in(name).tolist() for name in index.categories] == [[4], [0, 2, 5], [1, 3]]


def test_search_answers_rows_of_the_category() -> None:
    """Positions in the category's index come back as rows of the table."""
    scores, rows = CategoryIndex.build(CATEGORIES, EMBEDDINGS).search("shoes", QUERY, 2)
    assert (scores.tolist(), rows.tolist()) == ([[48.0, 21.0]], [[5, 2]])


def test_rows_are_found_by_a_code_that_their_vectors_hold() -> None:
    """In the order of the codes that are asked for; 0 is no code."""
    codes = np.array([2, 0, 5, 2, 0, 7], dtype=np.float32)
    index = CategoryIndex.build(CATEGORIES, np.concatenate([EMBEDDINGS, codes[:, None]], axis=1))
    assert index.rows_with(3, np.array([5, 2, 3])).tolist() == [2, 0, 3]
    assert index.rows_with(3, np.array([], dtype=np.int64)).tolist() == []


def test_a_mask_over_all_rows_narrows_a_category() -> None:
    """The filter is over the table, whatever category is searched."""
    allowed = np.array([True, True, True, False, True, False])
    assert CategoryIndex.build(CATEGORIES, EMBEDDINGS).search("shoes", QUERY, 9, allowed)[1].tolist() == [[2, 0]]


def test_embeddings_come_back_in_the_order_asked() -> None:
    """Rows of several categories, repeated and unordered; none at all is an empty matrix."""
    index = CategoryIndex.build(CATEGORIES, EMBEDDINGS)
    np.testing.assert_array_equal(index.embeddings([5, 1, 4, 1]), EMBEDDINGS[[5, 1, 4, 1]])
    assert index.embeddings([]).shape == (0, 3)


@pytest.mark.parametrize("row", [-1, 6])
def test_a_row_that_does_not_exist_is_an_error(row: int) -> None:
    """A negative row does not count from the end."""
    with pytest.raises(IndexError, match=f"row {row}: there are 6 rows"):
        CategoryIndex.build(CATEGORIES, EMBEDDINGS).embeddings([0, row])


def test_an_unknown_category_is_a_key_error() -> None:
    """As documented for ``search`` and ``rows_in``."""
    index = CategoryIndex.build(CATEGORIES, EMBEDDINGS)
    with pytest.raises(KeyError, match="hats"):
        index.search("hats", QUERY, 1)


def test_a_mask_of_another_length_is_refused() -> None:
    """A mask made for another snapshot is not silently cut."""
    with pytest.raises(VectorError, match=r"takes bool \(6,\)"):
        CategoryIndex.build(CATEGORIES, EMBEDDINGS).search("shoes", QUERY, 1, np.ones(3, dtype=bool))


def test_unequal_lengths_are_refused() -> None:
    """One category per embedding."""
    with pytest.raises(VectorError, match="5 categories and 6 embeddings"):
        CategoryIndex.build(CATEGORIES[:5], EMBEDDINGS)


def test_an_index_that_does_not_fit_its_rows_is_refused() -> None:
    """An index of two vectors cannot serve three items."""
    with pytest.raises(VectorError, match="'tops'"):
        CategoryIndex({"tops": np.arange(3)}, {"tops": FlatIndex(np.eye(2))}, np.zeros((3, 2), dtype=np.float32))


def test_another_backend_holds_the_same_vectors() -> None:
    """The backend is one argument."""
    built: list[int] = []

    def counting(vectors_ND: FloatArray) -> FlatIndex:
        built.append(len(vectors_ND))
        return FlatIndex(vectors_ND)

    moved = CategoryIndex.build(CATEGORIES, EMBEDDINGS, counting)
    assert sorted(built) == [1, 2, 3]
    np.testing.assert_array_equal(moved.embeddings(range(6)), EMBEDDINGS)
