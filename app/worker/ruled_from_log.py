"""What rules would have earned, had they held when the answers of the log were given: explored ones tell.

Of each list both sets of rules order what was considered for it: what they take away goes, scores are lifted, what is pinned comes first.
Beyond that a list cannot tell: what a rule that takes away no longer keeps out, and slots that were not asked for.

Shape legend: U lists · M items considered, padded · K places, padded · m considered items of one list that are known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from app.attribution.products import Products
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.log.open import opened_log
from app.recommend.dry_run import Earned
from app.recommend.rank import in_scores
from app.release.release import Release
from app.rules.rule import Rule
from app.rules.ruling import InForce, Ruled, Ruling
from app.worker.logged import Logged, logged
from app.worker.told import all_events
from models.errors import InputError
from models.offpolicy.examination import ASSUMED, Steepness
from models.offpolicy.lists import Lists
from models.offpolicy.reward import Reward
from models.offpolicy.showings import Floats, Ints


def earned_alone(settings: Settings, before: Sequence[Rule], after: Sequence[Rule], reward: Reward) -> Earned:
    """What rules earn, and would, of all events of the home; for a process that does nothing else.

    Raises:
        LogError: the log cannot be read.
    """

    async def told() -> Earned:
        async with opened_log(settings.log, settings.home) as log, all_events(settings.home, log) as events:
            return ruled_by_log(settings, events, before, after, reward)

    return asyncio.run(told())


def ruled_by_log(settings: Settings, events: pl.LazyFrame, before: Sequence[Rule], after: Sequence[Rule], reward: Reward) -> Earned:
    """What rules earn, and would, by the catalogue of the release that serves."""
    store = ReleaseStore(settings.home)
    release = Release.open(store, store.served(), later=True)
    try:
        found = logged(events, settings.attribution, release.snapshot.row_of, reward, Products.of(release.snapshot.items))
    except InputError as error:
        return Earned(reward=reward, refused=str(error))
    lists, now_UK, then_UK = targets(found, release, *(Ruled(InForce(rules), release) for rules in (before, after)))
    eta = settings.exploration.examination
    steep = (lists.steepness() if eta is None else None) or Steepness(ASSUMED if eta is None else eta)
    now, then = (lists.estimated(target_UK, steep) for target_UK in (now_UK, then_UK))
    if refused := now.refused or then.refused:
        return Earned(reward=reward, refused=refused, lists=now.answers)
    return Earned(reward=reward, lists=now.answers, now=now.dr, then=then.dr, gain=lists.gained(then_UK, now_UK, steep))


def targets(found: Logged, release: Release, before: Ruled, after: Ruled) -> tuple[Lists, Ints, Ints]:
    """Which of the considered items each set of rules shows at each place, ``(U, K)``, and -1 where none is left.

    The lists have K more items, which could not be shown: what is pinned and was not considered.
    """
    (count, places), ids, considered = found.lists.shown_UK.shape, release.snapshot.items.column("id"), found.rows_UM.shape[1]
    now_UK, then_UK = np.full((2, count, places), -1)
    for number, worn in enumerate(found.worn):
        known_m = np.flatnonzero(found.rows_UM[number] >= 0)
        rows_m, size = found.rows_UM[number, known_m], len(worn) + 1
        names = frozenset(ids[row].as_py() for row in worn)
        now, then = (Ruling(ruled, ruled.satisfied(worn), names) for ruled in (before, after))
        pinned_m = np.isin(rows_m, [*now.pinned])
        by_words_m = np.where(pinned_m, 0.0, found.bent_UM[number, known_m] - _lifts(release, now, rows_m, size))
        bare_m = found.score_UM[number, known_m] + by_words_m
        bare_m[(known_m < found.fixed_U[number]) & ~pinned_m] = np.inf  # promoted by whoever asked
        place_of = dict(zip(rows_m.tolist(), known_m.tolist(), strict=True))
        for ruling, target_UK in ((now, now_UK), (then, then_UK)):
            score_m = np.where(ruling.allows(rows_m), bare_m + _lifts(release, ruling, rows_m, size), -np.inf)
            ordered = rows_m[np.argsort(-score_m, kind="stable")][: np.count_nonzero(score_m > -np.inf)]
            shown = [*dict.fromkeys([*_pinned(release, ruling, rows_m), *ordered.tolist()])][: found.lists.places_U[number]]
            target_UK[number, : len(shown)] = [place_of.get(row, considered + place) for place, row in enumerate(shown)]
    chance_UM = np.concatenate([found.lists.chance_UM, np.zeros((count, places))], axis=1)
    return replace(found.lists, chance_UM=chance_UM), now_UK, then_UK


def _lifts(release: Release, ruling: Ruling, rows_m: Ints, size: int) -> Floats:
    return in_scores(release, ruling.lifts(rows_m)[0], size).astype(np.float64)


def _pinned(release: Release, ruling: Ruling, rows_m: Ints) -> list[int]:
    """What is pinned into the slot of these rows, and may be shown: of a product the first."""
    rows = [row for row in ruling.pinned if len(rows_m) and release.category_of(row) == release.category_of(int(rows_m[0]))]
    allowed = np.array([row for row, may in zip(rows, ruling.allows(np.array(rows, dtype=np.int64)), strict=True) if may], dtype=np.int64)
    return [int(row) for row in allowed[release.traits.leading(allowed)]]
