"""A rule in words, for whoever reads rules and no JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

from app.rules.rule import Apart, Boost, Bury, CuratedLook, Exclude, Pin, Require, Rule, Selector, SlotRange, SlotTemplate, When
from models.datasets.audience import WORDS, Audience

_KINDS: Final = {"all-body": "dresses & all-in-ones"}
_UNISEX: Final = {"everyone": "unisex, any age", "grown-ups": "unisex adults"}
"""Of rules, where what is for women is not also what is for everyone."""
_TOLD: Final = 8
"""Of several values; of more it is told how many they are."""
Named = Callable[[str], str]
"""What an id is called."""


def in_words(rule: Rule, named: Named = str) -> str:
    """What a rule does, and when.

    >>> from app.rules.rule import RULES
    >>> worn, until = {"season": ["winter"]}, "2026-12-27T00:00:00+01:00"
    >>> items = {"category": ["shoes"], "brand": ["Nordhavn"]}
    >>> rule = {"id": "x", "do": "exclude", "items": items, "when": {"worn": worn, "until": until}}
    >>> in_words(RULES.validate_python([rule])[0])
    'Never suggests shoes, brand Nordhavn; when something is worn that is of the season winter; until 27 Dec 2026 00:00 UTC+01:00'
    """
    return "; ".join([_does(rule, named), *_when(rule.when, named)])


def _does(rule: Rule, named: Named) -> str:
    if isinstance(rule, Pin):
        return f"Shows first {_few(map(named, rule.ids), ', then ')}"
    if isinstance(rule, CuratedLook):
        return f"A look: {_few(map(named, rule.ids), ' + ')}"
    if isinstance(rule, SlotTemplate):
        return f"An outfit has {_few(map(_slot, rule.slots), ', ')}, and nothing else"
    items = _items(rule.items, named)
    match rule:
        case Exclude():
            said = f"Never suggests {items}"
        case Require():
            said = f"Of {items}, suggests only what is {_items(rule.be, named)}"
        case Boost():
            said = f"Shows more: {items}, as if {rule.times:g} times likelier"
        case Bury():
            said = f"Shows less: {items}, as if {rule.times:g} times less likely"
        case Apart():
            said = f"Never in one outfit: {items}, together with {_items(rule.with_, named)}"
    return said


def _items(selector: Selector, named: Named) -> str:
    """Items that are all of this."""
    price = selector.price
    said = [_any(map(named, selector.ids)), _any(map(kind, selector.category))]
    said += [f"brand {_any(selector.brand)}" if selector.brand else ""]
    said += [f"{spoken(name)} {_any(values)}" for name, values in selector.attributes.items()]
    said += [f"for {_any(map(people, selector.audience))}" if selector.audience else ""]
    said += [f"of the season {_any(selector.season)}" if selector.season else ""]
    said += ["" if selector.reduced is None else "at a reduced price" if selector.reduced else "not reduced"]
    said += [_price(price.min, price.max) if price is not None else ""]
    return ", ".join(filter(None, said)) or "every item"


def _price(least: float | None, most: float | None) -> str:
    if least is not None and most is not None:
        return f"priced {least:g} to {most:g}"
    return f"priced {most:g} at most" if least is None else f"priced {least:g} or more"


def _slot(slot: SlotRange) -> str:
    return f"{kind(slot.category)} ({slot.min if slot.min == slot.max else f'{slot.min} to {slot.max}'})"


def _when(when: When, named: Named) -> Iterator[str]:
    if when.worn is not None:
        yield f"when something is worn that is {_items(when.worn, named)}"
    if when.since is not None:
        yield f"from {moment(when.since)}"
    if when.until is not None:
        yield f"until {moment(when.until)}"


def moment(at: datetime) -> str:
    """In its own zone, which is told."""
    offset = at.isoformat()[-6:]
    zone = "UTC" if offset in {"+00:00", "-00:00"} else f"UTC{offset}"
    return f"{at.day} {at:%b %Y %H:%M} {zone}"


def opening(words: str) -> str:
    """With a capital, as titles are shown."""
    return words[:1].upper() + words[1:]


def kind(category: str) -> str:
    """What shoppers call a category that is the service's own word; others stay as the shop calls them."""
    return _KINDS.get(category, category)


def people(audience: str) -> str:
    """Whom a word or label of rules and items means.

    >>> people("women"), people("women adult"), people("men+women adult"), people("=miehet")
    ('women', 'women', 'unisex adults', 'miehet')
    """
    whom = WORDS.get(audience.casefold(), Audience.of_label(audience))
    return audience.removeprefix("=") if whom is None else _UNISEX.get(whom.people, whom.people)


def spoken(attribute: str) -> str:
    """The name of an attribute as one says it.

    >>> spoken("age_group"), spoken("BaseColour"), spoken("Colour"), spoken("UV protection")
    ('age group', 'base colour', 'colour', 'UV protection')
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\s]+", " ", attribute).split()
    return " ".join(word if word.isupper() else word.lower() for word in words)


def _any(values: Iterable[str]) -> str:
    return _few(values, " or ")


def _few(values: Iterable[str], joint: str) -> str:
    said = [*values]
    more = [f"{len(said) - _TOLD} more"] if len(said) > _TOLD else []
    return joint.join([*said[:_TOLD], *more])
