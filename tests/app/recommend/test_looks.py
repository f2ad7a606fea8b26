"""Looks by beam search."""

from __future__ import annotations

from itertools import product

import pytest

from app.ground.settings import Limits
from app.recommend.looks import best_looks
from app.recommend.outfit import resolve
from app.recommend.rank import Pool, rank, score_outfits
from app.release.release import Release


@pytest.fixture
def pools(release: Release) -> list[Pool]:
    """Five candidates for each of two slots."""
    worn = resolve(release, ["tops-1"], Limits())
    ranked = [rank(release, worn, name, release.snapshot.rows_in(name)) for name in ("shoes", "bags")]
    return [Pool(pool.category, pool.rows_M[:5], pool.scores_M[:5]) for pool in ranked]


def test_a_wide_beam_finds_the_best_of_all_combinations(release: Release, pools: list[Pool]) -> None:
    """Two slots of five fit the beam, so nothing is lost."""
    worn = resolve(release, ["tops-1"], Limits())
    combinations = [list(pair) for pair in product(*(pool.rows_M.tolist() for pool in pools))]
    vectors = [release.snapshot.embeddings([release.snapshot.row_of["tops-1"], *pair]) for pair in combinations]
    best = max(score_outfits(release, vectors, [["tops", "shoes", "bags"]] * 25))
    assert best_looks(release, worn, pools, 1, None)[0].score == pytest.approx(float(best), abs=1e-6)


def test_without_money_there_is_no_look(release: Release, pools: list[Pool]) -> None:
    """A budget below the cheapest leaves nothing, and that is no error."""
    assert best_looks(release, resolve(release, ["tops-1"], Limits()), pools, 3, 1.0) == []


def test_no_item_is_worn_twice(release: Release, pools: list[Pool]) -> None:
    """Two slots of one category get two items."""
    worn = resolve(release, ["tops-1"], Limits())
    for look in best_looks(release, worn, [pools[0], pools[0]], 10, None):
        assert len(set(look.rows)) == 2


def test_an_empty_slot_is_passed_over(release: Release, pools: list[Pool]) -> None:
    """The other slots are filled all the same."""
    empty = Pool("hats", pools[0].rows_M[:0], pools[0].scores_M[:0])
    assert len(best_looks(release, resolve(release, ["tops-1"], Limits()), [empty, pools[0]], 2, None)) == 2
