"""Retrieval, re-ranking and diversity."""

from __future__ import annotations

import numpy as np
import pytest

from app.ground.parts import Limits
from app.recommend.diverse import diversified
from app.recommend.outfit import resolve
from app.recommend.rank import Pool, queries_of, rank, rank_slots, remembered, retrieve, score_outfits
from app.release.release import Release
from index.selection import Selection, but


def test_retrieval_finds_what_exhaustive_ranking_puts_first(release: Release) -> None:
    """For a model whose rank is its query's inner product, the index loses nothing."""
    worn = resolve(release, ["tops-1", "bags-2"], Limits())
    found = retrieve(release, "shoes", queries_of(release, worn, ["shoes"])["shoes"], 3)
    everything = rank(release, worn, "shoes", release.snapshot.rows_in("shoes"))
    assert rank(release, worn, "shoes", found).rows_M[:3].tolist() == everything.rows_M[:3].tolist()


def test_what_was_worn_together_is_ranked_beside_what_the_index_found(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """However far the query is from it, once, where the filter lets it pass; by the codes that the bundle names."""
    monkeypatch.setattr("app.recommend.rank.RETRIEVED", 2)
    monkeypatch.setattr("app.recommend.rank._RETRIEVED_PER_K", 1)
    worn = resolve(release, ["tops-1"], Limits())
    query = queries_of(release, worn, ["shoes"])["shoes"]
    alone, everything = retrieve(release, "shoes", query, 1).tolist(), retrieve(release, "shoes", query, 12).tolist()
    allowed = but(release.snapshot.count, everything[-1:])
    known = np.array([*everything[-2:], alone[0]])
    found = retrieve(release, "shoes", query, 1, Selection(release.snapshot.count, (allowed,)), known)
    assert found.tolist() == [*alone, everything[-2]]


def test_what_was_worn_together_is_told_by_category(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that hold one of the codes, whatever their category."""
    asked = dict[int, list[int]]()
    rows = {name: release.snapshot.rows_in(name)[:2] for name in ("shoes", "bags")}

    def rows_with(coordinate: int, codes: np.ndarray) -> np.ndarray:
        asked[coordinate] = codes.tolist()
        return np.concatenate([*rows.values(), rows["bags"]])

    monkeypatch.setattr(type(release.snapshot), "rows_with", lambda _, *given: rows_with(*given))
    monkeypatch.setattr(type(release.bundle), "met_with", lambda *_: {5: np.array([9, 4])})
    found = remembered(release, resolve(release, ["tops-1"], Limits()))
    assert asked == {5: [9, 4]}
    assert {name: found[name].tolist() for name in found} == {name: list(rows[name]) for name in rows}


def test_slots_asked_together_are_answered_as_if_alone(release: Release) -> None:
    """One batch of queries and one of candidates, however many each slot has, the same answers."""
    worn, names = resolve(release, ["tops-1"], Limits()), ["shoes", "bags", "bottoms"]
    queries = queries_of(release, worn, names)
    found = [retrieve(release, name, queries[name], 3)[:most] for name, most in zip(names, (12, 5, 0), strict=True)]
    together = rank_slots(release, worn, list(zip(names, queries.values(), found, strict=True)))
    for name, rows, pool in zip(names, found, together, strict=True):
        np.testing.assert_allclose(queries[name], queries_of(release, worn, [name])[name], rtol=1e-5)
        alone = rank(release, worn, name, rows)
        assert (pool.category, pool.rows_M.tolist()) == (name, alone.rows_M.tolist())
        np.testing.assert_allclose(pool.scores_M, alone.scores_M, rtol=1e-5)


def test_full_diversity_picks_the_most_unlike_second(release: Release) -> None:
    """After the best, the one of lowest cosine with it."""
    rows = release.snapshot.rows_in("shoes")
    pool = Pool("shoes", rows, np.linspace(1, 0, len(rows), dtype=np.float32))
    vectors = release.snapshot.embeddings(rows)
    chosen = diversified(release, pool, 2, 1.0)
    assert chosen.rows_M.tolist() == [rows[0], rows[int(np.argmin(vectors @ vectors[0]))]]


def test_scores_do_not_depend_on_the_batch(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bounded number at a time gives what all at once give."""
    vectors = [release.snapshot.embeddings([row, row + 1, row + 2]) for row in range(10)]
    names = [["tops"] * 3] * 10
    whole = score_outfits(release, vectors, names)
    monkeypatch.setattr("app.recommend.rank._WORK_AT_ONCE", 30)
    assert score_outfits(release, vectors, names) == pytest.approx(whole, abs=1e-6)
