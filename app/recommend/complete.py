"""What completes this outfit? Resolve, choose slots, retrieve, re-rank, explain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from app.ground.errors import shortened
from app.ground.settings import Limits
from app.recommend.explain import Contribution, contributions, work_of_contributions
from app.recommend.limits import check_count, check_work
from app.recommend.looks import Look, affordable, best_looks, why_none, work_of_looks
from app.recommend.outfit import ItemRef, Worn, resolve
from app.recommend.rank import Pool, diversified, rank, retrieve
from app.recommend.slots import Slots, choose_slots
from app.release.release import Release
from index.backends.base import BoolArray, IntArray
from index.columns import Filter

DEFAULT_K = 10
ANY_CATEGORY = "any"
_CONTINUED: Final = "goes on where the slot of this category before it ends"
_MOST_LISTED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An outfit with blanks; ``app.api.schemas.requests.CompleteOutfit`` describes each field.

    Attributes:
        k: suggestions per slot; None is 10, or all ``candidates`` where those are given.
        wanted: filters and excluded ids.
        budget: the most that the added items of a look may cost together; no suggestion may cost more either.
    """

    items: Sequence[ItemRef]
    slots: Sequence[str] | None = None
    candidates: Sequence[str] | None = None
    k: int | None = None
    looks: int = 0
    budget: float | None = None
    diversity: float = 0.0
    explain: bool = False
    wanted: Filter = field(default_factory=Filter)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One item for a slot: its row, the model's score, the calibrated probability of that score, and why."""

    row: int
    score: float
    probability: float
    why: tuple[Contribution, ...] | None = None


@dataclass(frozen=True, slots=True)
class FilledSlot:
    """The suggestions of one slot, best first."""

    category: str
    items: tuple[Suggestion, ...]
    fallback: str | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """The answer; ``no_looks`` says why there is no look where some were asked for."""

    slots: tuple[FilledSlot, ...]
    looks: tuple[Look, ...]
    missing: tuple[str, ...]
    no_looks: str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class _Blank:
    """A slot and the unranked rows that may fill it; ``nth`` counts from 0 the slots of one category, which share their rows."""

    category: str
    rows_M: IntArray
    fallback: str | None
    nth: int = 0


def complete(release: Release, question: Question, limits: Limits) -> Completion:
    """Answer one question.

    Raises:
        RequestError: see ``resolve_all`` and ``choose_slots`` for the kinds. EncoderError: a photo cannot be encoded now.
    """
    k = question.k or (len(question.candidates) if question.candidates else DEFAULT_K)
    check_count("candidates", len(question.candidates or ()), limits.max_candidates, "candidates")
    check_count("exclude", len(question.wanted.exclude), limits.max_exclude, "items")
    check_count("k", question.k or 1, limits.max_k)
    check_count("looks", question.looks, limits.max_k)
    worn = resolve(release, question.items, limits)
    if question.budget is not None:
        most = question.budget if question.wanted.price_max is None else min(question.budget, question.wanted.price_max)
        question = replace(question, wanted=replace(question.wanted, price_max=most))
    if question.candidates:
        blanks, unknown = _given(release, worn, question, limits)
    else:
        blanks, unknown = _searched(release, worn, choose_slots(release, worn, question.slots, limits), question.wanted, k), ()
    shown = [min(k, len(blank.rows_M)) for blank in blanks]
    explained = sum(work_of_contributions(len(worn), count) for count in shown) if question.explain else 0
    check_work(sum(shown) * (len(worn) + 1) ** 2 + explained + work_of_looks(len(worn), len(blanks), question.looks), limits.max_work)
    pools = {blank.category: rank(release, worn, blank.category, blank.rows_M) for blank in blanks}
    partly = f"ranked without what is not in the catalogue: {_listed(worn.missing)}" if worn.missing else None
    slots = []
    for blank in blanks:
        best = diversified(release, pools[blank.category], k * (blank.nth + 1), question.diversity)
        here = slice(k * blank.nth, None)
        note = "; ".join(text for text in (blank.fallback, _CONTINUED if blank.nth else None, partly) if text)
        slots.append(_filled(release, worn, Pool(blank.category, best.rows_M[here], best.scores_M[here]), note, explain=question.explain))
    looks, no_looks = _looks(release, worn, question, blanks, pools) if question.looks else ([], None)
    return Completion(tuple(slots), tuple(looks), tuple(dict.fromkeys([*worn.missing, *unknown])), no_looks)


def _looks(
    release: Release, worn: Worn, question: Question, blanks: Sequence[_Blank], pools: Mapping[str, Pool]
) -> tuple[list[Look], str | None]:
    """Looks, or why there are none. Items within a budget may be far from a slot's best ones, so they are retrieved separately."""
    if question.budget is not None and not question.candidates:
        allowed_N = _allowed(release, worn, question.wanted)
        assert allowed_N is not None  # noqa: S101 - a budget is a filter
        more = affordable(release, worn, [blank.category for blank in blanks], question.budget, allowed_N)
        both = {blank.category: np.concatenate([blank.rows_M, rows_M]) for blank, rows_M in zip(blanks, more, strict=True)}
        pools = {name: rank(release, worn, name, np.unique(rows_M)) for name, rows_M in both.items()}
    chosen = [pools[blank.category] for blank in blanks]
    looks = best_looks(release, worn, chosen, question.looks, question.budget)
    return looks, None if looks else why_none(release, chosen, question.budget)


def _searched(release: Release, worn: Worn, slots: Slots, wanted: Filter, k: int) -> list[_Blank]:
    times = Counter(slots.categories)
    shown = k * max(times.values(), default=1)
    found = dict(zip(times, retrieve(release, worn, list(times), max(k, shown // 4), _allowed(release, worn, wanted)), strict=True))
    return [
        _Blank(name, found[name], _why_empty(release, name, found[name], wanted) or slots.note, nth)
        for name, nth in _counted(slots.categories)
    ]


def _allowed(release: Release, worn: Worn, wanted: Filter) -> BoolArray | None:
    """Which rows pass the filters and are not worn already; None where all do."""
    worn_ids = [name for name, row in zip(worn.names, worn.rows, strict=True) if row is not None]
    return release.snapshot.columns.mask(replace(wanted, exclude=(*wanted.exclude, *worn_ids)))


def _counted(categories: Sequence[str]) -> list[tuple[str, int]]:
    """Each category with the number of times that it came before."""
    return [(name, categories[:place].count(name)) for place, name in enumerate(categories)]


def _given(release: Release, worn: Worn, question: Question, limits: Limits) -> tuple[list[_Blank], Sequence[str]]:
    """The candidates by slot where slots are given, otherwise all together; without those that filters exclude or that are worn."""
    row_of = release.snapshot.row_of
    asked = list(dict.fromkeys(question.candidates or ()))
    allowed_N = release.snapshot.columns.mask(question.wanted)
    worn_already = [item for item in asked if item in worn.names]
    rows = [row_of[item] for item in asked if item in row_of and item not in worn.names]
    rows = [row for row in rows if allowed_N is None or allowed_N[row]]
    categories = [release.category_of(row) for row in rows]
    unknown = [item for item in asked if item not in row_of]
    if question.slots is None:
        common = categories[0] if len(set(categories)) == 1 else ANY_CATEGORY
        groups = [(common, rows)]
    else:
        slots = choose_slots(release, worn, question.slots, limits)
        groups = [(slot, [row for row, name in zip(rows, categories, strict=True) if name == slot]) for slot in slots.categories]
    why = "no candidate is known, of this slot's category, and passes the filters"
    less = f"left out, as worn already: {_listed(worn_already)}" if worn_already else None
    blanks = [
        _Blank(name, np.array(group, dtype=np.int64), less if group else "; ".join(filter(None, (why, less))), nth)
        for (name, group), (_, nth) in zip(groups, _counted([name for name, _ in groups]), strict=True)
    ]
    return blanks, unknown


def _why_empty(release: Release, category: str, rows_M: IntArray, wanted: Filter) -> str | None:
    if len(rows_M):
        return None
    if category not in release.snapshot.categories:
        return f"the catalogue has no items of category {category!r} now"
    unknown = release.snapshot.columns.unknown_attributes(wanted)
    if unknown:
        known = ", ".join(release.snapshot.columns.attribute_names) or "none"
        return f"no item has the attribute {shortened(unknown[0])!r}; there are: {known}"
    return f"no item of category {category!r} passes the filters and the budget"


def _listed(ids: Sequence[str]) -> str:
    """The first few ids, and how many more there are."""
    more = f" and {len(ids) - _MOST_LISTED} more" if len(ids) > _MOST_LISTED else ""
    return ", ".join(map(shortened, ids[:_MOST_LISTED])) + more


def _filled(release: Release, worn: Worn, pool: Pool, note: str, *, explain: bool) -> FilledSlot:
    likely_M = release.bundle.completion_probability(pool.scores_M, len(worn) + 1)
    why = contributions(release, worn, pool.rows_M) if explain and len(pool.rows_M) else []
    items = tuple(
        Suggestion(int(row), float(score), float(probability), why[place] if place < len(why) else None)
        for place, (row, score, probability) in enumerate(zip(pool.rows_M, pool.scores_M, likely_M, strict=True))
    )
    return FilledSlot(pool.category, items, note or None)
