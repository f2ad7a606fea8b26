"""Off-policy estimates on simulated logs whose truth is known: do the intervals cover it, and are candidates ranked as it ranks them?

A shop's logging policy ranks 40 items of a slot by a noisy score, shows ten, and explores as ``app.recommend.exploring`` does. Five
candidates rank by scores of their own, from worse to much better. A shopper examines place k with probability k^-η and acts on an examined
item with a probability of its own, so each candidate's worth is known: it is averaged over 200,000 further questions.

    python -m benchmarks.offpolicy [RUNS] > OUT

Shape legend: U answers · M items considered · K places.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from app.recommend.exploring import Chances
from models.offpolicy.estimates import Estimated
from models.offpolicy.examination import Steepness, examination
from models.offpolicy.lists import Lists
from models.offpolicy.showings import Floats, Ints

CANDIDATES = (0.35, 0.6, 0.8, 1.0, 1.3)
"""How much of the truth each candidate's score has, beside noise of the size 1; the logging policy's has 0.7."""
LOGGING = 0.7
ALIKE = 0.8
"""How much of its noise a candidate shares with the logging policy: a retrained release is a relative of the one before."""


@dataclass(frozen=True)
class Shop:
    """The world. ``share``, ``first`` and ``among`` are the settings of exploration; ``given_eta`` is what the estimate believes."""

    answers: int = 20_000
    considered: int = 40
    places: int = 10
    share: float = 0.02
    first: int = 1
    among: int = 20
    eta: float = 1.0
    worth: float = 1.0
    given_eta: float | None = None


@dataclass(frozen=True)
class Run:
    """The estimates of the five candidates of one log, and the truth."""

    found: list[Estimated]
    truth: Sequence[float]


def questions(shop: Shop, dice: np.random.Generator, count: int) -> tuple[Floats, list[Ints]]:
    """How probably an examined item is bought, ``(U, M)``, and the logging policy's and the candidates' ten best, ``(U, K)`` each.

    Items are in the order of the logging policy.
    """
    worth_UM = dice.normal(size=(count, shop.considered)).astype(np.float32)
    noise_UM = dice.normal(size=worth_UM.shape).astype(np.float32)
    order_UM = np.argsort(-(LOGGING * worth_UM + noise_UM), axis=1)
    worth_UM, noise_UM = (np.take_along_axis(values, order_UM, 1) for values in (worth_UM, noise_UM))
    bought_UM = shop.worth / (1 + np.exp(2.0 - 1.2 * worth_UM.astype(np.float64)))
    shows = []
    for strength in CANDIDATES:
        own_UM = dice.normal(size=worth_UM.shape).astype(np.float32)
        score_UM = strength * worth_UM + ALIKE * noise_UM + np.sqrt(1 - ALIKE**2) * own_UM
        shows.append(np.argsort(-score_UM, axis=1)[:, : shop.places])
    return bought_UM, shows


@cache
def truth(shop: Shop, count: int = 200_000) -> tuple[float, ...]:
    """What each candidate earns per answer."""
    theta_K, dice = examination(shop.places, shop.eta), np.random.default_rng(9_999)
    parts = []
    for _ in range(10):
        bought_UM, shows = questions(shop, dice, count // 10)
        parts.append([float((np.take_along_axis(bought_UM, show_UK, 1) @ theta_K).mean()) for show_UK in shows])
    return tuple(np.mean(parts, axis=0).tolist())


def log_of(shop: Shop, seed: int) -> tuple[Lists, list[Ints], Floats]:
    """A log, the candidates' lists for its answers, and how probably each examined item is bought."""
    dice = np.random.default_rng([seed, 7])
    bought_UM, targets = questions(shop, dice, shop.answers)
    opened = shop.places - shop.first
    chances = Chances.of(shop.share, opened, 0, shop.among, 0.0)
    chance_M = np.zeros(shop.considered)
    chance_M[: shop.first], chance_M[shop.first : shop.places] = 1.0, chances.stays
    chance_M[shop.places : shop.places + shop.among] = chances.other
    shown_UK = np.broadcast_to(np.arange(shop.places), (shop.answers, shop.places)).copy()
    dealt_UL = np.argsort(dice.random((shop.answers, shop.among), dtype=np.float32), axis=1)[:, :opened] + shop.places
    explored_UL = dice.random((shop.answers, opened)) < shop.share
    shown_UK[:, shop.first :] = np.where(explored_UL, dealt_UL, shown_UK[:, shop.first :])
    looked_UK = dice.random(shown_UK.shape) < examination(shop.places, shop.eta)
    bought_UK = looked_UK & (dice.random(shown_UK.shape) < np.take_along_axis(bought_UM, shown_UK, 1))
    lists = Lists(
        places_U=np.full(shop.answers, shop.places),
        open_U=np.full(shop.answers, shop.first if shop.share else shop.places),
        chance_UM=np.broadcast_to(chance_M, bought_UM.shape),
        shown_UK=shown_UK,
        reward_UK=bought_UK.astype(np.float64),
        acted_UK=looked_UK.astype(np.float64),
        cluster_U=np.arange(shop.answers),
    )
    return lists, targets, bought_UM


def ranked(shop: Shop, seed: int) -> Run:
    """Estimate the five candidates on one log."""
    lists, targets, _ = log_of(shop, seed)
    told = lists.steepness() if shop.given_eta is None else None
    steep = told or Steepness(shop.given_eta or shop.eta)
    return Run([lists.estimated(target, steep) for target in targets], truth(shop))


def covered(runs: Sequence[Run], name: str) -> float:
    """Share of the intervals that hold the truth, over runs and candidates."""
    within = [
        (one := getattr(found, name)).low <= value <= one.high for run in runs for found, value in zip(run.found, run.truth, strict=True)
    ]
    return float(np.mean(within))


def kendall(one: Sequence[float], other: Sequence[float]) -> float:
    """Kendall's τ of two orders without ties."""
    pairs = [(a, b) for a in range(len(one)) for b in range(a)]
    return float(np.mean([np.sign(one[a] - one[b]) * np.sign(other[a] - other[b]) for a, b in pairs]))


def line(name: str, runs: Sequence[Run]) -> str:
    """One row of the page."""
    cells = [name]
    for kind in ("ips", "snips", "dr"):
        half = np.mean(
            [
                (getattr(found, kind).high - getattr(found, kind).low) / 2 / value
                for run in runs
                for found, value in zip(run.found, run.truth, strict=True)
            ]
        )
        tau = np.mean([kendall(run.truth, [getattr(found, kind).value for found in run.found]) for run in runs])
        cells.append(f"{covered(runs, kind):.1%} · ±{half:.1%} · {tau:.2f}")
    cells += [f"{np.mean([found.effective for run in runs for found in run.found]):,.0f}"]
    cells += [f"{np.mean([found.refused is not None for run in runs for found in run.found]):.0%}"]
    cells += [f"{np.mean([found.reachable for run in runs for found in run.found]):.0%}"]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table."""
    runs, shop = int(sys.argv[1]) if len(sys.argv) > 1 else 200, Shop()
    print("truth:", " ".join(f"{value:.4f}" for value in truth(shop)))
    print(
        "| log | IPS: covers · half interval · τ | SNIPS | DR | effective | refused | reachable |\n|---|---|---|---|---|---|---|",
        flush=True,
    )
    worlds = [
        ("2 %, 20,000 answers, η told by the log", shop, runs),
        ("2 %, 20,000 answers, few buy", replace(shop, worth=0.25), runs // 4),
        ("2 %, 5,000 answers, few buy", replace(shop, worth=0.25, answers=5_000), runs // 2),
        ("10 %, 5,000 answers, few buy", replace(shop, worth=0.25, answers=5_000, share=0.1), runs // 2),
        ("2 %, 20,000 answers, first three places closed", replace(shop, first=3), runs // 5),
        ("2 %, 20,000 answers, η 0.5 believed, 1 true", replace(shop, given_eta=0.5), runs // 5),
        ("0 %, 20,000 answers, η given", replace(shop, share=0.0, given_eta=1.0), runs // 10),
    ]
    for name, world, count in worlds:
        if count:
            started = time.perf_counter()
            print(line(name, [ranked(world, seed) for seed in range(count)]), f"<!-- {time.perf_counter() - started:.0f} s -->", flush=True)


if __name__ == "__main__":
    main()
