"""Retrieval, re-ranking and diversity."""

from __future__ import annotations

import numpy as np
import pytest

from app.ground.settings import Limits
from app.recommend.outfit import resolve
from app.recommend.rank import Pool, diversified, rank, retrieve, score_outfits
from app.release.release import Release


def test_retrieval_finds_what_exhaustive_ranking_puts_first(release: Release) -> None:
    """For a model whose rank is its query's inner product, the index loses nothing."""
    worn = resolve(release, ["tops-1", "bags-2"], Limits())
    [found] = retrieve(release, worn, ["shoes"], 3, None)
    everything = rank(release, worn, "shoes", release.snapshot.rows_in("shoes"))
    assert rank(release, worn, "shoes", found).rows_M[:3].tolist() == everything.rows_M[:3].tolist()


def test_slots_asked_together_are_answered_as_if_alone(release: Release) -> None:
    """One batch of queries, the same answers."""
    worn = resolve(release, ["tops-1"], Limits())
    together = retrieve(release, worn, ["shoes", "bags"], 3, None)
    alone = [retrieve(release, worn, [name], 3, None)[0] for name in ("shoes", "bags")]
    assert [rows.tolist() for rows in together] == [rows.tolist() for rows in alone]


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
