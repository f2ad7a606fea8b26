"""Rules that come to nothing in a catalogue, or to more than can be meant: each by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np

from app.rules.rule import Apart, Boost, Bury, CuratedLook, Exclude, Pin, Require, Rule, Selector, SlotTemplate
from app.rules.shelves import Shelves
from index.backends.base import IntArray
from models.datasets.garments import categories_meant
from models.errors import nearest

_TOLD: Final = 8
_MANY: Final = 1_000
"""Names among which none is looked for that is near: of thousands that takes long."""


def problems(rule: Rule, shelves: Shelves) -> Iterator[str]:
    """What is probably not meant of one rule, whatever others say."""
    if rule.when.until is not None and rule.when.until <= datetime.now(UTC):
        yield f"it is over since {rule.when.until.isoformat()}"
    selectors = dict(_selectors(rule))
    for item in rule.ids if isinstance(rule, Pin | CuratedLook) else ():
        if shelves.sold_out(item):
            yield f"{item!r} is sold out now, so that it is not shown"
    yield from _unknown(rule, list(selectors.values()), shelves)
    if isinstance(rule, SlotTemplate):
        yield from _slots(rule)
    known = {name: selector for name, selector in selectors.items() if shelves.knows(selector)}
    for name, selector in known.items():
        rows = shelves.rows(selector)
        if rows is not None and not len(rows):
            yield f"no item of the catalogue is all that `{name}` says now"
    if isinstance(rule, Exclude | Require) and "items" in known:
        yield from _takes_all(rule, known, shelves)


def _selectors(rule: Rule) -> Iterator[tuple[str, Selector]]:
    """What a rule says of items, by its field."""
    if isinstance(rule, Exclude | Require | Boost | Bury | Apart):
        yield "items", rule.items
    if isinstance(rule, Require):
        yield "be", rule.be
    if isinstance(rule, Apart):
        yield "with", rule.with_
    if rule.when.worn is not None:
        yield "when.worn", rule.when.worn


def _unknown(rule: Rule, selectors: Sequence[Selector], shelves: Shelves) -> Iterator[str]:
    """What a rule speaks of, and the catalogue does not have."""
    snapshot = shelves.release.snapshot
    ids = [item for item in rule.ids if not shelves.has(item)] if isinstance(rule, Pin | CuratedLook) else []
    ids += [item for selector in selectors for item in selector.ids if not shelves.has(item)]
    categories = [*(name for selector in selectors for name in selector.category)]
    categories += [said.category for said in rule.slots] if isinstance(rule, SlotTemplate) else []
    said = {(name, value) for selector in selectors for name, values in selector.attributes.items() for value in values}
    attributes = sorted({name for name, _ in said if name not in shelves.attributes})
    brands, audiences, seasons = (
        {name for selector in selectors for name in getattr(selector, what)} for what in ("brand", "audience", "season")
    )
    unknown: list[tuple[str, Sequence[str], Collection[str]]] = [
        ("item", ids, ()),
        ("category", [name for name in categories if name not in snapshot.sizes], snapshot.sizes),
        ("attribute", attributes, shelves.attributes),
        ("brand", sorted(brands - shelves.brands), shelves.brands),
        ("audience", sorted(name for name in audiences if not shelves.has_for(name)), shelves.audiences),
        ("season", sorted(name for name in seasons if not shelves.has_season(name)), shelves.seasons),
    ]
    for name in sorted({name for name, _ in said if name in shelves.attributes}):
        lacking = sorted(value for one, value in said if one == name and value not in shelves.values(name))
        unknown.append((f"item whose {name!r} is", lacking, shelves.values(name)))
    for kind, names, known in unknown:
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            near = _near(kind, names[0], known, shelves) if len(known) <= _MANY else None
            there = f"; it has {', '.join(sorted(known)[:_TOLD])}" if kind in {"audience", "season"} and known else ""
            meant = f"; did you mean {near}?" if near else there
            yield f"the catalogue has no {kind} {names[0]!r}{more} now{meant}"


def _near(kind: str, name: str, known: Collection[str], shelves: Shelves) -> str | None:
    """What is probably meant, as messages quote it."""
    if kind == "category":
        return categories_meant(name, {one: shelves.release.worn_as(one) for one in known})
    near = nearest(name, known)
    return None if near is None else repr(near)


def _slots(rule: SlotTemplate) -> Iterator[str]:
    """Slots that cannot be meant."""
    twice = [name for name, times in Counter(said.category for said in rule.slots).items() if times > 1]
    if twice:
        yield f"it names the slot {twice[0]!r} more than once: each of them is filled"
    if not any(said.max for said in rule.slots):
        yield "it has no slot of at least one item, so that nothing is suggested"


def _takes_all(rule: Exclude | Require, known: dict[str, Selector], shelves: Shelves) -> Iterator[str]:
    """Rules that leave nothing, of the catalogue or of what they are about."""
    rows, be = shelves.rows(rule.items), shelves.rows(known["be"]) if "be" in known else None
    if rows is None or not len(rows):
        return
    if isinstance(rule, Exclude) and len(rows) == len(shelves.everything):
        yield "it takes the whole catalogue away"
    elif isinstance(rule, Require) and be is not None and len(be):
        if not len(np.intersect1d(rows, be, assume_unique=True)):
            yield "none of its `items` is what they have to `be`, so that it takes all of them away"
        elif emptied := _emptied(rule, np.setdiff1d(rows, be, assume_unique=True), shelves):
            more = f" and {len(emptied) - 1} more" if len(emptied) > 1 else ""
            yield f"it leaves nothing of the category {emptied[0]!r}{more}"


def _emptied(rule: Require, taken: IntArray, shelves: Shelves) -> list[str]:
    """The categories, but for those that the rule does not want, of which nothing is left without these rows."""
    snapshot = shelves.release.snapshot
    wanted = [name for name in snapshot.sizes if not rule.be.category or name in rule.be.category]
    return [name for name in wanted if len(rows := snapshot.rows_in(name)) and np.isin(rows, taken, assume_unique=True).all()]
