"""What the rules come to: for a catalogue, and for one outfit.

What an item satisfies is found when it is first asked of, and kept: that of an item which was changed since the snapshot until the
next change. Rows that no rule which takes items away could speak of are told at once, so that a filter with ten thousand rules costs a
search about what one with none does.

Shape legend: N rows of the catalogue · M rows in question.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from operator import itemgetter
from typing import Final

import numpy as np

from app.release.groups import rows_named
from app.release.release import Release
from app.release.variants import group_key
from app.rules.matching import ASKED, Facts, Matcher, as_said, filed_under
from app.rules.rule import Apart, Boost, Bury, CuratedLook, Exclude, Pin, Require, Rule, Selector, SlotTemplate, in_force
from index.backends.base import BoolArray, FloatArray, IntArray
from index.columns import Filter
from index.delta import Overlay
from index.selection import Condition
from index.snapshot import Snapshot

_TAKING: Final = (Exclude, Require, Apart)
Places = frozenset[int | None]
"""Of selectors; where they are those of what is worn, None is among them, which is what rules for every outfit ask for."""
Moves = tuple[int | None, float, str]
"""What a boost or a burial does: the place of what has to be worn, what it adds to log-odds, and its id."""
_EVERY: Final[Places] = frozenset({None})
_COUNTED: Final = count(1)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What rules say of an item: the places of the selectors that it satisfies, and the rules that may take it away, or move it."""

    satisfied: frozenset[int]
    takers: tuple[Rule, ...]
    movers: tuple[Moves, ...]


class InForce:
    """The rules that hold at a moment, and what they ask of items.

    Attributes:
        rules: in their order. selectors: all that they name, each once. number: no others in this process have it.
        worn: by rule the place of what has to be worn; None: it holds in every outfit.
        takers: by the place of a selector the rules that take away what satisfies it.
        movers: likewise those that move it, as ``Spoken`` has them.

    Args:
        ever: whether the times that rules name are left aside.
    """

    def __init__(self, rules: Iterable[Rule], now: datetime | None = None, *, ever: bool = False) -> None:
        self.rules = tuple(rule for rule in rules if in_force(rule, None if ever else now or datetime.now(UTC)))
        self.selectors: list[Selector] = []
        self._place_of = dict[tuple[object, ...], int]()
        self.number = next(_COUNTED)
        self.items, self.others, self.worn = dict[str, int](), dict[str, int](), dict[str, int | None]()
        for rule in self.rules:
            if isinstance(rule, Exclude | Require | Boost | Bury | Apart):
                self.items[rule.id] = self._named(rule.items)
            if isinstance(rule, Require | Apart):
                self.others[rule.id] = self._named(rule.be if isinstance(rule, Require) else rule.with_)
            self.worn[rule.id] = None if rule.when.worn is None else self._named(rule.when.worn)
        self.matcher = Matcher(self.selectors)
        self.takers, self.movers = dict[int, list[Rule]](), dict[int, list[Moves]]()
        for rule in self.rules:
            if isinstance(rule, Boost | Bury):
                lift = math.log(rule.times) * (1 if isinstance(rule, Boost) else -1)
                self.movers.setdefault(self.items[rule.id], []).append((self.worn[rule.id], lift, rule.id))
            elif isinstance(rule, _TAKING):
                for place in {self.items[rule.id], (self.others if isinstance(rule, Apart) else self.items)[rule.id]}:
                    self.takers.setdefault(place, []).append(rule)
        self._asked: dict[int | None, list[tuple[int, Pin | SlotTemplate]]] = {}  # by what must be worn, with their places
        for place, rule in enumerate(self.rules):
            if isinstance(rule, Pin | SlotTemplate):
                self._asked.setdefault(self.worn[rule.id], []).append((place, rule))

    def spoken(self, facts: Facts) -> Spoken:
        """What the rules say of an item."""
        satisfied = self.matcher.of(facts)
        places = sorted(satisfied)
        takers, movers = self.takers, self.movers
        return Spoken(
            satisfied,
            tuple(rule for place in places if place in takers for rule in takers[place]),
            tuple(moves for place in places if place in movers for moves in movers[place]),
        )

    @cached_property
    def looks(self) -> Mapping[str | int, list[tuple[int, CuratedLook]]]:
        """The curated looks of each item, by its id or by the key of its group, with their places."""
        found: dict[str | int, list[tuple[int, CuratedLook]]] = {}
        for place, look in [(place, rule) for place, rule in enumerate(self.rules) if isinstance(rule, CuratedLook)]:
            for item in look.ids:
                for key in (item, group_key(item)):
                    found.setdefault(key, []).append((place, look))
        return found

    def asked(self, worn: Places) -> list[Pin | SlotTemplate]:
        """The pins and slot templates that hold where items are worn that satisfy these selectors, in the order of the rules."""
        pairs = [pair for place in worn for pair in self._asked.get(place, ())]
        return [rule for _, rule in sorted(pairs, key=itemgetter(0))]

    def keeps_apart(self, rule: Apart, one: Places, other: Places) -> bool:
        """Whether a rule keeps what satisfies the one selectors from what satisfies the others."""
        here, there = self.items[rule.id], self.others[rule.id]
        return (here in one and there in other) or (there in one and here in other)

    def _named(self, selector: Selector) -> int:
        """The place of a selector; what many rules ask alike is asked once."""
        place = self._place_of.setdefault(as_said(selector), len(self.selectors))
        if place == len(self.selectors):
            self.selectors.append(selector)
        return place

    @cached_property
    def taking(self) -> set[tuple[str, ...]]:
        """Under what the selectors are filed of which an item may be taken away."""
        places = [self.items[rule.id] for rule in self.rules if isinstance(rule, _TAKING)]
        places += [self.others[rule.id] for rule in self.rules if isinstance(rule, Apart)]
        return {key for place in places for key in filed_under(self.selectors[place])}


class Known:
    """What rules were found to be about in one state of a catalogue. It refers to none of it, so that it does not outlive it there.

    Attributes:
        spoken_of: rows of the snapshot that a rule could take away, ``(N,)``.
        known: what rules say of its rows, as far as that was asked. later: likewise, of the rows that follow them.

    Args:
        before: of the same rules, perhaps over the same snapshot; what was found for that is kept.
    """

    def __init__(self, force: InForce, release: Release, before: Known | None = None) -> None:
        snapshot = release.snapshot
        base: Snapshot = snapshot.base if isinstance(snapshot, Overlay) else snapshot
        self.force, self._base = force, weakref.ref(base)
        kept = before if before is not None and before.force is force and before._base() is base else None  # noqa: SLF001 - of its own kind
        self.spoken_of: BoolArray = kept.spoken_of if kept else _spoken_of(base, release.traits.key_N[: base.count], force.taking)
        self.known: dict[int, Spoken] = kept.known if kept else {}
        self.later: dict[int, Spoken] = {}

    @cached_property
    def passing(self) -> int:
        """How many rows no rule could take away."""
        return int(np.count_nonzero(~self.spoken_of))


class Ruled:
    """Rules over one state of a catalogue.

    Args:
        found: what is known of them there already.
    """

    def __init__(self, force: InForce, release: Release, found: Known | None = None) -> None:
        self.force, self.release = force, release
        self.found = found or Known(force, release)

    def satisfied(self, rows: Sequence[int]) -> list[frozenset[int]]:
        """The places of the selectors that each row satisfies."""
        return [spoken.satisfied for spoken in self.spoken(rows)]

    def spoken(self, rows: Sequence[int]) -> list[Spoken]:
        """What the rules say of each row."""
        known, later, count = self.found.known, self.found.later, len(self.found.spoken_of)
        for row in {row for row in rows if row not in (known if row < count else later)}:
            facts = Facts.of(self.release.said(row, ASKED), self.release.traits.of_row(row), self.release.snapshot.row_of)
            (known if row < count else later)[row] = self.force.spoken(facts)
        return [known[row] if row < count else later[row] for row in rows]

    def may_be_taken(self, rows_M: IntArray) -> BoolArray:
        """Whether any rule could take each row away, ``(M,)``."""
        spoken_of = self.found.spoken_of
        return np.asarray((rows_M >= len(spoken_of)) | spoken_of[np.minimum(rows_M, len(spoken_of) - 1)])


@dataclass(eq=False)
class Ruling:
    """What the rules say of suggestions for one outfit.

    Attributes:
        touched: ids of the rules that had part in what was found, in the order in which they did: they said which slots there are, moved
            something out of what is shown, or took away something that was looked at, which may not have been shown without them, either.
        look: the curated look that is shown, and ``shown``, the rows of it that are not worn; see ``app.recommend.ruled.choose_look``.
    """

    ruled: Ruled
    worn: Sequence[frozenset[int]]
    worn_ids: frozenset[str]
    touched: dict[str, None] = field(default_factory=dict)
    look: CuratedLook | None = None
    shown: Sequence[int] = ()

    @cached_property
    def _all_worn(self) -> Places:
        return _EVERY.union(*self.worn)

    def holds(self, rule: Rule) -> bool:
        """Whether what is worn is what the rule asks for."""
        return self.ruled.force.worn[rule.id] in self._all_worn

    def condition(self) -> Condition:
        """That no rule takes a row away."""
        return Condition(self.allows, max(self.ruled.found.passing, 1))

    def allows(self, rows_M: IntArray) -> BoolArray:
        """Whether no rule takes each row away, ``(M,)``."""
        allowed_M = ~self.ruled.may_be_taken(rows_M)
        doubtful = np.flatnonzero(~allowed_M)
        allowed_M[doubtful] = [not self._taken(spoken) for spoken in self.ruled.spoken(rows_M[doubtful].tolist())]
        return allowed_M

    def _taken(self, spoken: Spoken) -> bool:
        worn, all_worn = self.ruled.force.worn, self._all_worn
        for rule in spoken.takers:
            if worn[rule.id] in all_worn and (isinstance(rule, Exclude) or self._unlike(rule, spoken)):
                self.touched[rule.id] = None
                return True
        return False

    def _unlike(self, rule: Rule, spoken: Spoken) -> bool:
        force = self.ruled.force
        if isinstance(rule, Apart):
            return force.keeps_apart(rule, spoken.satisfied, self._all_worn)
        return force.others[rule.id] not in spoken.satisfied

    def apart(self, rows: Sequence[int], row: int) -> bool:
        """Whether a rule keeps a row from any of some others."""
        one, *others = self.ruled.spoken([row, *rows])
        keeps_apart = self.ruled.force.keeps_apart
        for rule in one.takers:
            if isinstance(rule, Apart) and self.holds(rule) and any(keeps_apart(rule, one.satisfied, other.satisfied) for other in others):
                self.touched[rule.id] = None
                return True
        return False

    def lifts(self, rows_M: IntArray) -> tuple[FloatArray, list[tuple[str, ...]]]:
        """What boosting and burying add to the log-odds of each row, ``(M,)``, and the rules that do."""
        lift_M, why, all_worn = np.zeros(len(rows_M), dtype=np.float32), [tuple[str, ...]()] * len(rows_M), self._all_worn
        for place, spoken in enumerate(self.ruled.spoken(rows_M.tolist()) if self.ruled.force.movers else ()):
            moving = [(lift, rule) for worn, lift, rule in spoken.movers if worn in all_worn]
            if moving:
                lift_M[place], why[place] = sum(lift for lift, _ in moving), tuple(rule for _, rule in moving)
        return lift_M, why

    @cached_property
    def pinned(self) -> Mapping[int, str]:
        """Rows that come first, in this order, each with the rule that says so."""
        found: dict[int, str] = {}
        for look in filter(None, [self.look]):
            found |= dict.fromkeys(self.shown, look.id)
        for rule in self._asked:
            if isinstance(rule, Pin):
                found |= {row: rule.id for _, rows in self.unworn(rule.ids) for row in rows.tolist() if row not in found}
        return found

    def looks(self) -> list[CuratedLook]:
        """The curated looks of an item that is worn, in the order of the rules."""
        of, row_of = self.ruled.force.looks, self.ruled.release.snapshot.row_of
        groups = self._worn_keys
        by_group = [pair for key in groups for pair in of.get(key, ()) if not groups.isdisjoint(_groups(pair[1], row_of))]
        by_item = [pair for item in self.worn_ids for pair in of.get(item, ())]
        found = {place: look for place, look in (*by_item, *by_group) if self.holds(look)}
        return [found[place] for place in sorted(found)]

    @property
    def template(self) -> SlotTemplate | None:
        """The first slot template that holds."""
        return next((rule for rule in self._asked if isinstance(rule, SlotTemplate)), None)

    @cached_property
    def _asked(self) -> list[Pin | SlotTemplate]:
        return self.ruled.force.asked(self._all_worn)

    def unworn(self, ids: Iterable[str]) -> list[tuple[str, IntArray]]:
        """The rows of each id that is not worn: of a group those of all of its items, unless one of them is worn."""
        release = self.ruled.release
        named = rows_named(release, [item for item in ids if item not in self.worn_ids])
        row_of = release.snapshot.row_of
        return [(item, rows) for item, rows in named if item in row_of or group_key(item) not in self._worn_keys]

    def wears(self, ids: Iterable[str]) -> bool:
        """Whether all of these, items or products, are worn."""
        return all(item in self.worn_ids or group_key(item) in self._worn_keys for item in ids)

    @cached_property
    def _worn_keys(self) -> frozenset[int]:
        """What the worn items of the catalogue have in common with others of their products."""
        rows = self.ruled.release.snapshot.row_of.known(self.worn_ids).values()
        return frozenset(self.ruled.release.traits.key_N[[*rows]].tolist())


def _groups(look: CuratedLook, row_of: Container[str]) -> set[int]:
    """The keys of the groups that a look names: no item has their ids."""
    return {group_key(item) for item in look.ids if item not in row_of}


def _spoken_of(base: Snapshot, key_N: IntArray, keys: Iterable[tuple[str, ...]]) -> BoolArray:
    """The rows of a snapshot that selectors filed under these could be about, ``(N,)``.

    Args:
        key_N: what rows of one product have in common.
    """
    spoken_N = np.zeros(base.count, dtype=np.bool_)
    said: dict[tuple[str, ...], list[str]] = {}
    for *kind, value in keys:
        said.setdefault(tuple(kind), []).append(value)
    for of, values in said.items():
        match of:
            case ("id",):
                spoken_N |= _named(base, key_N, values)
            case ("brand",):
                spoken_N[base.columns.selection(Filter(brand=values)).rows()] = True
            case ("brand", category) if category in base.sizes:
                rows = base.columns.selection(Filter(brand=values)).rows()
                spoken_N[np.intersect1d(rows, base.rows_in(category), assume_unique=True)] = True
            case ("brand", _):
                pass
            case ("attribute", name):
                spoken_N[base.columns.selection(Filter(attributes={name: values})).rows()] = True
            case ("category",):
                for category in values:
                    spoken_N[base.rows_in(category) if category in base.sizes else []] = True
            case _:
                spoken_N[:] = True
    return spoken_N


def _named(base: Snapshot, key_N: IntArray, ids: Sequence[str]) -> BoolArray:
    """The rows of a snapshot with these ids, or in these groups, ``(N,)``."""
    known = base.row_of.known(ids)
    groups = [group_key(item) for item in ids if item not in known]
    named_N = np.isin(key_N, groups) if groups else np.zeros(base.count, dtype=np.bool_)
    named_N[[*known.values()]] = True
    return np.asarray(named_N)
