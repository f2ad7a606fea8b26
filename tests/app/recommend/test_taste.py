"""A shopper's taste of now, and preferred prices: what they add, and that they leave nothing out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ground.parts import Limits
from app.recommend.complete import complete
from app.recommend.completion import Question
from app.recommend.diverse import groups, unlike
from app.recommend.leaning import FARTHEST, PriceLeaning, price_pull
from app.recommend.rank import unit
from app.recommend.taste import Axes, taste_of
from app.release.release import Release

PRICES = st.lists(st.one_of(st.integers(50, 500_000).map(lambda cents: cents / 100), st.just(math.nan)), min_size=1, max_size=30)
LEANINGS = st.sampled_from(["cheaper", "dearer"]) | st.floats(1, 2_000)


def shoes(release: Release, **asked: object) -> list[str]:
    """The shoes that complete a top, best first."""
    question = Question(items=["tops-1"], slots=["shoes"], k=12, **asked)  # type: ignore[arg-type]
    return [release.item(one.row).id for one in complete(release, question, Limits()).slots[0].items]


def test_what_looks_like_what_was_viewed_moves_up_and_nothing_leaves(release: Release) -> None:
    """By what the module says, in log-odds; the score of each stays the model's."""
    lately = [("shoes-3", "add_to_cart"), ("bags-2", "view")]
    question = Question(items=["tops-1"], slots=["shoes"], k=12, lately=lately, taste_strength=20.0)
    answer = complete(release, question, Limits())
    plain = complete(release, Question(items=["tops-1"], slots=["shoes"], k=12), Limits())
    assert answer.taste is not None
    assert answer.taste.items == ("shoes-3", "bags-2")
    axes, row_of = Axes.of(release), release.snapshot.row_of
    lies = {item: axes.place(release, np.array([row_of[item]]))[0] for item in ("shoes-3", "bags-2", *shoes(release))}
    theta = (3 * lies["shoes-3"] + lies["bags-2"]) / (4 + 64)
    scores = {release.item(one.row).id: one.score for one in plain.slots[0].items}
    for one in answer.slots[0].items:
        item = release.item(one.row).id
        assert one.score == pytest.approx(scores[item], abs=1e-5)
        assert one.pull == pytest.approx(20 * float(lies[item] @ theta) / 2.0, abs=1e-4)  # 2.0: the slope of the home's calibration
    assert [one.score + (one.pull or 0) for one in answer.slots[0].items] == sorted(
        (one.score + (one.pull or 0) for one in answer.slots[0].items), reverse=True
    )
    assert {*shoes(release)} == {*shoes(release, lately=lately, taste_strength=20.0)}
    assert shoes(release, lately=lately, taste_strength=50.0)[0] == "shoes-3"


def test_what_is_worn_gone_or_does_not_count_tells_no_taste(release: Release) -> None:
    """Then the answer is as without."""
    assert taste_of(release, [("tops-1", "view"), ("no-such", "purchase"), ("shoes-1", "dismiss")], ["tops-1"], 1.0) is None
    assert taste_of(release, [("shoes-1", "view")], ["tops-1"], 0.0) is None
    assert shoes(release, lately=[("tops-1", "view")], taste_strength=9.0) == shoes(release)


def test_axes_are_those_in_which_items_of_a_category_differ_most(release: Release) -> None:
    """Whitened: of the rows that they were made from, mean 0 in each category and variance 1."""
    axes = Axes.of(release)
    lies = axes.place(release, release.snapshot.rows)
    np.testing.assert_allclose(lies.T @ lies / len(lies), np.eye(lies.shape[1]), atol=1e-4)
    np.testing.assert_allclose(lies[release.snapshot.rows_in("shoes")].mean(0), 0, atol=1e-4)


@given(prices=PRICES, to=LEANINGS, strength=st.floats(0, 10), times=st.floats(0.1, 100), data=st.data())
def test_a_preferred_price_moves_by_ratio_within_bounds(
    prices: list[float], to: float, strength: float, times: float, data: st.DataObject
) -> None:
    """What is more as preferred is never pulled less; a currency of another unit changes nothing; unknown prices are in the middle."""
    scores_M = np.array(data.draw(st.lists(st.floats(-5, 5), min_size=len(prices), max_size=len(prices))), dtype=np.float32)
    price_M = np.array(prices)
    pull_M = price_pull(price_M, scores_M, PriceLeaning(to=to, strength=strength))  # type: ignore[arg-type]
    assert np.isfinite(pull_M).all()
    assert (np.abs(pull_M) <= FARTHEST * strength * scores_M.std() + 1e-4).all()
    far_M = np.log(price_M) if to == "cheaper" else -np.log(price_M) if to == "dearer" else np.abs(np.log(price_M / to))
    known = np.flatnonzero(~np.isnan(price_M))
    order = known[np.argsort(far_M[known], kind="stable")]
    assert (np.diff(pull_M[order]) <= 1e-3).all()
    scaled = to if isinstance(to, str) else to * times
    np.testing.assert_allclose(
        price_pull(price_M * times, scores_M, PriceLeaning(to=scaled, strength=strength)),  # type: ignore[arg-type]
        pull_M,
        atol=2e-2 * strength * max(1, scores_M.std()),
    )
    if len(known):
        unknown = pull_M[np.isnan(price_M)]
        assert ((unknown >= pull_M[known].min() - 1e-4) & (unknown <= pull_M[known].max() + 1e-4)).all()


def test_cheaper_dearer_and_near_reorder_and_leave_nothing_out(release: Release) -> None:
    """Strength 0 changes nothing; ten puts the cheapest, dearest and nearest first."""
    plain, price_of = shoes(release), {f"shoes-{number}": 10.0 + number for number in range(12)}
    assert shoes(release, price=PriceLeaning(to="cheaper", strength=0)) == plain
    for to, best in (("cheaper", "shoes-0"), ("dearer", "shoes-10"), (15.0, "shoes-5")):
        found = shoes(release, price=PriceLeaning(to=to, strength=10))  # type: ignore[arg-type]
        assert {*found} == {*plain}
        assert abs(price_of[found[0]] - price_of[best]) <= 2


@given(count=st.integers(1, 25), kinds=st.integers(1, 6), diversity=st.floats(0, 1), k=st.integers(1, 25), seed=st.integers(0, 2**16))
def test_no_group_comes_again_before_the_others_where_only_unlikeness_counts(
    count: int, kinds: int, diversity: float, k: int, seed: int
) -> None:
    """Each place once, the best first; at diversity 1 every group comes once before any comes twice; a group each changes nothing."""
    rng = np.random.default_rng(seed)
    scores_M = np.sort(rng.normal(size=count))[::-1].astype(np.float32)
    vectors_MD = unit(rng.normal(size=(count, 5)).astype(np.float32))
    group_M = rng.integers(kinds, size=count)
    chosen = unlike(scores_M, vectors_MD, k, diversity, group_M)
    assert chosen[0] == 0
    assert len(set(chosen)) == len(chosen) == min(k, count)
    assert unlike(scores_M, vectors_MD, k, diversity, np.arange(count)) == unlike(scores_M, vectors_MD, k, diversity)
    wholly = group_M[unlike(scores_M, vectors_MD, k, 1.0, group_M)].tolist()
    first = min(len(set(group_M.tolist())), len(wholly))
    assert len(set(wholly[:first])) == first


def test_the_shops_group_else_the_brand_is_what_counts_as_the_same(release: Release) -> None:
    """The little home has brands only: two of them, so the first two are of both."""
    rows = release.snapshot.rows_in("shoes")
    brands = release.snapshot.items.column("brand").take(rows).to_pylist()
    found = groups(release, rows)
    assert [brands[0] == brand for brand in brands] == [found[0] == one for one in found]
    shown = shoes(release, diversity=1.0, by_group=True)
    assert len({int(item.removeprefix("shoes-")) % 2 for item in shown[:2]}) == 2
