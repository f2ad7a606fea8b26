"""Exploration: at some of the lower places another item than the best is shown by chance, for the log to tell what becomes of it.

Each open place is explored with probability ε, by itself. An explored place shows one of the C cold items with probability κ,
else one of the W others; which of them is dealt to which place is drawn without repetition, so that each item is as likely at each of the
L open places. With κ' = κ min(1, C/L) (a place has a cold item to show), the probabilities are exactly

    a cold item, at a place     ε κ / max(C, L)
    another one, at a place     ε (1 - κ') / max(W, L)
    the best stays at its own   1 - ε (κ' + (1 - κ') min(1, W/L))

Sampling whole rankings (Plackett-Luce) would give these only as sums over permutations; here they are exact, for the price of three draws.
What is explored are items that the ranking considered, so filters, wishes and rules hold for them; buried ones are never explored.

Shape legend: M items considered · L open places.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.recommend.rank import Pool
from app.release.release import Release
from index.backends.base import FloatArray, IntArray

_COLD_SHARE_OF_ITEMS: Final = 2  # half of the items that are explored may be cold ones, however low they rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploring:
    """How to explore in one answer.

    Attributes:
        seed: the answer's id; the same one explores the same.
        share: ε. first: places at the top that are never explored. among: items beside those shown that may be.
        cold_share: κ. cold: whether an item was shown too seldom to know.
    """

    seed: str
    share: float
    first: int
    among: int
    cold_share: float = 0.0
    cold: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class Chances:
    """The probabilities of one slot; see the module."""

    stays: float
    cold: float
    other: float

    @classmethod
    def of(cls, share: float, places: int, cold: int, others: int, cold_share: float) -> Chances:
        """Of ``places`` open ones."""
        if not places:
            return cls(1.0, 0.0, 0.0)
        to_cold = cold_share * min(1.0, cold / places)
        stays = 1 - share * (to_cold + (1 - to_cold) * min(1.0, others / places))
        return cls(stays, share * cold_share / max(cold, places) if cold else 0.0, share * (1 - to_cold) / max(others, places))


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Considered:
    """What was considered for a slot, in the order of the ranking: first what would be shown without exploration.

    Attributes:
        scores_M: the model's. bent_M: what words and rules add; None where nothing.
        chance_M: of the first ones to be shown at their own place, of the others at each open place; None without exploration.
        fixed: how many of the first are pinned or promoted.
        opened: the first place that may be explored; where none may, the number of places.
        explored: the places that were.
    """

    rows_M: IntArray
    scores_M: FloatArray
    bent_M: FloatArray | None = None
    chance_M: FloatArray | None = None
    fixed: int = 0
    opened: int = 0
    explored: tuple[int, ...] = ()


def explore(release: Release, pool: Pool, best: Pool, exploring: Exploring, *, fixed: int, slot: int) -> tuple[Pool, Considered]:
    """What is shown of a slot, and what was considered for it.

    Args:
        pool: all that was ranked. best: what is shown without exploration. fixed: how many of it are pinned or promoted.
        slot: its number in the answer.
    """
    opened, shown = max(exploring.first, fixed), len(best.rows_M)
    place_of = {row: place for place, row in enumerate(pool.rows_M.tolist())}
    own = [place_of[row] for row in best.rows_M.tolist()]
    lifted_M = np.zeros(len(pool.rows_M)) if pool.lifts_M is None else pool.lifts_M
    rest = [place for place in sorted({*place_of.values()} - {*own}) if lifted_M[place] >= 0]
    cold, others = _may_be_explored(release, pool, rest, exploring)
    drawn = _drawn(exploring, max(0, shown - opened), len(cold), len(others), slot)
    now, explored = list(own), []
    for place, (is_cold, number) in drawn.items():
        now[opened + place] = (cold if is_cold else others)[number]
        explored.append(opened + place)
    chances = Chances.of(exploring.share, max(0, shown - opened), len(cold), len(others), exploring.cold_share)
    after = sorted([*cold, *others])
    chance_of = dict.fromkeys(cold, chances.cold) | dict.fromkeys(others, chances.other)
    own_chances = [1.0 if place < opened else chances.stays for place in range(shown)]
    seen = pool.at([*own, *after])
    return pool.at(now), Considered(
        rows_M=seen.rows_M,
        scores_M=seen.scores_M,
        bent_M=_bent(seen),
        chance_M=np.array([*own_chances, *(chance_of[place] for place in after)]),
        fixed=fixed,
        opened=min(opened, shown),
        explored=tuple(sorted(explored)),
    )


def considered(pool: Pool, best: Pool, *, fixed: int, most: int) -> Considered:
    """What was considered for a slot that is not explored: what is shown, then the best of the others, ``most`` in all."""
    place_of = {row: place for place, row in enumerate(pool.rows_M.tolist())}
    own = [place_of[row] for row in best.rows_M.tolist()]
    held = {*own}
    seen = pool.at([*own, *[place for place in range(len(pool.rows_M)) if place not in held][: max(0, most - len(own))]])
    return Considered(rows_M=seen.rows_M, scores_M=seen.scores_M, bent_M=_bent(seen), fixed=fixed, opened=len(own))


def _may_be_explored(release: Release, pool: Pool, rest: list[int], exploring: Exploring) -> tuple[list[int], list[int]]:
    """Places in the pool of the cold items and of the others that may be explored, the best of each."""
    if exploring.cold is None or not exploring.cold_share:
        return [], rest[: exploring.among]
    ids = release.snapshot.items.column("id")
    cold = [place for place in rest if exploring.cold(ids[int(pool.rows_M[place])].as_py())][: exploring.among // _COLD_SHARE_OF_ITEMS]
    warm = [place for place in rest if place not in {*cold}]
    return cold, warm[: exploring.among - len(cold)]


def _drawn(exploring: Exploring, places: int, cold: int, others: int, slot: int) -> dict[int, tuple[bool, int]]:
    """Of each place that is explored, counted from the first open one: whether a cold item is shown, and which."""
    if not places:
        return {}
    dice = np.random.default_rng([*exploring.seed.encode(), slot])
    explored_L, wants_cold_L = dice.random(places) < exploring.share, dice.random(places) < exploring.cold_share
    cold_L, other_L = (dice.permutation(max(count, places))[:places] for count in (cold, others))
    found: dict[int, tuple[bool, int]] = {}
    for place in np.flatnonzero(explored_L).tolist():
        if wants_cold_L[place] and cold_L[place] < cold:
            found[place] = True, int(cold_L[place])
        elif other_L[place] < others:
            found[place] = False, int(other_L[place])
    return found


def _bent(pool: Pool) -> FloatArray | None:
    return None if pool.pulls_M is None and pool.lifts_M is None else np.asarray(pool.ranked_by - pool.scores_M)
