"""Chooses the slots to fill: those asked for, or those that this outfit lacks, learned from outfits or else by the usual templates.

What is bought together is often a part of an outfit. So where what was learned from is mostly that, what no outfit goes without is added by
the usual templates, and only with it an outfit is complete.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import Final

import numpy as np

from app.ground.parts import Limits
from app.recommend.apt import apt, mostly, preferring
from app.recommend.consistent import (
    ALL,
    ANY_OCCASION,
    ANY_SEASON,
    APART,
    WHOM_AND_SPORT,
    beside_worn,
    co_ords_of,
    fits,
    in_place_of,
    rites_of,
    sports_of,
    suitable,
    wearable,
    worn_sizes,
)
from app.recommend.limits import check_count, known_categories
from app.recommend.outfit import Worn
from app.release.release import Release
from index.selection import Selection
from models.compatibility.roles import ACCESSORIES, ESSENTIAL, EVERY_PART, WHOLES, instead, usual
from models.compatibility.slots import SlotModel
from models.datasets.audience import Audience
from models.datasets.garments import NOT_WORN
from models.datasets.labels import PieceLabels
from models.datasets.occasion import BEACH, BY_ITSELF, SNOW, SPORT
from models.datasets.wholes import HALVES

_MOST_INFERRED: Final = 8
_JOINED: Final = 0.2
"""The least share of either in a category of two kinds; less are pieces whose words mislead."""
_CHOICE: Final = 3
"""The fewest products of which an accessory is a usual slot: the only bag of a shop would be in every look."""
_UNLEARNED: Final = "no outfits with such items were learned from, so this is a usual slot by the words of the items"
NOTHING_KNOWN: Final = (
    "no word of these items says what they are worn as, and no outfits with such items were learned from: "
    "name `slots`, or import outfits to learn from"
)
NOT_STARTED: Final = (
    "by their words these items are not worn, and nothing that was learned says what is worn with them, so there is nothing to complete: "
    "name `slots` to ask all the same"
)
FOR_OTHERS: Final = (
    "these items are for people, or for sports, that share no outfit, so nothing goes with all of them: name `slots` and "
    "`consistent: false` to ask all the same"
)
"""Why no slot is inferred, though something may be missing."""
_UNKNOWN: Final = frozenset({NOTHING_KNOWN, NOT_STARTED, FOR_OTHERS})


@dataclass(frozen=True, slots=True)
class Slot:
    """A category to fill; ``role`` (one of ``roles.EVERY_PART``) says which of its items, where a usual template names it."""

    category: str
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Slots:
    """The slots to fill, in order.

    Attributes:
        note: why they are not learned from outfits, or why there are none.
        complete: whether nothing is missing; None where slots were asked for.
    """

    slots: tuple[Slot, ...]
    note: str | None = None
    complete: bool | None = None

    @property
    def unknown(self) -> str | None:
        """Why there are none, though something may be missing; None where that is not so."""
        return self.note if self.note in _UNKNOWN and not self.slots else None

    @property
    def categories(self) -> tuple[str, ...]:
        """The category of each."""
        return tuple(slot.category for slot in self.slots)


def as_wished(slots: Slots, named: Sequence[str], unwanted: Collection[str], limits: Limits) -> Slots:
    """Slots without those of unwanted categories, and with those that are named beside them; then something is missing."""
    kept = tuple(slot for slot in slots.slots if slot.category not in unwanted)
    more = tuple(map(Slot, named))[: max(0, limits.max_slots - len(kept))]
    note = None if more and slots.note in _UNKNOWN else slots.note
    return replace(slots, slots=(*kept, *more), note=note, complete=slots.complete and not more)


def that_can_be_filled(release: Release, worn: Worn, slots: Slots, left: Selection) -> Slots:
    """Slots of which nothing is left as those of another category that is worn so, and of which something is.

    Args:
        left: what passes all that is asked, and suits. Where nothing of any is left a slot stays: the answer says why it is empty.
    """
    snapshot, filled = release.snapshot, list[Slot]()
    for place, slot in enumerate(slots.slots):
        role = slot.role or release.worn_as(slot.category)
        if role is None or (slot.category in snapshot.sizes and left.any_of(snapshot.rows_in(slot.category))):
            filled.append(slot)
            continue
        beside = {*worn.categories, *(other.category for other in (*filled, *slots.slots[place + 1 :]))}
        as_role_N = release.traits.mask(lambda labels, role=role: labels.worn_as(role)) & left.mask()  # type: ignore[misc]
        alike = [name for name in snapshot.categories if name not in beside and release.worn_as(name) == role]
        counts = {name: int(as_role_N[snapshot.rows_in(name)].sum()) for name in alike}
        others = [name for name in alike if counts[name] and release.bundle.slots.worn_together([*beside, name]) is not False]
        filled.append(Slot(max(others, key=counts.__getitem__), role) if others else slot)
    return replace(slots, slots=tuple(filled))


def within_budget(release: Release, worn: Worn, slots: Slots, left: Selection, budget: float) -> Slots:
    """Slots of which the cheapest pieces cost no more than a budget together, where other categories that are worn so make that possible.

    Args:
        left: what passes all that is asked, and suits.
    """
    chosen, prices_N, traits = [*slots.slots], release.snapshot.columns.prices, release.traits

    @cache
    def least(slot: Slot) -> float:
        rows = release.snapshot.rows_in(slot.category)
        rows = rows[left.passes(rows)]
        if slot.role is not None:
            rows = rows[traits.condition(lambda labels: labels.worn_as(slot.role)).test(rows)]
        price_n = prices_N[rows]
        return float(price_n[~np.isnan(price_n)].min(initial=np.inf))

    while sum(map(least, chosen)) > budget:
        cheaper = dict[tuple[int, Slot], float]()
        for place, slot in enumerate(chosen):
            role = slot.role or release.worn_as(slot.category)
            beside = [*worn.categories, *(other.category for at, other in enumerate(chosen) if at != place)]
            alike = [name for name in release.snapshot.categories if name not in {*beside, slot.category} and release.worn_as(name) == role]
            together = release.bundle.slots.worn_together
            for other in (Slot(name, role) for name in alike if role and together([*beside, name]) is not False):
                if (saved := least(slot) - least(other)) > 0:
                    cheaper[place, other] = saved
        if not cheaper:
            break
        place, other = max(cheaper, key=cheaper.__getitem__)
        chosen[place] = other
    return replace(slots, slots=tuple(chosen))


def choose_slots(
    release: Release,
    worn: Worn,
    asked: Sequence[str] | None,
    limits: Limits,
    may: Selection | None = None,
    *,
    rather: Selection | None = None,
    varied: bool = True,
    beside: Sequence[str] = (),
    unwanted: Collection[str] = (),
) -> Slots:
    """The slots to fill.

    Args:
        asked: categories; None to infer them.
        may: the items that may be suggested at all; a slot for which there is none is not inferred. None for all.
        rather: those of them that suit best, say for the season; a slot for which there is none is inferred only where no other is.
        varied: how they are inferred; see ``SlotModel.missing``.
        beside: categories of which something will be worn, too. unwanted: those of which nothing will.

    Raises:
        UnknownCategoryError: a slot is of an unknown category. LimitExceededError: too many slots.
    """
    if asked is not None:
        check_count("slots", len(asked), limits.max_slots, "slots")
        return Slots(tuple(map(Slot, known_categories(release, [(f"slots[{at}].category", name) for at, name in enumerate(asked)]))))
    most = min(_MOST_INFERRED, limits.max_slots)
    learned = release.bundle.slots
    if worn.labels and all(labels.role == NOT_WORN for labels in worn.labels) and not learned.knows(worn.categories):
        return Slots((), NOT_STARTED, complete=False)
    known = _as_learned(release, worn)

    others = learned.people.never(_whom(worn)).difference(known)

    def missing(empty: Collection[str]) -> Sequence[str]:
        categories, texts = (*known, *beside), (*release.texts(worn.rows), *("" for _ in beside))
        return learned.without({*empty, *unwanted, *others}).missing(categories, worn.names, texts, varied=varied).slots

    if learned.knows(known):
        rather = may if rather is None else rather
        names = missing(empty := _empty(release, rather))
        if not names and rather is not may and (none_at_all := _empty(release, may)) != empty:
            names = missing(none_at_all)
        names = _one_in_each_place(release, worn, names, may)
        slots = tuple(_slot(release, worn, name, names, may) for name in names)
        slots = tuple(slot for at, slot in enumerate(slots) if slot not in slots[:at] or not instead(slot.role or "", slot.role or ""))
        if isinstance(learned, SlotModel):
            among = ESSENTIAL if learned.dressed else HALVES
            more = _by_words(release, worn, may, (*beside, *names), unwanted, among=among, learned=learned)
            slots += tuple(slot for slot in more if slot not in slots)
        return Slots(slots[:most], complete=not slots)
    if worn.labels and not any(labels.role not in {None, NOT_WORN} for labels in worn.labels):
        return Slots((), NOTHING_KNOWN, complete=False)
    slots = _by_words(release, worn, may, beside, unwanted)
    if not slots and not all(fits(release, one, other, WHOM_AND_SPORT) for one, other in combinations(worn.labels, 2)):
        return Slots((), FOR_OTHERS, complete=False)
    return Slots(slots[:most], _UNLEARNED, complete=not slots)


def _one_in_each_place(release: Release, worn: Worn, names: Sequence[str], may: Selection | None) -> Sequence[str]:
    """Categories without those of which all pieces that may be suggested are worn in a worn one's place, or most in that of one before.

    They are left out here, and not of what can be had: what an item has in mind stays what it is, whatever is worn already.
    """
    kept, places = list[str](), list[str]()
    free = beside_worn(release, worn.labels)
    for name in names:
        rows = release.snapshot.rows_in(name)
        if free is not None and not free.test(rows if may is None else rows[may.passes(rows)]).any():
            continue
        place = release.place_of(name)
        if in_place_of(release, place).isdisjoint(places):
            kept.append(name)
            places += [place] if place else []
    return kept


def _slot(release: Release, worn: Worn, name: str, names: Sequence[str], may: Selection | None) -> Slot:
    """The slot of a category; of one of several kinds of garments that which is lacking, where it is one.

    It is none that is worn, or takes the place of one that is, by words; of dresses and skirts skirts beside a top, and dresses without.
    """
    rows = release.snapshot.rows_in(name)
    places, counts = np.unique(release.traits.label_N[rows if may is None else rows[may.passes(rows)]], return_counts=True)
    of = Counter[str | None]()
    for place, count in zip(places.tolist(), counts.tolist(), strict=True):
        of[release.traits.labels[place].part] += count
    whole = release.worn_as(name)
    if of[whole] and not HALVES.isdisjoint(of) and {whole, *HALVES}.isdisjoint(labels.part for labels in worn.labels):
        return Slot(name, whole)  # rather than a half of it
    parts = {part for part in ESSENTIAL if of[part] and of[part] >= _JOINED * of.total()}
    if len(parts) <= 1:
        return Slot(name)
    worn_as = [labels.place for labels in worn.labels if labels.place]
    lacking = {part for part in parts if part not in worn_as and not any(instead(part, place) for place in worn_as)}
    have = {*worn_as, *(release.worn_as(other) for other in names if other != name)}
    if {"full-body", "bottom"} <= lacking:
        lacking -= {"full-body" if "top" in have and "bottom" not in have else "bottom"}
    return Slot(name, lacking.pop() if len(lacking) == 1 else None)


def _empty(release: Release, may: Selection | None) -> frozenset[str]:
    """The categories of which there is no item that may be suggested."""
    snapshot, known = release.snapshot, frozenset({*release.snapshot.categories, *release.bundle.manifest.categories})
    return known - {name for name in snapshot.categories if may is None or may.any_of(snapshot.rows_in(name))}


def _as_learned(release: Release, worn: Worn) -> Sequence[str]:
    """The worn categories; in place of one that no training outfit had that of which most is worn so and suits: of jumpsuits dresses."""
    learned = release.bundle.slots
    if not isinstance(learned, SlotModel) or {*worn.categories} <= {*learned.categories}:
        return worn.categories
    places = {name: release.snapshot.rows_in(name) for name in learned.categories if name in release.snapshot.sizes}

    def stand_in(category: str, labels: PieceLabels) -> str:
        if category in learned.categories or labels.role is None:
            return category
        for by in (ALL, ANY_OCCASION):
            alike_N = release.traits.mask(lambda one: one.part == labels.part and fits(release, one, labels, by))  # noqa: B023
            counts = {name: int(alike_N[rows].sum()) for name, rows in places.items()}
            most = max(counts, key=counts.__getitem__, default=category)
            if counts.get(most):
                return most
        return category

    return tuple(map(stand_in, worn.categories, worn.labels))


def _by_words(
    release: Release,
    worn: Worn,
    may: Selection | None,
    beside: Sequence[str],
    unwanted: Collection[str],
    *,
    among: Collection[str] = EVERY_PART,
    learned: SlotModel | None = None,
) -> tuple[Slot, ...]:
    """The roles that are lacking by the usual templates, each of the category with most items that may be suggested and suit.

    Args:
        among: the roles that count.
        learned: what outfits say of it, of parts as they are: the category that is likeliest to come next comes before the one that has
            most, and no role is lacking that whole outfits with such pieces go without, or none has beside one of which no word says what
            it is worn as: it may be a dress.
    """
    every_N, sizes = np.arange(len(release.traits.label_N)), release.snapshot.sizes
    conditions = [wearable(release, worn_sizes(release, worn.rows))]
    conditions += [suitable(release, worn.labels, by) for by in (ANY_OCCASION, ANY_SEASON)]
    narrower = [] if may is None else [may.mask()]
    narrower += [condition.test(every_N) for condition in conditions if condition is not None]
    in_season = [] if (strict := suitable(release, worn.labels)) is None else [strict.test(every_N)]
    likely = learned.next_of((*worn.categories, *beside)) if learned else {}
    fitting_N = np.ones(len(every_N), dtype=np.bool_)
    if sports := sports_of(worn.labels):
        of_sport = suitable(release, worn.labels, ("sport",))
        fitting_N = np.logical_and.reduce([fitting_N, *narrower[: may is not None], *([of_sport.test(every_N)] if of_sport else [])])
        narrower.append(release.traits.mask(lambda labels: labels.sport in sports))
    rites = rites_of(worn.labels)
    narrower.append(release.traits.mask(lambda labels: labels.rite in rites or labels.rite not in APART))
    narrower.append(release.traits.mask(lambda labels: labels.rite in rites))
    if co_ords := co_ords_of(worn.labels):
        narrower.append(release.traits.mask(lambda labels: labels.co_ord in co_ords))
    slots, said, so_far = list[Slot](), [labels.occasion for labels in worn.labels if labels.occasion], list[str | None]()
    lacking = [*_lacking(release, worn, beside, among, learned)]
    for role in lacking:  # which grows by what belongs to what it brings
        of_role_N = release.traits.mask(lambda labels, role=role: labels.worn_as(role))  # type: ignore[misc]
        if role not in ESSENTIAL and not (of_role_N & fitting_N).any():
            continue  # a bag of another sport is none that is lacking
        may_N = preferring(of_role_N, *narrower)
        wanted_N = preferring(may_N, *apt(release, said or so_far, worn.labels, learned=learned is not None))
        seasonal_N = preferring(wanted_N, *in_season)
        out = {name for name, labels in zip(worn.categories, worn.labels, strict=True) if labels.worn_as(role)}.union(unwanted)
        out |= {slot.category for slot in slots if slot.role == role} | {name for name in beside if release.worn_as(name) == role}
        rows_of = {
            name: rows
            for name in release.snapshot.categories
            if name not in out
            if seasonal_N[rows := release.snapshot.rows_in(name)].any()
        }
        counts = {name: int(wanted_N[rows].sum()) for name, rows in rows_of.items()}
        if role in ACCESSORIES and len(np.unique(release.traits.first_N[wanted_N if BY_ITSELF.intersection(said) else may_N])) < _CHOICE:
            continue
        own = {*worn.categories} if role in HALVES else set()  # a pyjama's bottoms before those of a tracksuit to lounge in
        most = max(counts, key=lambda name: (name in own, likely.get(name, 0.0) * counts[name] / sizes[name], counts[name]), default="")
        if most:  # else all of them were removed
            slots.append(Slot(most, role))
            so_far.append(mostly(release, rows_of[most][wanted_N[rows_of[most]]]))
            if role == "full-body" and release.kind_of(most) in WHOLES:
                lacking += [one for one in _lacking(release, worn, (*beside, most), among, learned) if one not in lacking]
    return tuple(slots)


def _lacking(release: Release, worn: Worn, beside: Sequence[str], among: Collection[str], learned: SlotModel | None) -> Sequence[str]:
    """The roles that a usual template lacks, as far as the catalogue has anything of them for these people, and for their occasion."""
    worn_as = dict(zip(worn.names, (labels.kind or labels.part for labels in worn.labels), strict=True))
    worn_as |= {name: release.kind_of(name) or release.worn_as(name) for name in beside}
    for_them = [one for one in release.traits.labels if all(fits(release, one, labels, WHOM_AND_SPORT) for labels in worn.labels)]
    of_any = [one for one in for_them if one.rite not in APART or one.rite in rites_of(worn.labels)]
    roles = {one.role for one in of_any}
    if "full-body" in roles or {"top", "bottom"} <= roles:  # else a shop for brides alone
        for_them = of_any
    stocked = {part for one in for_them for part in (one.part, one.kind) if part}.intersection(among)
    lacking = usual(worn_as, _whom(worn).name, stocked, clothed=release.traits.clothed)
    if occasions := {labels.occasion for labels in worn.labels}.intersection({SPORT, SNOW}):
        # any shoes will do to run in, but no belt, and nothing of a shop to ski in
        needed = ESSENTIAL - {"footwear"} if SNOW in occasions else ESSENTIAL
        needed |= {one.role for one in for_them if one.role and one.occasion in occasions}
        lacking = tuple(role for role in lacking if role in needed)
    elif any(labels.role == "swimwear" for labels in worn.labels):
        of_beach = {one.role for one in for_them if one.occasion == BEACH}
        lacking = tuple(role for role in lacking if role not in {"footwear", "bag"} or role in of_beach)
    if learned is None or not lacking:
        return lacking
    kinds = {name: release.worn_as(name) for name in learned.categories}
    finer = {name: release.kind_of(name) for name in learned.categories}
    as_most = [name for name, one in zip(worn.categories, worn.labels, strict=True) if one.role in {None, kinds.get(name)}]
    so_far = (*as_most, *beside)  # what outfits say of dresses is not said of a skirt among them
    unread = [name for name in beside if release.worn_as(name) is None]
    unread += [name for name, one in zip(worn.categories, worn.labels, strict=True) if one.role is None]

    def may_be_lacking(role: str) -> bool:
        of_role = [name for name, worn_so in kinds.items() if role in {worn_so, finer[name]}]
        return not learned.go_without(so_far, of_role) and all(learned.ever_beside(name, of_role) for name in unread)

    return [role for role in lacking if may_be_lacking(role)]


def _whom(worn: Worn) -> Audience:
    """Whom the worn items are for, as far as they agree."""
    whom = Audience()
    for labels in worn.labels:
        said = Audience.of_label(labels.audience or "")
        whom = whom & said if said and (whom & said).possible else whom
    return whom
