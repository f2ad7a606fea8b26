"""What a blank is filled with: the best of what was found for its slot, some of it explored, each with its probability and its reasons.

Shape legend: M candidates · P promoted rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from app.recommend.allowed import Allowed, ahead_first
from app.recommend.blanks import Blank, listed
from app.recommend.completion import FilledSlot, Suggestion
from app.recommend.consistent import named
from app.recommend.diverse import diversified
from app.recommend.explain import contributions
from app.recommend.exploring import Considered, considered, explore
from app.recommend.leaning import leant
from app.recommend.rank import Pool, likely, mixed, rank, rank_slots, score_outfits, with_each
from app.recommend.resolved import Resolved
from app.recommend.ruled import by_rules
from app.recommend.slices import pause
from app.recommend.slots import Slot
from index.backends.base import IntArray

_CONTINUED: Final = "goes on where the slot of this category before it ends"
_FALL: Final = 0.05
_WORSE: Final = "with {} of these the outfit goes together less well than without"

Pools = Mapping[Slot, Pool]


@dataclass(frozen=True, slots=True)
class Moved:
    """What rules moved.

    Attributes:
        by: of each row the rules that moved it. unmoved: the slots in which they did, as they would be without.
    """

    by: Mapping[int, tuple[str, ...]]
    unmoved: Pools


def ranked(resolved: Resolved, blanks: Sequence[Blank]) -> tuple[Pools, Moved]:
    """What was found for each slot, as the model, what moves it and rules rank it; and what rules moved.

    Of retrieved items the promoted or best of each product, and none that is worn.
    """
    release, worn = resolved.release, resolved.worn
    found = {blank.slot: (blank.slot.category, blank.query_D, blank.rows_M) for blank in blanks if blank.query_D is not None}
    pools = dict(zip(found, rank_slots(release, worn, list(found.values())), strict=True))
    for blank in blanks:
        if blank.query_D is None:
            pools[blank.slot] = rank(release, worn, blank.slot.category, blank.rows_M, among_all=not resolved.question.candidates)
    by, unmoved = dict[int, tuple[str, ...]](), dict[Slot, Pool]()
    ahead = {blank.slot: blank.ahead for blank in blanks}
    for slot, pool in pools.items():
        pulled = leant(release, pool, resolved.steering.leanings)
        if ahead[slot]:
            pulled = pulled.at(ahead_first(pulled.rows_M, ahead[slot]))
        ruled, why = by_rules(release, resolved.ruling, pulled, len(worn) + 1)
        pools[slot] = _leading(resolved, ruled) if slot in found else ruled
        if why:
            unmoved[slot] = _leading(resolved, pulled) if slot in found else pulled
        by |= why
    return pools, Moved(by, unmoved)


def filled(resolved: Resolved, blanks: Sequence[Blank], pools: Pools, moved: Moved, allowed: Allowed | None) -> list[FilledSlot]:
    """The suggestions of each blank.

    Args:
        allowed: what may be suggested, of which variants are told; None where candidates were given.
    """
    release, worn, question = resolved.release, resolved.worn, resolved.question
    promoted = {*resolved.promoted_P.tolist()}
    best, seen = _shown(resolved, blanks, pools, moved)
    now, with_each_BM = _likely(resolved, best)
    partly = f"ranked without what is not in the catalogue: {listed(worn.missing)}" if worn.missing else None
    idle, slots = resolved.idle, []
    for blank, pool, probabilities, what in zip(blanks, best, with_each_BM, seen, strict=True):
        pause()
        worse = None if now is None else _worse(now, probabilities)
        notes = (blank.fallback, _CONTINUED if blank.nth else None, worse, partly, idle)
        ranked_pool = pools[blank.slot]
        shares = dict(zip(ranked_pool.rows_M, release.bundle.shares(ranked_pool.scores_M, len(worn) + 1), strict=True))
        explains = question.explain and len(pool.rows_M)
        among_all, several = not question.candidates, mixed(release, blank.rows_M) if explains else False
        why = contributions(release, worn, pool, among_all=among_all, mixed=several) if explains else []
        items = tuple(
            Suggestion(
                int(row),
                float(score),
                probability,
                float(shares[row]),
                pull=None if pool.pulls_M is None else float(pool.pulls_M[place]),
                promoted=int(row) in promoted,
                variants=allowed.variants(release, int(row)) if allowed else (),
                why=why[place] if place < len(why) else None,
                rules=moved.by.get(int(row), ()),
                explored=place in what.explored,
            )
            for place, (row, score, probability) in enumerate(zip(pool.rows_M, pool.scores_M, probabilities, strict=True))
        )
        slots.append(FilledSlot(pool.category, items, "; ".join(filter(None, notes)) or None, what))
    return slots


def _shown(resolved: Resolved, blanks: Sequence[Blank], pools: Pools, moved: Moved) -> tuple[list[Pool], list[Considered]]:
    """What is shown of each blank, some of it explored where the question says so, and what was considered for it."""
    question, fixed = resolved.question, resolved.fixed
    once = [slot for slot, count in Counter(blank.slot for blank in blanks).items() if count == 1]
    shown, seen = [], []
    for place, blank in enumerate(blanks):
        pool = pools[blank.slot]
        best = _best(resolved, blank, pool, fixed)
        _note_what_went(resolved, blank, best, moved)
        held = sum(row in fixed for row in best.rows_M.tolist())
        if question.exploring is not None and blank.slot in once:
            best, what = explore(resolved.release, pool, best, question.exploring, fixed=held, slot=place)
        else:
            what = considered(pool, best, fixed=held, most=question.considered)
        shown.append(replace(best, category=blank.slot.category))
        seen.append(what)
    return shown, seen


def _note_what_went(resolved: Resolved, blank: Blank, best: Pool, moved: Moved) -> None:
    """Have part in the answer the rules that moved what a blank would show without them; of what it shows, suggestions tell.

    With ``diversity`` each place depends on all that was ranked.
    """
    pool, ruling = moved.unmoved.get(blank.slot), resolved.ruling
    if pool is None or ruling is None:
        return
    without = _best(resolved, blank, pool, {*resolved.promoted_P.tolist()})
    if without.rows_M.tolist() != best.rows_M.tolist():
        rows_M = pool.rows_M if resolved.question.diversity else without.rows_M
        ruling.touched.update(dict.fromkeys(rule for row in rows_M.tolist() for rule in moved.by.get(row, ())))


def _best(resolved: Resolved, blank: Blank, pool: Pool, fixed: Collection[int]) -> Pool:
    """The suggestions of a blank: the best of its slot, after those of the blanks of that slot before it.

    Promoted ones come first, and then pinned ones, however alike they are.

    Args:
        fixed: both.
    """
    question, k = resolved.question, resolved.k
    pool = _promoting(pool, resolved.promoted_P)
    first = sum(row in fixed for row in pool.rows_M.tolist()) if fixed else 0
    upto = k * (blank.nth + 1)
    rest = diversified(resolved.release, pool.at(slice(first, None)), upto, question.diversity, by_group=question.by_group)
    return pool.at(slice(first)).followed_by(rest).at(slice(k * blank.nth, upto))


def _leading(resolved: Resolved, pool: Pool) -> Pool:
    """The promoted or best of each product, without products that are worn, and those of their titles where there are others."""
    pool, release = _promoting(pool, resolved.promoted_P), resolved.release
    worn = [row for row in resolved.worn.rows if row is not None]
    pool = pool.at(release.traits.leading(pool.rows_M, worn))
    if not resolved.question.consistent:
        return pool
    names, worn_names = named(release, pool.rows_M.tolist()), {*named(release, worn).values()}
    other_M = np.array([row in resolved.fixed or names.get(row) not in worn_names for row in pool.rows_M.tolist()], dtype=np.bool_)
    return pool.at(other_M) if other_M.any() else pool


def _promoting(pool: Pool, promoted_P: IntArray) -> Pool:
    """A pool with its promoted rows first, in their own order."""
    if not len(promoted_P):
        return pool
    place = {row: place for place, row in enumerate(promoted_P.tolist())}
    return pool.at(sorted(range(len(pool.rows_M)), key=lambda at: place.get(int(pool.rows_M[at]), len(place))))


def _likely(resolved: Resolved, pools: Sequence[Pool]) -> tuple[float | None, list[list[float | None]]]:
    """How likely it is that the outfit goes together as it is, and with each item of each pool; all are scored in one batch."""
    release, worn = resolved.release, resolved.worn
    if not (resolved.question.likely and release.bundle.calibrated):
        return None, [[None] * len(pool.rows_M) for pool in pools]
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *(pool.rows_M for pool in pools)])
    embeddings, names = with_each(release, worn, rows)
    categories = [worn.categories, *names]
    now, *found = likely(release, score_outfits(release, [worn.embeddings_ID, *embeddings], categories), categories)
    each = iter(found)
    return now if len(worn) > 1 else None, [[next(each) for _ in pool.rows_M] for pool in pools]


def _worse(now: float, probabilities: Sequence[float | None]) -> str | None:
    """What is to be said where the first suggestion, or every one, would cost the outfit more than it may."""
    falls = [probability is not None and probability < now - _FALL for probability in probabilities]
    return _WORSE.format("any" if all(falls) else "the first") if falls and falls[0] else None
