"""What completes this outfit? Resolve, choose slots, retrieve, re-rank, explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from app.recommend.explain import Contribution, contributions, work_of_contributions
from app.recommend.limits import check_count, check_work
from app.recommend.looks import Look, best_looks, work_of_looks
from app.recommend.outfit import ItemRef, Worn, resolve
from app.recommend.rank import Pool, diversified, rank, retrieve
from app.recommend.slots import Slots, choose_slots
from app.release import Release
from app.settings import Limits
from index.backends.base import IntArray
from index.columns import Filter

DEFAULT_K = 10
ANY_CATEGORY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An outfit with blanks; see the contract for what each field means.

    Attributes:
        k: suggestions per slot; None is 10, and all of them where ``candidates`` are given.
        wanted: filters and excluded ids.
        budget: the most that the added items of a look may cost together, so each suggestion at most that.
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
    """One item for a slot: its row, the model's score, the probability that the score means, and why."""

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
    """The answer."""

    slots: tuple[FilledSlot, ...]
    looks: tuple[Look, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, eq=False, slots=True)
class _Blank:
    """A slot and the rows that may fill it, not ranked yet."""

    category: str
    rows_M: IntArray
    fallback: str | None


def complete(release: Release, question: Question, limits: Limits) -> Completion:
    """Answer one question.

    Raises:
        RequestError: of the kinds that ``resolve_all`` and ``choose_slots`` name. EncoderError: a photo cannot be encoded now.
    """
    k = question.k or (len(question.candidates) if question.candidates else DEFAULT_K)
    check_count("candidates", len(question.candidates or ()), limits.max_candidates, "candidates")
    check_count("exclude", len(question.wanted.exclude), limits.max_exclude, "items")
    check_count("k", question.k or 1, limits.max_k)
    check_count("looks", question.looks, limits.max_k)
    worn = resolve(release, question.items, limits)
    wanted = question.wanted
    if question.budget is not None:
        wanted = replace(wanted, price_max=min(question.budget, question.budget if wanted.price_max is None else wanted.price_max))
    if question.candidates:
        blanks, unknown = _given(release, worn, question, wanted, limits)
    else:
        blanks, unknown = _searched(release, worn, choose_slots(release, worn, question.slots, limits), wanted, k), ()
    shown = [min(k, len(blank.rows_M)) for blank in blanks]
    explained = sum(work_of_contributions(len(worn), count) for count in shown) if question.explain else 0
    check_work(sum(shown) * (len(worn) + 1) ** 2 + explained + work_of_looks(len(worn), len(blanks), question.looks), limits.max_work)
    pools = [rank(release, worn, blank.category, blank.rows_M, blank.fallback) for blank in blanks]
    partly = f"ranked without what is not in the catalogue: {', '.join(worn.missing)}" if worn.missing else None
    slots = tuple(
        _filled(release, worn, diversified(release, pool, k, question.diversity), partly, explain=question.explain) for pool in pools
    )
    looks = best_looks(release, worn, pools, question.looks, question.budget) if question.looks else []
    return Completion(slots, tuple(looks), tuple(dict.fromkeys([*worn.missing, *unknown])))


def _searched(release: Release, worn: Worn, slots: Slots, wanted: Filter, k: int) -> list[_Blank]:
    columns = release.snapshot.columns
    worn_ids = [name for name, row in zip(worn.names, worn.rows, strict=True) if row is not None]
    allowed_N = columns.mask(replace(wanted, exclude=(*wanted.exclude, *worn_ids)))
    found = retrieve(release, worn, slots.categories, k, allowed_N)
    return [
        _Blank(category, rows_M, _why_empty(release, category, rows_M, wanted) or slots.note)
        for category, rows_M in zip(slots.categories, found, strict=True)
    ]


def _given(release: Release, worn: Worn, question: Question, wanted: Filter, limits: Limits) -> tuple[list[_Blank], Sequence[str]]:
    """Exactly the candidates: by slot where slots are given, otherwise all together. Filters hold for them too."""
    row_of = release.snapshot.row_of
    asked = list(dict.fromkeys(question.candidates or ()))
    allowed_N = release.snapshot.columns.mask(wanted)
    rows = [row_of[item] for item in asked if item in row_of]
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
    return [_Blank(name, np.array(group, dtype=np.int64), None if group else why) for name, group in groups], unknown


def _why_empty(release: Release, category: str, rows_M: IntArray, wanted: Filter) -> str | None:
    if len(rows_M):
        return None
    if category not in release.snapshot.categories:
        return f"the catalogue has no items of category {category!r} now"
    unknown = release.snapshot.columns.unknown_attributes(wanted)
    if unknown:
        known = ", ".join(release.snapshot.columns.attribute_names) or "none"
        return f"no item has the attribute {unknown[0]!r}; there are: {known}"
    return f"no item of category {category!r} passes the filters and the budget"


def _filled(release: Release, worn: Worn, pool: Pool, note: str | None, *, explain: bool) -> FilledSlot:
    likely_M = release.bundle.completion_probability(pool.scores_M, len(worn) + 1)
    why = contributions(release, worn, pool.rows_M) if explain and len(pool.rows_M) else []
    items = tuple(
        Suggestion(int(row), float(score), float(probability), why[place] if place < len(why) else None)
        for place, (row, score, probability) in enumerate(zip(pool.rows_M, pool.scores_M, likely_M, strict=True))
    )
    return FilledSlot(pool.category, items, "; ".join(text for text in (pool.fallback, note) if text) or None)
