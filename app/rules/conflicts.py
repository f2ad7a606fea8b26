"""What is told when a rule is written: rules that contradict each other, and rules that come to nothing in this catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations, islice
from typing import Final

from app.release.groups import rows_named
from app.release.release import Release
from app.rules.idle import problems
from app.rules.rule import Apart, Boost, Bury, CuratedLook, Exclude, Pin, Require, Rule, SlotTemplate
from app.rules.ruling import InForce, Ruled
from app.rules.shelves import Shelves

MOST: Final = 1_000
"""Conflicts that are told at once. Each of thousands of pins may contradict each of thousands of exclusions."""
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
    shelves = Shelves(release)
    nothing = (Conflict((rule.id,), problem) for rule in enabled if rule.id in mine for problem in problems(rule, shelves))
    between = (conflict for conflict in _between(enabled, release) if mine & {*conflict.rules})
    found = list(islice(chain(nothing, between), MOST + 1))
    if len(found) > MOST:
        found[MOST] = Conflict(
            (), f"there is more that is probably not meant: the first {MOST:,} are told; see to them, and write the rules again"
        )
    return found


def _between(rules: Sequence[Rule], release: Release) -> Iterator[Conflict]:
    """Rules that hold at the same time and want opposite things of the same items."""
    force = InForce(rules, ever=True)
    ruled, templates = Ruled(force, release), _most(force.rules)
    for rule in force.rules:
        if not isinstance(rule, Pin | CuratedLook):
            continue
        for item, rows in rows_named(release, rule.ids):
            each = ruled.satisfied(rows.tolist())
            for other in {other.id: other for place in each[0] for other in force.takers.get(place, ())}.values():
                if all(_takes(other, satisfied, force) for satisfied in each) and _overlap(rule, other):
                    yield Conflict((rule.id, other.id), f"{rule.id!r} wants {item!r} shown, and {other.id!r} takes it away")
        if isinstance(rule, CuratedLook):
            yield from _torn(rule, force, ruled)
            yield from _overridden(rule, templates, release)
    moving = [rule for rule in rules if isinstance(rule, Boost | Bury)]
    by_items = {repr(rule.items): rule for rule in moving if isinstance(rule, Boost)}
    for rule in moving:
        boost = by_items.get(repr(rule.items))
        if isinstance(rule, Bury) and boost is not None and _overlap(boost, rule):
            yield Conflict((boost.id, rule.id), f"{boost.id!r} boosts and {rule.id!r} buries the same items")


def _takes(rule: Rule, satisfied: frozenset[int], force: InForce) -> bool:
    """Whether a rule takes away what satisfies these selectors, whatever is worn."""
    if not isinstance(rule, Exclude | Require) or force.items[rule.id] not in satisfied:
        return False
    return isinstance(rule, Exclude) or force.others[rule.id] not in satisfied


def _torn(look: CuratedLook, force: InForce, ruled: Ruled) -> Iterator[Conflict]:
    """Rules that keep items of a look apart."""
    sets = ruled.satisfied([int(rows[0]) for _, rows in rows_named(ruled.release, look.ids)])
    takers = {rule.id: rule for places in sets for place in places for rule in force.takers.get(place, ())}
    for rule in takers.values():
        if isinstance(rule, Apart) and any(force.keeps_apart(rule, one, other) for one, other in combinations(sets, 2)):
            yield Conflict((look.id, rule.id), f"{rule.id!r} keeps items of the look {look.id!r} apart")


def _most(rules: Sequence[Rule]) -> dict[frozenset[tuple[str, int]], list[SlotTemplate]]:
    """The rules that say which slots there are, by how many items of each category they have at most."""
    found: dict[frozenset[tuple[str, int]], list[SlotTemplate]] = {}
    for rule in rules:
        if isinstance(rule, SlotTemplate):
            most = Counter[str]()
            for said in rule.slots:
                most[said.category] += said.max
            found.setdefault(frozenset(most.items()), []).append(rule)
    return found


def _overridden(
    look: CuratedLook, templates: Mapping[frozenset[tuple[str, int]], Sequence[SlotTemplate]], release: Release
) -> Iterator[Conflict]:
    """Rules that say which slots there are, where the look, which has slots of its own, has more."""
    shown = Counter(release.category_of(int(rows[0])) for _, rows in rows_named(release, look.ids))
    for pairs, rules in templates.items():
        most = dict(pairs)
        if more := [name for name, times in shown.items() if times > most.get(name, 0)]:
            for rule in rules:
                if _overlap(look, rule):
                    yield Conflict(
                        (look.id, rule.id), f"the look {look.id!r} has slots of its own, and more of {more[0]!r} than {rule.id!r} has"
                    )


def _overlap(one: Rule, other: Rule) -> bool:
    now = datetime.now(UTC)
    starts = [rule.when.since or now - _NEVER for rule in (one, other)]
    ends = [rule.when.until or now + _NEVER for rule in (one, other)]
    return max(starts) < min(ends)
