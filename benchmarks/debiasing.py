"""A loop that learns from what it showed, with and without correction for places: shoppers who look at the top only, five seeds.

The learner counts: how often an item was bought beside what is worn, by the worn item's style, each purchase as often as
``app.worker.weights`` says. It stands for the model, which takes hours for what this does in seconds; the weights are the worker's own.
Exploration is ``app.recommend.exploring``'s, at 0 or 10 %, by its chances.

    python -m benchmarks.debiasing > OUT

Shape legend: T styles of what is worn · M items of a slot · B answers · K places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from app.worker.weights import Lists, counts_of
from models.datasets.schema import Outfit
from models.offpolicy.examination import examination

STYLES, ITEMS, PLACES, CYCLES, ANSWERS = 8, 120, 10, 8, 4_000
SEEDS = 5
FINDS = 0.05  # chance that a shopper buys the wanted item where it was not looked at


@dataclass(frozen=True)
class Loop:
    """How a loop learns and shows. ``trend``: how far what is wanted moves a cycle; ``keeps``: share of a count kept a cycle."""

    weighed: bool
    share: float = 0.0
    trend: float = 0.0
    keeps: float = 1.0


def hits(loop: Loop, seed: int) -> tuple[list[float], list[float]]:
    """By cycle: the share of answers in whose ranking the wanted item is among the ten, and in which it was shown, explored or not."""
    dice, taste = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 0])
    likes_TM = taste.normal(0, 1.2, (STYLES, ITEMS))
    count_TM = np.zeros((STYLES, ITEMS))
    ranked_well, shown_well = [], []
    theta_K = examination(PLACES, 1.0)
    for cycle in range(CYCLES):
        best_TK = np.argsort(-(count_TM + dice.random(count_TM.shape) * 1e-6), axis=1, kind="stable")
        style_B = dice.integers(STYLES, size=ANSWERS)
        wanted_B = np.argmax(likes_TM[style_B] + dice.gumbel(size=(ANSWERS, ITEMS)), axis=1)
        shown_BK = best_TK[style_B][:, :PLACES].copy()
        explored_BK = dice.random(shown_BK.shape) < loop.share
        explored_BK[:, 0] = False
        dealt_BK = np.argsort(dice.random((ANSWERS, 40)), axis=1)[:, :PLACES] + PLACES
        shown_BK = np.where(explored_BK, np.take_along_axis(best_TK[style_B], dealt_BK, 1), shown_BK)
        ranked_well.append(float((best_TK[style_B][:, :PLACES] == wanted_B[:, None]).any(1).mean()))
        at_BK = shown_BK == wanted_B[:, None]
        shown_well.append(float(at_BK.any(1).mean()))
        place_B = np.where(at_BK.any(1), at_BK.argmax(1), -1)
        looked_B = dice.random(ANSWERS) < np.where(place_B >= 0, theta_K[np.maximum(place_B, 0)], 0.0)
        bought_B = np.flatnonzero(looked_B | (dice.random(ANSWERS) < FINDS))
        outfits = [Outfit(f"s{number}", (str(wanted_B[number]),), "train", None, float(cycle)) for number in bought_B]
        category_of = {item: "all" for outfit in outfits for item in outfit.items}
        places = {(f"s{number}", str(wanted_B[number])): int(place_B[number]) for number in bought_B if place_B[number] >= 0}
        lists = Lists({(outfit.id, "all") for outfit in outfits}, places) if loop.weighed else Lists()
        counts = counts_of(outfits, category_of, lists, 1.0, 0.0)
        count_TM *= loop.keeps
        np.add.at(count_TM, (style_B[bought_B], wanted_B[bought_B]), list(counts.values()))
        likes_TM = likes_TM + taste.normal(0, loop.trend, likes_TM.shape)
    return ranked_well, shown_well


def oracle(trend: float, seed: int) -> float:
    """The share in the last cycle where the ten that are wanted most are shown."""
    dice, taste = np.random.default_rng([seed, 2]), np.random.default_rng([seed, 0])
    likes_TM = taste.normal(0, 1.2, (STYLES, ITEMS))
    for _ in range(CYCLES - 1):
        likes_TM = likes_TM + taste.normal(0, trend, likes_TM.shape)
    style_B = dice.integers(STYLES, size=20_000)
    wanted_B = np.argmax(likes_TM[style_B] + dice.gumbel(size=(20_000, ITEMS)), axis=1)
    return float((np.argsort(-likes_TM, axis=1)[style_B][:, :PLACES] == wanted_B[:, None]).any(1).mean())


def interval(values: Sequence[float]) -> str:
    """The mean of some seeds and half of its 95 % interval (t; nothing is told by one)."""
    if len(values) == 1:
        return f"{np.mean(values):.3f}"
    return f"{np.mean(values):.3f} ± {t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / len(values) ** 0.5:.3f}"


def main() -> None:
    """Print the table; gains are paired by seed."""
    print("| loop | trend | last cycle, as ranked | gain | last cycle, as shown | gain | oracle |\n|---|---|---|---|---|---|---|")
    for trend in (0.0, 0.3):
        best, plain = (
            interval([oracle(trend, seed) for seed in range(SEEDS)]),
            [hits(Loop(weighed=False, trend=trend), seed) for seed in range(SEEDS)],
        )
        for name, loop in (
            ("as it is", Loop(weighed=False)),
            ("weighed by place", Loop(weighed=True)),
            ("weighed, half kept a cycle", Loop(weighed=True, keeps=0.5)),
            ("explored 10 %", Loop(weighed=False, share=0.1)),
            ("weighed, explored 10 %", Loop(weighed=True, share=0.1)),
            ("weighed, explored 10 %, half kept a cycle", Loop(weighed=True, share=0.1, keeps=0.5)),
        ):
            runs = [hits(Loop(loop.weighed, loop.share, trend, loop.keeps), seed) for seed in range(SEEDS)]
            cells = []
            for kind in (0, 1):
                last = [run[kind][-1] for run in runs]
                cells += [interval(last), interval([value - before[kind][-1] for value, before in zip(last, plain, strict=True)])]
            print(f"| {name} | {trend:g} | {' | '.join(cells)} | {best} |", flush=True)


if __name__ == "__main__":
    main()
