"""Off-policy estimates: against slow sums, against the truth of simulated logs, and refused where a log says too little."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.offpolicy import Shop, covered, kendall, log_of, ranked
from models.offpolicy.by_rank import rate_by_rank
from models.offpolicy.estimates import Estimate, estimate
from models.offpolicy.examination import Steepness, examination, told_by
from models.offpolicy.lists import Lists
from models.offpolicy.showings import Showings


def few(seed: int = 0) -> tuple[Lists, np.ndarray]:
    """Seven answers of three or four places, among six items, by four shoppers."""
    dice = np.random.default_rng(seed)
    places = np.array([4, 4, 3, 4, 3, 4, 4])
    shown = np.full((7, 4), -1)
    chance = np.zeros((7, 6))
    for answer, count in enumerate(places):
        shown[answer, :count] = np.arange(count)
        chance[answer, :count] = [1.0, *[0.8] * (count - 1)]
        chance[answer, count:] = 0.2 / (6 - count)
        if answer % 2:
            shown[answer, count - 1] = 5
    lists = Lists(
        places_U=places,
        open_U=np.ones(7, dtype=np.int64),
        chance_UM=chance,
        shown_UK=shown,
        reward_UK=(dice.random((7, 4)) < 0.6).astype(float),
        acted_UK=np.ones((7, 4)),
        cluster_U=np.array([0, 0, 1, 1, 2, 3, 3]),
    )
    target = np.full((7, 4), -1)
    for answer, count in enumerate(places):
        target[answer, :count] = dice.permutation(6)[:count]
    return lists, target


def slow_weights(lists: Lists, target: np.ndarray, theta: list[float]) -> dict[tuple[int, int], tuple[float, float]]:
    """(t(i), w(i)) of each answer and considered item, one by one."""
    found = {}
    for answer in range(len(target)):
        places, opened = int(lists.places_U[answer]), int(lists.open_U[answer])
        for item in range(6):
            at = [item] if item < places else range(opened, places)
            given = sum(theta[place] * float(lists.chance_UM[answer, item]) for place in at)
            wanted = sum(theta[place] for place in range(places) if target[answer, place] == item)
            found[answer, item] = wanted, wanted / given if given else 0.0
    return found


def slow_interval(values: list[float], clusters: list[int]) -> Estimate:
    """The mean with its interval by clusters."""
    mean = math.fsum(values) / len(values)
    names = sorted(set(clusters))
    sums = [math.fsum(value - mean for value, name in zip(values, clusters, strict=True) if name == one) for one in names]
    spread = math.sqrt(math.fsum(one * one for one in sums) * len(names) / (len(names) - 1)) / len(values)
    return Estimate(mean, mean - 1.959964 * spread, mean + 1.959964 * spread)


@pytest.mark.parametrize("seed", range(4))
def test_estimates_are_their_sums(seed: int) -> None:
    """IPS, SNIPS and DR with their intervals and the effective sample size, each as a loop says it."""
    lists, target = few(seed)
    shown = lists.showings(target, 0.7)
    theta = [(1 + place) ** -0.7 for place in range(4)]
    weights = slow_weights(lists, target, theta)
    cluster = lists.cluster_U.tolist()
    value, norm, robust, wanted, acts = [], [], [], [], []
    expected = {(int(answer), place): float(q) for place, (answer, q) in enumerate(zip(shown.answer_S, shown.expected_S, strict=True))}
    number = 0
    for answer in range(7):
        v = z = left = 0.0
        for place in range(int(lists.places_U[answer])):
            item = int(lists.shown_UK[answer, place])
            w, r = weights[answer, item][1], float(lists.reward_UK[answer, place])
            v, z, left = v + w * r, z + w * theta[place], left + w * (r - theta[place] * expected[answer, number])
            number += 1
            acts.append(w * r)
        value.append(v)
        norm.append(z)
        wanted.append(math.fsum(weights[answer, item][0] for item in range(6)))
        robust.append(float(shown.direct_U[answer]) + left)
    found = estimate(shown)
    for one, values in ((found.ips, value), (found.dr, robust)):
        slow = slow_interval(values, cluster)
        assert (one.value, one.low, one.high) == pytest.approx((slow.value, slow.low, slow.high), rel=1e-9)
    ratio, mean_norm, mean_wanted = math.fsum(value) / math.fsum(norm), math.fsum(norm) / 7, math.fsum(wanted) / 7
    linear = [
        ratio * mean_wanted + (v - ratio * z) * mean_wanted / mean_norm + ratio * (t - mean_wanted)
        for v, z, t in zip(value, norm, wanted, strict=True)
    ]
    slow = slow_interval(linear, cluster)
    assert (found.snips.value, found.snips.low, found.snips.high) == pytest.approx((slow.value, slow.low, slow.high), rel=1e-9)
    assert found.effective == pytest.approx(math.fsum(acts) ** 2 / math.fsum(act * act for act in acts))
    assert found.reachable == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(4))
def test_a_gain_is_of_differences_answer_by_answer(seed: int) -> None:
    """With their interval, not that of two figures; what is uncertain of examination widens it; a target gains nothing on itself."""
    (lists, then), (_, now) = few(seed), few(seed + 10)
    robust = []
    for target in (then, now):
        shown = lists.showings(target, 0.7)
        of_each = shown.direct_U.tolist()
        for number, answer in enumerate(shown.answer_S):
            left = shown.reward_S[number] - shown.examined_S[number] * shown.expected_S[number]
            of_each[answer] += float(shown.wanted_S[number] / shown.given_S[number] * left)
        robust.append(of_each)
    slow = slow_interval([one - other for one, other in zip(*robust, strict=True)], lists.cluster_U.tolist())
    found = lists.gained(then, now, Steepness(0.7))
    assert (found.value, found.low, found.high) == pytest.approx((slow.value, slow.low, slow.high), rel=1e-9)
    assert lists.gained(then, now, Steepness(0.7, 0.2)).low < found.low
    assert lists.gained(then, then, Steepness(0.7)) == Estimate(0.0, 0.0, 0.0)


def test_expected_rewards_come_from_the_other_half() -> None:
    """So that no showing explains itself; ranks without showings get the common rate."""
    rank, half = np.array([0, 0, 1, 0]), np.array([0, 0, 0, 1])
    reward, examined = np.array([1.0, 0.0, 0.0, 1.0]), np.array([1.0, 1.0, 0.5, 1.0])
    found = rate_by_rank(rank, reward, examined, half, 2)
    assert found[0].tolist() == [1.0, 1.0]
    common = 1 / 2.5
    assert found[1].tolist() == pytest.approx([(1 + 5 * common) / 7, (5 * common) / 5.5])


def test_examination_is_told_by_what_was_shown_at_random_places() -> None:
    """Within what so many acts can tell; fewer than 100 tell nothing."""
    dice = np.random.default_rng(0)
    place = dice.integers(3, 10, 40_000)
    acted = (dice.random(40_000) < 0.5 * examination(10, 0.8)[place]).astype(float)
    told = [told_by(place[some], acted[some]) for some in np.array_split(np.arange(40_000), 10)]
    etas, errors = [one.eta for one in told if one], [one.error for one in told if one]
    assert abs(np.mean(etas) - 0.8) < 3 * np.mean(errors) / 10**0.5
    assert np.std(etas) == pytest.approx(np.mean(errors), rel=0.5)
    assert told_by(place[:300], acted[:300]) is None


def test_intervals_hold_what_is_uncertain_of_examination() -> None:
    """By half of what a standard error to either side makes; where it is given they are as they were."""
    lists, target = few()
    at = {eta: estimate(lists.showings(target, eta)).dr for eta in (0.8, 1.0, 1.2)}
    wide = lists.estimated(target, Steepness(1.0, 0.2)).dr
    half = math.hypot((at[1.0].high - at[1.0].low) / 2, 1.959964 * abs(at[1.2].value - at[0.8].value) / 2)
    assert (wide.value, wide.high - wide.value) == pytest.approx((at[1.0].value, half))
    assert lists.estimated(target, Steepness(1.0)).dr == at[1.0]


def test_a_log_that_cannot_tell_is_refused() -> None:
    """Too few effective samples, or a target that the log could never have shown."""
    lists, target = few()
    assert (estimate(lists.showings(target, 1.0)).refused or "").startswith("too few effective samples: ")
    many = Showings(
        answer_S=np.arange(400),
        reward_S=np.ones(400),
        examined_S=np.ones(400),
        given_S=np.ones(400),
        wanted_S=np.ones(400),
        expected_S=np.ones(400),
        target_U=np.full(400, 3.0),
        reachable_U=np.ones(400),
        direct_U=np.ones(400),
        cluster_U=np.arange(400),
    )
    assert estimate(replace(many, cluster_U=np.arange(400) % 12)).refused == "too few shoppers: 12, and it takes 50"
    assert estimate(many).refused == "the log could have shown only 33% of what this one shows, and it takes 50%"


def test_intervals_cover_the_truth_and_candidates_are_ranked() -> None:
    """A small part of benchmarks/offpolicy.md: 40 logs at 2 % exploration."""
    runs = [ranked(Shop(answers=6_000), seed) for seed in range(30)]
    for name in ("snips", "dr"):
        assert covered(runs, name) >= 0.85
    assert np.mean([kendall(run.truth, [one.dr.value for one in run.found]) for run in runs]) >= 0.6


def test_without_exploration_nothing_tells_of_another_policy() -> None:
    """The log shows only what it shows: most of what another policy does is out of reach."""
    shop = Shop(answers=2_000, share=0.0)
    lists, targets, _ = log_of(shop, 0)
    assert all(estimate(lists.showings(target, shop.eta)).reachable < 0.9 for target in targets[-2:])
