"""The rule against its documented formula, computed by loops over pairs and triples."""

from __future__ import annotations

import math
from itertools import combinations, product

import numpy as np
import pytest

from models.wardrobe.rule import Array, Latents, Rule, Score, level_popularity, sample_outfits

RULE = Rule()


def latents(count: int, seed: int = 0) -> Latents:
    """Random latents."""
    rng = np.random.default_rng(seed)
    signed = rng.uniform(-1, 1, (3, count))
    return Latents(
        hue=rng.uniform(0, 2 * np.pi, count),
        chroma=rng.uniform(0, 1, count),
        lightness=signed[0],
        formality=signed[1],
        season=signed[2],
        loud=rng.uniform(0, 1, count),
        popularity=rng.normal(0, 0.3, count),
    )


def pair(first: int, second: int, of: Latents, rule: Rule = RULE) -> float:
    """``pair(i, j)`` of the docstring."""
    turn = of.hue[first] - of.hue[second]
    chroma = of.chroma[first] * of.chroma[second]
    total = rule.analogous * chroma * math.cos(turn) + rule.opposite * chroma * math.cos(2 * turn)
    for weight, values in ((rule.formality, of.formality), (rule.season, of.season)):
        total += weight * (values[first] * values[second] - rule.half * (values[first] ** 2 + values[second] ** 2) / 2)
    return float(total - rule.loud * of.loud[first] * of.loud[second])


def log_weight(outfit: tuple[int, ...], of: Latents, rule: Rule = RULE) -> float:
    """``score(o)`` of the docstring, and popularity."""
    size = len(outfit)
    total = 3 / (size - 1) * sum(pair(i, j, of, rule) for i, j in combinations(outfit, 2))
    if size > 2:
        triples = sum(float(np.prod(of.lightness[list(three)])) for three in combinations(outfit, 3))
        total += 3 / math.comb(size - 1, 2) * rule.triad * triples
    return total + float(of.popularity[list(outfit)].sum())


@pytest.mark.parametrize("size", [2, 3, 4, 5, 6])
def test_outfits_are_scored_as_the_docstring_says(size: int) -> None:
    """Sums of squares stand in for loops over pairs and triples, exactly."""
    of = latents(12)
    outfits = np.array([np.random.default_rng(seed).choice(12, size, replace=False) for seed in range(20)])
    slow = [log_weight(tuple(outfit), of) for outfit in outfits]
    np.testing.assert_allclose(Score(RULE, of).outfits(outfits), slow, atol=1e-12)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_the_conditional_of_a_slot_is_exact(size: int) -> None:
    """It equals the difference of whole outfits' log-weights, up to a constant."""
    of = latents(12)
    context, candidates = np.arange(size)[None], np.arange(size, 12)
    slow = np.array([log_weight((*range(size), int(candidate)), of) for candidate in candidates])
    fast = Score(RULE, of).conditional(context, candidates)[0]
    np.testing.assert_allclose(fast - fast[0], slow - slow[0], atol=1e-12)


@pytest.mark.parametrize(("triad", "left"), [(0.0, (0.0, 1e-9)), (RULE.triad, (0.05, 1.0))])
def test_no_sum_of_pairs_explains_the_effect_of_three(triad: float, left: tuple[float, float]) -> None:
    """A regression on every pair of items explains all of the score without the effect of three, and not with it."""
    each = 7
    of = latents(3 * each, seed=1)
    outfits = np.array(list(product(*(range(slot * each, (slot + 1) * each) for slot in range(3)))))
    score = Score(Rule(triad=triad), of).outfits(outfits)
    local = outfits - np.arange(3) * each
    columns = [np.eye(each * each)[local[:, first] * each + local[:, second]] for first, second in combinations(range(3), 2)]
    design = np.concatenate(columns, axis=1)
    residual = score - design @ np.linalg.lstsq(design, score)[0]
    assert left[0] <= residual.var() / score.var() <= left[1]


def test_sampling_follows_the_rule() -> None:
    """Gibbs samples of a catalogue small enough to enumerate occur as often as the enumeration says."""
    of, each = latents(12, seed=2), 4
    score, slots = Score(RULE, of), [np.arange(slot * each, (slot + 1) * each) for slot in range(3)]
    outfits = np.array(list(product(*slots)))
    p = np.exp(score.outfits(outfits))
    expected = 30_000 * p / p.sum()
    drawn = sample_outfits(score, slots, 30_000, 12, np.random.default_rng(0))
    counts = np.bincount((drawn - [0, each, 2 * each]) @ [each * each, each, 1], minlength=each**3)
    often = expected >= 5
    seen, wanted = (np.append(values[often], values[~often].sum()) for values in (counts, expected))
    statistic = float(((seen - wanted) ** 2 / np.maximum(wanted, 1e-9)).sum())
    freedom = len(wanted) - 1
    assert statistic < freedom + 4 * math.sqrt(2 * freedom)


def test_levelled_popularity_is_what_was_asked_for() -> None:
    """After levelling, items are worn about as often as the target says, though the rule alone would prefer some."""
    of = latents(60, seed=3)
    slots = [np.arange(slot * 20, (slot + 1) * 20) for slot in range(3)]

    def worn(score: Score) -> Array:
        drawn = sample_outfits(score, slots, 6000, 10, np.random.default_rng(1))
        return np.bincount(drawn.ravel(), minlength=60) / 6000

    target = np.exp(of.popularity).reshape(3, 20)
    wanted = (target / target.sum(1, keepdims=True)).ravel()
    levelled = level_popularity(Score(RULE, of), [slots], of.popularity, np.random.default_rng(0))
    before, after = (np.abs(np.log((worn(score) + 1e-4) / wanted)).mean() for score in (Score(RULE, of), levelled))
    assert after < 0.25
    assert after < before / 2
