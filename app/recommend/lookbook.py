"""The looks of an answer: within its budget, its words and its rules, with a curated one first; or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Final

import numpy as np

from app.recommend.allowed import Allowed
from app.recommend.blanks import Blank
from app.recommend.consistent import ALL, ANY_OCCASION, ANY_SEASON, named, together
from app.recommend.leaning import leant
from app.recommend.looks import Fits, Look, affordable, best_looks, least_price, look_of, why_none
from app.recommend.rank import Pool, rank
from app.recommend.resolved import Resolved
from app.recommend.ruled import by_rules, look_rows, moved_by
from app.recommend.slots import Slot
from index.selection import Condition

_STEERED: Final = 24
"""Items of a slot that looks are made of where something moves them: the best by score and that together."""


_STEPS: Final = ((ALL, True), (ANY_SEASON, True), (ANY_OCCASION, True), (ANY_OCCASION, False))
"""What the items of a look must share, and whether sizes must be of one person, and titles differ: the strictest first."""


def looks_of(resolved: Resolved, blanks: Sequence[Blank], pools: Mapping[Slot, Pool], allowed: Allowed | None) -> list[Look]:
    """The best ways to fill all blanks together.

    Args:
        allowed: what may be suggested; None where candidates were given.
    """
    release, worn, question, ruling = resolved.release, resolved.worn, resolved.question, resolved.ruling
    if not question.looks or not blanks:
        return []
    chosen = _made_of(resolved, blanks, pools, allowed)
    consistent = allowed is not None and question.consistent
    names = named(release, (int(row) for pool in chosen for row in pool.rows_M)) if consistent else {}
    for by, strict in _STEPS:
        fit = _by_pairs(partial(together, release, consistent=consistent, by=by, size=strict, names=names if strict else {}, ruling=ruling))
        looks = best_looks(release, worn, chosen, question.looks, question.budget, fit, question.diversity, among_all=allowed is not None)
        if looks or not consistent:
            break
    if ruling is not None and looks:
        _, moved = moved_by(ruling, np.array(sorted({row for look in looks for row in look.rows})))
        ruling.touched.update(dict.fromkeys(rule for rules in moved.values() for rule in rules))
    curated = look_rows(release, ruling, [blank.slot.category for blank in blanks])
    if curated:
        looks = [look_of(release, worn, curated), *(look for look in looks if {*look.rows} != {*curated})][: question.looks]
    return looks


def _by_pairs(fits: Fits) -> Fits:
    """The same of what each two rows decide, which are asked once: a search asks them again in each combination."""
    once = cache(lambda other, row: fits((other,), row))
    return lambda rows, row: all(once(other, row) for other in rows)


def _made_of(resolved: Resolved, blanks: Sequence[Blank], pools: Mapping[Slot, Pool], allowed: Allowed | None) -> list[Pool]:
    """The items of each slot. Those within a budget may be far from a slot's best ones, so they are retrieved separately."""
    release, worn, budget = resolved.release, resolved.worn, resolved.question.budget
    if budget is not None and allowed is not None:
        more = affordable(release, worn, [blank.slot.category for blank in blanks], budget, allowed.steps[0][0])
        both = {blank.slot: np.concatenate([blank.rows_M, rows_M]) for blank, rows_M in zip(blanks, more, strict=True)}
        found = {slot: rank(release, worn, slot.category, np.unique(rows_M)) for slot, rows_M in both.items()}
        found = {slot: pool.at(release.traits.leading(pool.rows_M)) for slot, pool in found.items()}  # of each product one size
        pools = {slot: by_rules(release, resolved.ruling, pool, len(worn) + 1)[0] for slot, pool in found.items()}
    chosen = [_foremost(pools[blank.slot], blank.ahead, resolved.question.looks) for blank in blanks]
    if allowed is None or not (leanings := resolved.steering.leanings):
        return chosen
    pulled = (leant(release, pool, leanings) if pool.pulls_M is None else pool for pool in chosen)
    return [pool.at(np.argsort(-pool.ranked_by, kind="stable")[:_STEERED]) for pool in pulled]


def _foremost(pool: Pool, ahead: Sequence[Condition], count: int) -> Pool:
    """The items of a pool that come before all else, as many as there are looks or more."""
    for one in ahead:
        first_M = one.test(pool.rows_M)
        pool = pool.at(first_M) if first_M.sum() >= count else pool
    return pool


def too_dear(
    resolved: Resolved, blanks: Sequence[Blank], looks: Sequence[Look], allowed: Allowed | None
) -> tuple[str | None, float | None]:
    """Why there is no look; and what one of every blank costs at least, where there is none and that is more than the budget."""
    question = resolved.question
    if not question.looks or not blanks or (looks and len(looks[0].rows) == len(blanks)):
        return None, None
    least, categories = None, [blank.slot.category for blank in blanks]
    if question.budget is not None and allowed is not None:
        at_any_price = resolved.allowed(resolved.at_any_price, categories)
        least = least_price(resolved.release, categories, [rows for rows, _ in at_any_price.steps])
    why = None if looks else why_none(question.budget, least, stocked=any(len(blank.rows_M) for blank in blanks))
    return why, least if least is not None and question.budget is not None and least > question.budget else None
