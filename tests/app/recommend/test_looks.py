"""Looks by beam search."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pyarrow as pa
import pytest
import torch

from app.ground.parts import Limits
from app.recommend.complete import complete
from app.recommend.completion import Question
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


def test_a_look_is_best_by_score_and_pull_together(release: Release, pools: list[Pool]) -> None:
    """A pull of nothing keeps looks as they are; each piece's pull counts as it does in its slot, by how looks and candidates spread."""
    worn = resolve(release, ["tops-1"], Limits())
    plain = best_looks(release, worn, pools, 25, None)
    still = [replace(pool, pulls_M=np.zeros(5, dtype=np.float32)) for pool in pools]
    assert best_looks(release, worn, still, 25, None) == plain
    pulled = [replace(pool, pulls_M=np.linspace(-1, 1, 5, dtype=np.float32) * pool.scores_M.std()) for pool in pools]
    top, gain = release.snapshot.row_of["tops-1"], dict[int, float]()
    for pool, other in zip(pulled, pulled[::-1], strict=True):
        outfits = [release.snapshot.embeddings([top, int(other.rows_M[0]), row]) for row in pool.rows_M.tolist()]
        spread = score_outfits(release, outfits, [["tops", other.category, pool.category]] * 5).std()
        gain |= dict(zip(pool.rows_M.tolist(), np.linspace(-1, 1, 5) * float(spread), strict=True))
    totals = [look.score + sum(gain[row] for row in look.rows) for look in best_looks(release, worn, pulled, 25, None)]
    assert totals == pytest.approx(sorted(totals, reverse=True), abs=1e-5)
    assert totals[0] == pytest.approx(max(look.score + sum(gain[row] for row in look.rows) for look in plain), abs=1e-5)
    assert max(gain.values()) > 0


def test_of_two_looks_that_go_together_what_is_worn_more_is_likelier(
    release: Release, pools: list[Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in its slot, where that counts; not where somebody chose the candidates. The score stays the outfit's."""
    worn = resolve(release, ["tops-1"], Limits())
    plain = best_looks(release, worn, pools, 25, None)
    liked = plain[-1].rows

    def prior(candidates_BMD: torch.Tensor) -> torch.Tensor:
        wanted = torch.from_numpy(np.asarray(release.snapshot.embeddings(list(liked))))
        return 100.0 * (candidates_BMD[:, :, None] == wanted).all(-1).any(-1).float()

    monkeypatch.setattr(release.bundle.model, "prior", prior)
    first = best_looks(release, worn, pools, 1, None, among_all=True)[0]
    assert first == plain[-1]
    assert best_looks(release, worn, pools, 25, None) == plain


def test_a_look_has_no_two_of_one_title(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ties of two titles in several colours it has one of each, and none of the title that is worn, where there are others."""
    items = release.snapshot.items
    titles = [f"{colour} {kind}" for colour in ("red", "blue") for kind in ("knitted tie", "silk tie", "bow tie")]
    renamed = [titles[int(str(name).split("-")[1]) % len(titles)] for name in items.column("id").to_pylist()]
    monkeypatch.setattr(release.snapshot, "items", items.set_column(items.column_names.index("title"), "title", pa.array(renamed)))
    question = Question(items=["tops-0"], slots=["tops", "tops"], looks=5, k=12)
    answer = complete(release, question, Limits())
    kinds = [[renamed[row].split()[1] for row in look.rows] for look in answer.looks]
    assert len(kinds) == 5
    assert {frozenset(one) for one in kinds} == {frozenset({"silk", "bow"})}
    assert {renamed[one.row].split()[1] for one in answer.slots[0].items} == {"silk", "bow"}
    assert complete(release, replace(question, consistent=False), Limits()).slots[0].items != answer.slots[0].items
