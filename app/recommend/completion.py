"""The question what completes an outfit, and its answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from app.recommend.explain import Explanation
from app.recommend.exploring import Considered, Exploring
from app.recommend.leaning import PriceLeaning
from app.recommend.looks import Look
from app.recommend.outfit import ItemRef
from app.recommend.steering import Steering
from app.recommend.taste import Taste
from app.rules.ruling import Ruled
from index.columns import Filter

DEFAULT_K = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An outfit with blanks; ``app.api.schemas.requests.CompleteOutfit`` describes each field.

    Attributes:
        k: suggestions per slot; None is 10, or all ``candidates`` where those are given.
        slots_varied: how slots are inferred; see ``SlotModel.missing``.
        wanted: filters and excluded ids.
        consistent: whether suggestions must be for the people, season and occasion that the worn items are for. Candidates need not.
        text: wishes in words. text_strength: what a direction that they give counts; see ``Direction``.
        by_group: whether ``diversity`` takes items of one product, else of one brand, to be alike; see ``diverse.diversified``.
        lately: items that the shopper looked at, put in the bag or bought, newest first, and which of it (``view``, ``add_to_cart``,
            ``purchase``). taste_strength: what the taste that they tell counts; see ``Taste``.
        price: what prices are preferred; None: any.
        block: brands, and values of attributes, of which nothing may be suggested.
        met: ids that the shopper has met, whose products are left out.
        promote: ids that come first in their slots, in this order, where they may be suggested at all.
        dry_run: whether to check only, and say which slots would be filled.
        likely: whether to tell probabilities.
        ruled: the merchandiser's rules; None where there are none.
        exploring: how to explore; None does not. considered: the most candidates of a slot that the answer tells of.
        budget: the most that the added items of a look may cost together; no suggestion may cost more either.
    """

    items: Sequence[ItemRef]
    slots: Sequence[str] | None = None
    slots_varied: bool = True
    candidates: Sequence[str] | None = None
    k: int | None = None
    looks: int = 0
    budget: float | None = None
    diversity: float = 0.0
    by_group: bool = False
    explain: bool = False
    wanted: Filter = field(default_factory=Filter)
    consistent: bool = True
    text: str | None = None
    text_strength: float = 1.0
    lately: Sequence[tuple[str, str]] = ()
    taste_strength: float = 0.0
    price: PriceLeaning | None = None
    block: tuple[Sequence[str], Mapping[str, Sequence[str]]] = ((), {})
    met: Collection[str] = ()
    promote: Sequence[str] = ()
    dry_run: bool = False
    likely: bool = True
    ruled: Ruled | None = None
    exploring: Exploring | None = None
    considered: int = 0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One item for a slot.

    Attributes:
        score: of the item given what is worn.
        probability: that the outfit with it goes together; None where nothing says so.
        share: how likely it is the missing one if one of the slot's candidates is.
        pull: what words, a taste or a preferred price add to the score; None where there is none.
        promoted: whether it is here because the request promotes it.
        variants: rows of its variants.
        rules: those that moved it.
        explored: whether it is here by exploration.
    """

    row: int
    score: float
    probability: float | None
    share: float
    pull: float | None = None
    promoted: bool = False
    variants: tuple[int, ...] = ()
    why: Explanation | None = None
    rules: tuple[str, ...] = ()
    explored: bool = False


@dataclass(frozen=True, slots=True)
class FilledSlot:
    """The suggestions of one slot, best first but for what is explored, and what was considered for it; None in a dry run."""

    category: str
    items: tuple[Suggestion, ...]
    fallback: str | None = None
    considered: Considered | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Completion:
    """The answer.

    Attributes:
        taken_for: see ``Worn``.
        no_looks: why there is no look where some were asked for. least: what one costs at least, where that is more than the budget.
        complete: whether nothing is missing, rather than that nothing of it can be had; None where slots or candidates were given.
        why_not: why there are no probabilities, or no slots though something may be missing.
        steering: what was understood of the text; None without one.
        taste: what the shopper did lately, as far as it was used.
        rules: those that had part in the answer; see ``Ruling.touched``.
    """

    slots: tuple[FilledSlot, ...]
    looks: tuple[Look, ...]
    missing: tuple[str, ...]
    taken_for: Mapping[str, str] = field(default_factory=dict)
    no_looks: str | None = None
    least: float | None = None
    complete: bool | None = None
    why_not: str | None = None
    steering: Steering | None = None
    taste: Taste | None = None
    rules: tuple[str, ...] = ()
