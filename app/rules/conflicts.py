"""What is told when a rule is written: rules that contradict each other, and rules that come to nothing in this catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations, islice
from typing import Final

import pyarrow.compute as pc

from app.release.release import Release
from app.rules.rule import Apart, Boost, Bury, CuratedLook, Exclude, Pin, Require, Rule, SlotTemplate
from app.rules.ruling import InForce, Ruled
from models.errors import nearest

MOST: Final = 1_000
"""Conflicts that are told at once. Each of thousands of pins may contradict each of thousands of exclusions."""
_TOLD: Final = 8
_NEVER = timedelta(days=365_000)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that is probably not meant. The rules are kept as they were written."""

    rules: tuple[str, ...]
    problem: str


def conflicts_of(rules: Sequence[Rule], written: Sequence[str], release: Release) -> list[Conflict]:
    """Conflicts that a rule of these ids has part in: the first ``MOST``, and where there are more, that there are.

    Args:
        rules: all of the home, in their order.
    """
    enabled, mine = [rule for rule in rules if rule.enabled], {*written}
    brands = {*pc.unique(release.snapshot.items.column("brand")).to_pylist()}
    nothing = (conflict for rule in enabled if rule.id in mine for conflict in _nothing(rule, release, brands))
    between = (conflict for conflict in _between(enabled, release) if mine & {*conflict.rules})
    found = list(islice(chain(nothing, between), MOST + 1))
    if len(found) > MOST:
        found[MOST] = Conflict(
            (), f"there is more that is probably not meant: the first {MOST:,} are told; see to them, and write the rules again"
        )
    return found


def _nothing(rule: Rule, release: Release, known_brands: AbstractSet[str | None]) -> Iterator[Conflict]:
    """What a rule speaks of, and the catalogue does not have."""
    snapshot = release.snapshot
    selectors = [rule.items] if isinstance(rule, Exclude | Require | Boost | Bury | Apart) else []
    selectors += [rule.be] if isinstance(rule, Require) else [rule.with_] if isinstance(rule, Apart) else []
    selectors += [rule.when.worn] if rule.when.worn is not None else []
    ids = [*(rule.ids if isinstance(rule, Pin | CuratedLook) else ()), *(item for selector in selectors for item in selector.ids)]
    categories = [*(name for selector in selectors for name in selector.category)]
    categories += [said.category for said in rule.slots] if isinstance(rule, SlotTemplate) else []
    attributes = {name for selector in selectors for name in selector.attributes} - {*snapshot.columns.attribute_names}
    brands = {name for selector in selectors for name in selector.brand} - known_brands
    audiences, seasons = ({getattr(labels, name) for labels in release.traits.labels} - {None} for name in ("audience", "season"))
    unknown: list[tuple[str, Sequence[str], Iterable[str]]] = [  # few names may be meant; of thousands to look for a near one takes long
        ("item", [item for item in ids if item not in snapshot.row_of], ()),
        ("category", [name for name in categories if name not in snapshot.sizes], snapshot.sizes),
        ("attribute", sorted(attributes), snapshot.columns.attribute_names),
        ("brand", sorted(brands), ()),
        ("audience", sorted({name for selector in selectors for name in selector.audience} - audiences), audiences),
        ("season", sorted({name for selector in selectors for name in selector.season} - seasons), seasons),
    ]
    shown = [row for item in ids if isinstance(rule, Pin | CuratedLook) and (row := snapshot.row_of.get(item)) is not None]
    for item in release.items(shown):
        if item.in_stock is False:
            yield Conflict((rule.id,), f"{item.id!r} is sold out now, so that it is not shown")
    for kind, names, known in unknown:
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            near = nearest(names[0], known)
            there = f"; it has {', '.join(sorted(known)[:_TOLD])}" if kind in {"audience", "season"} and known else ""
            meant = f"; did you mean {near!r}?" if near else there
            yield Conflict((rule.id,), f"the catalogue has no {kind} {names[0]!r}{more} now{meant}")


def _between(rules: Sequence[Rule], release: Release) -> Iterator[Conflict]:
    """Rules that hold at the same time and want opposite things of the same items."""
    force = InForce(rules, ever=True)
    ruled, row_of = Ruled(force, release), release.snapshot.row_of
    for rule in force.rules:
        if not isinstance(rule, Pin | CuratedLook):
            continue
        for item in rule.ids:
            if item not in row_of:
                continue
            satisfied = ruled.satisfied([row_of[item]])[0]
            for other in {other.id: other for place in satisfied for other in force.takers.get(place, ())}.values():
                takes = isinstance(other, Exclude) or (isinstance(other, Require) and force.others[other.id] not in satisfied)
                if takes and _overlap(rule, other):
                    yield Conflict((rule.id, other.id), f"{rule.id!r} wants {item!r} shown, and {other.id!r} takes it away")
        if isinstance(rule, CuratedLook):
            yield from _torn(rule, force, ruled)
    moving = [rule for rule in rules if isinstance(rule, Boost | Bury)]
    by_items = {repr(rule.items): rule for rule in moving if isinstance(rule, Boost)}
    for rule in moving:
        boost = by_items.get(repr(rule.items))
        if isinstance(rule, Bury) and boost is not None and _overlap(boost, rule):
            yield Conflict((boost.id, rule.id), f"{boost.id!r} boosts and {rule.id!r} buries the same items")


def _torn(look: CuratedLook, force: InForce, ruled: Ruled) -> Iterator[Conflict]:
    """Rules that keep items of a look apart."""
    row_of = ruled.release.snapshot.row_of
    sets = ruled.satisfied([row_of[item] for item in look.ids if item in row_of])
    for rule in force.rules:
        if isinstance(rule, Apart) and any(force.keeps_apart(rule, one, other) for one, other in combinations(sets, 2)):
            yield Conflict((look.id, rule.id), f"{rule.id!r} keeps items of the look {look.id!r} apart")


def _overlap(one: Rule, other: Rule) -> bool:
    now = datetime.now(UTC)
    starts = [rule.when.since or now - _NEVER for rule in (one, other)]
    ends = [rule.when.until or now + _NEVER for rule in (one, other)]
    return max(starts) < min(ends)
