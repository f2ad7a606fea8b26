"""What completes this outfit? Resolve, choose slots, retrieve, re-rank, explain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from app.ground.parts import Limits
from app.recommend.blanks import Allowed, Blank, given, listed, searched
from app.recommend.blocked import blocked, blocks_nothing
from app.recommend.completion import DEFAULT_K, Completion, FilledSlot, Question, Suggestion
from app.recommend.consistent import suitable, together
from app.recommend.diverse import diversified
from app.recommend.explain import contributions, work_of_contributions
from app.recommend.exploring import Considered, considered, explore
from app.recommend.leaning import Leaning, leant
from app.recommend.limits import check_count, check_work
from app.recommend.looks import Look, affordable, best_looks, least_price, look_of, why_none, work_of_looks
from app.recommend.outfit import Worn, resolve
from app.recommend.rank import Pool, likely, mixed, rank, rank_slots, score_outfits, why_not, with_each
from app.recommend.ruled import by_rules, choose_look, look_rows, ruling_of, slots_by_rules
from app.recommend.slices import pause
from app.recommend.slots import Slot, Slots, as_wished, choose_slots
from app.recommend.steering import Steering, steering_of
from app.recommend.taste import taste_of
from app.release.release import Release
from app.rules.ruling import Ruling
from index.backends.base import IntArray

_STEERED: Final = 24
"""Items of a slot that looks are made of where something moves them: the best by score and that together."""
_CONTINUED: Final = "goes on where the slot of this category before it ends"
_FALL: Final = 0.05
_WORSE: Final = "with {} of these the outfit goes together less well than without"


def complete(release: Release, question: Question, limits: Limits) -> Completion:
    """Answer one question.

    Raises:
        RequestError: see ``resolve_all`` and ``choose_slots`` for the kinds. EncoderError: a photo cannot be encoded now.
    """
    k = question.k or (len(question.candidates) if question.candidates else DEFAULT_K)
    _check(question, limits)
    worn = resolve(release, question.items, limits)
    steering = steering_of(release, question.text, question.text_strength)
    taste = taste_of(release, question.lately, worn.names, question.taste_strength)
    beside = tuple(one for one in (taste, question.price) if one is not None and one.strength)
    steering = replace(steering, must=(*steering.must, *blocked(release, *question.block, question.met)), beside=beside)
    unlimited = question.wanted
    question = _within_budget(question, steering.wishes.budget)
    ruling = ruling_of(question.ruled, worn)
    if ruling is not None and not question.candidates:
        choose_look(ruling, release.snapshot.columns.selection(question.wanted) & ruling.condition())
    chosen = Slots(()) if question.candidates and question.slots is None else _slots(release, worn, question, steering, limits, ruling)
    understood = steering if question.text is not None else None
    idle, strange = blocks_nothing(release, *question.block), _unknown(release, worn, question)
    reason = chosen.unknown or why_not(release)
    if question.dry_run:
        empty = tuple(FilledSlot(slot.category, (), idle) for slot in chosen.slots)
        return Completion(empty, (), strange, complete=chosen.complete, why_not=reason, steering=understood, taste=taste)
    promoted_M = np.array([release.snapshot.row_of[item] for item in question.promote if item in release.snapshot.row_of], dtype=np.int64)
    allow = partial(
        Allowed.of, release, worn, steering=steering, categories=chosen.categories, ruling=ruling, consistent=question.consistent
    )
    allowed = None
    if question.candidates:
        slots_given = chosen if question.slots is not None else None
        blanks, unknown = given(release, worn, question.candidates, slots_given, question.wanted, steering, ruling)
    else:
        allowed = allow(question.wanted, budgeted=question.budget is not None)
        first_M = np.array([*promoted_M, *(ruling.pinned if ruling else ())], dtype=np.int64)
        blanks, unknown = searched(release, worn, chosen, allowed, k, first_M), ()
    shown = [min(k, len(blank.rows_M)) for blank in blanks]
    explained = sum(work_of_contributions(len(worn), count) for count in shown) if question.explain else 0
    check_work(sum(shown) * (len(worn) + 1) ** 2 + explained + work_of_looks(len(worn), len(blanks), question.looks), limits.max_work)
    among_all = not question.candidates
    pools, moved = _pools(release, worn, blanks, promoted_M, steering.leanings, ruling, among_all=among_all)
    partly = f"ranked without what is not in the catalogue: {listed(worn.missing)}" if worn.missing else None
    promoted, pinned = {*promoted_M.tolist()}, ruling.pinned if ruling else ()
    best, seen = _shown(release, question, blanks, pools, promoted_M, k, {*promoted, *pinned})
    now, with_each_BM = _likely(release, worn, best, wanted=question.likely)
    slots = []
    for blank, pool, probabilities, what in zip(blanks, best, with_each_BM, seen, strict=True):
        worse = None if now is None else _worse(now, probabilities)
        pause()
        note = "; ".join(text for text in (blank.fallback, _CONTINUED if blank.nth else None, worse, partly, idle) if text)
        shares = dict(zip(pools[blank.slot].rows_M, release.bundle.shares(pools[blank.slot].scores_M, len(worn) + 1), strict=True))
        explains = question.explain and len(pool.rows_M)
        why = contributions(release, worn, pool, among_all=among_all, mixed=mixed(release, blank.rows_M)) if explains else []
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
                rules=moved.get(int(row), ()),
                explored=place in what.explored,
            )
            for place, (row, score, probability) in enumerate(zip(pool.rows_M, pool.scores_M, probabilities, strict=True))
        )
        slots.append(FilledSlot(pool.category, items, note or None, what))
    looks = _looks(release, worn, question, blanks, pools, allowed, ruling) if question.looks and blanks else []
    no_looks, least = _too_dear(release, question, blanks, looks, partial(allow, unlimited) if allowed else None)
    moved_by = (rule for slot in slots for suggestion in slot.items for rule in suggestion.rules)
    return Completion(
        tuple(slots),
        tuple(looks),
        tuple(dict.fromkeys([*strange, *unknown])),
        no_looks or (chosen.unknown if question.looks else None),
        least,
        complete=chosen.complete,
        why_not=reason,
        steering=understood,
        taste=taste,
        rules=tuple(dict.fromkeys([*(ruling.touched if ruling else ()), *moved_by])),
    )


def _check(question: Question, limits: Limits) -> None:
    check_count("candidates", len(question.candidates or ()), limits.max_candidates, "candidates")
    check_count("exclude", len(question.wanted.exclude), limits.max_exclude, "items")
    check_count("k", question.k or 1, limits.max_k)
    check_count("looks", question.looks, limits.max_k)
    check_count("promote", len(question.promote), limits.max_exclude, "items")


def _unknown(release: Release, worn: Worn, question: Question) -> tuple[str, ...]:
    """The ids of what is worn, promoted and excluded that are not in the catalogue, each once."""
    named = (item for item in (*question.promote, *question.wanted.exclude) if item not in release.snapshot.row_of)
    return tuple(dict.fromkeys([*worn.missing, *named]))


def _slots(  # noqa: PLR0917 - the question, and how it is to be answered
    release: Release, worn: Worn, question: Question, steering: Steering, limits: Limits, ruling: Ruling | None
) -> Slots:
    """The slots that were asked for, else those that are missing, as rules and the words wish."""
    if question.slots is not None:
        return choose_slots(release, worn, question.slots, limits)
    may = Allowed.at_all(release, worn, question.wanted, consistent=question.consistent, ruling=ruling)
    in_season = suitable(release, worn.labels) if question.consistent else None
    rather = may if in_season is None else may & in_season
    chosen = choose_slots(release, worn, None, limits, may, rather=rather, varied=question.slots_varied)
    chosen = slots_by_rules(release, worn, ruling, chosen, may) if ruling is not None else chosen
    return as_wished(chosen, steering.named([*worn.categories, *chosen.categories]), steering.unwanted, limits)


def _within_budget(question: Question, said: float | None) -> Question:
    """The question with the lower of its budget and the one of its words, which no item may cost more than."""
    budget = _least_of(question.budget, said)
    return replace(question, budget=budget, wanted=replace(question.wanted, price_max=_least_of(budget, question.wanted.price_max)))


def _least_of(*bounds: float | None) -> float | None:
    """The lowest of bounds that there are."""
    return min((bound for bound in bounds if bound is not None), default=None)


def _worse(now: float, probabilities: Sequence[float | None]) -> str | None:
    """What is to be said where the first suggestion, or every one, would cost the outfit more than it may."""
    falls = [probability is not None and probability < now - _FALL for probability in probabilities]
    return _WORSE.format("any" if all(falls) else "the first") if falls and falls[0] else None


def _pools(  # noqa: PLR0917 - what was found, and what orders it
    release: Release,
    worn: Worn,
    blanks: Sequence[Blank],
    promoted_M: IntArray,
    leanings: Sequence[Leaning],
    ruling: Ruling | None,
    *,
    among_all: bool,
) -> tuple[dict[Slot, Pool], dict[int, tuple[str, ...]]]:
    """What was found for each slot, as the model, what moves it and rules rank it; and what rules moved.

    Of retrieved items the promoted or best of each product, and none that is worn.
    """
    found = {blank.slot: (blank.slot.category, blank.query_D, blank.rows_M) for blank in blanks if blank.query_D is not None}
    ranked = dict(zip(found, rank_slots(release, worn, list(found.values())), strict=True))
    for blank in blanks:
        if blank.query_D is None:
            ranked[blank.slot] = rank(release, worn, blank.slot.category, blank.rows_M, among_all=among_all)
    moved: dict[int, tuple[str, ...]] = {}
    for slot, pool in ranked.items():
        ruled, why = by_rules(release, ruling, leant(release, pool, leanings), len(worn) + 1)
        ranked[slot] = _leading(release, worn, _promoting(ruled, promoted_M)) if slot in found else ruled
        moved |= why
    return ranked, moved


def _leading(release: Release, worn: Worn, pool: Pool) -> Pool:
    """The best of each product, without products that are worn."""
    lead_M = release.traits.leading(pool.rows_M, [row for row in worn.rows if row is not None])
    return pool.at(lead_M)


def _looks(  # noqa: PLR0917 - the question, and what was found for it
    release: Release,
    worn: Worn,
    question: Question,
    blanks: Sequence[Blank],
    pools: Mapping[Slot, Pool],
    allowed: Allowed | None,
    ruling: Ruling | None,
) -> list[Look]:
    """Looks. Items within a budget may be far from a slot's best ones, so they are retrieved separately."""
    chosen = [pools[blank.slot] for blank in blanks]
    if question.budget is not None and allowed is not None:
        more = affordable(release, worn, [blank.slot.category for blank in blanks], question.budget, allowed.steps[0][0])
        both = {blank.slot: np.concatenate([blank.rows_M, rows_M]) for blank, rows_M in zip(blanks, more, strict=True)}
        pools = {slot: rank(release, worn, slot.category, np.unique(rows_M)) for slot, rows_M in both.items()}
        chosen = [pools[blank.slot] for blank in blanks]
    if allowed is not None and (leanings := allowed.steering.leanings):
        pulled = (leant(release, pool, leanings) if pool.pulls_M is None else pool for pool in chosen)
        chosen = [pool.at(np.argsort(-pool.ranked_by, kind="stable")[:_STEERED]) for pool in pulled]
    consistent = allowed is not None and question.consistent
    for season in (True, False):
        fit = partial(together, release, consistent=consistent, season=season, ruling=ruling)
        looks = best_looks(release, worn, chosen, question.looks, question.budget, fit, question.diversity)
        if looks or not consistent:
            break
    curated = look_rows(release, ruling, [blank.slot.category for blank in blanks])
    if curated:
        price = float(release.snapshot.columns.prices[list(curated)].sum())
        if question.budget is None or price <= question.budget:
            looks = [look_of(release, worn, curated), *(look for look in looks if {*look.rows} != {*curated})][: question.looks]
    return looks


def _too_dear(
    release: Release, question: Question, blanks: Sequence[Blank], looks: Sequence[Look], at_any_price: Callable[[], Allowed] | None
) -> tuple[str | None, float | None]:
    """Why there is no look; and what one of every blank costs at least, where there is none and that is more than the budget."""
    if not question.looks or not blanks or (looks and len(looks[0].rows) == len(blanks)):
        return None, None
    least = None
    if question.budget is not None and at_any_price is not None:
        least = least_price(release, [blank.slot.category for blank in blanks], [rows for rows, _ in at_any_price().steps])
    why = None if looks else why_none(question.budget, least, stocked=any(len(blank.rows_M) for blank in blanks))
    return why, least if least is not None and question.budget is not None and least > question.budget else None


def _best(  # noqa: PLR0917 - what was found, and how much of it
    release: Release, blank: Blank, pool: Pool, promoted_M: IntArray, k: int, question: Question
) -> Pool:
    """The suggestions of a blank: the best of its slot, after those of the blanks of that slot before it; promoted ones first."""
    pool = _promoting(pool, promoted_M)
    first = int(np.isin(pool.rows_M, promoted_M).sum()) if len(promoted_M) else 0
    rest = diversified(release, pool.at(slice(first, None)), k * (blank.nth + 1), question.diversity, by_group=question.by_group)
    best = pool.at(slice(first)).followed_by(rest).at(slice(k * blank.nth, k * (blank.nth + 1)))
    return replace(best, category=blank.slot.category)


def _shown(  # noqa: PLR0917 - the question, and what was found for it
    release: Release, question: Question, blanks: Sequence[Blank], pools: Mapping[Slot, Pool], promoted_M: IntArray, k: int, fixed: set[int]
) -> tuple[list[Pool], list[Considered]]:
    """The suggestions of each blank, some of them explored where the question says so, and what was considered for them.

    Args:
        fixed: rows that are promoted or pinned, and keep their places.
    """
    shown, seen = [], []
    once = [slot for slot, count in Counter(blank.slot for blank in blanks).items() if count == 1]
    for place, blank in enumerate(blanks):
        pool = pools[blank.slot]
        best = _best(release, blank, pool, promoted_M, k, question)
        held = sum(row in fixed for row in best.rows_M.tolist())
        if question.exploring is not None and blank.slot in once:
            best, what = explore(release, pool, best, question.exploring, fixed=held, slot=place)
        else:
            what = considered(pool, best, fixed=held, most=question.considered)
        shown.append(replace(best, category=blank.slot.category))
        seen.append(what)
    return shown, seen


def _promoting(pool: Pool, promoted_M: IntArray) -> Pool:
    """A pool with its promoted rows first, in their own order."""
    if not len(promoted_M):
        return pool
    place = {row: place for place, row in enumerate(promoted_M.tolist())}
    return pool.at(sorted(range(len(pool.rows_M)), key=lambda at: place.get(int(pool.rows_M[at]), len(place))))


def _likely(release: Release, worn: Worn, pools: Sequence[Pool], *, wanted: bool) -> tuple[float | None, list[list[float | None]]]:
    """How likely it is that the outfit goes together as it is, and with each item of each pool; all are scored in one batch."""
    if not (wanted and release.bundle.calibrated):
        return None, [[None] * len(pool.rows_M) for pool in pools]
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *(pool.rows_M for pool in pools)])
    embeddings, names = with_each(release, worn, rows)
    categories = [worn.categories, *names]
    now, *found = likely(release, score_outfits(release, [worn.embeddings_ID, *embeddings], categories), categories)
    each = iter(found)
    return now if len(worn) > 1 else None, [[next(each) for _ in pool.rows_M] for pool in pools]
