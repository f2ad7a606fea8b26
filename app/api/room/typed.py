"""What stands in the form of one rule, and the rule that it says: each field is called by its path in the body of ``PUT /rules``.

A list is a field that comes several times (ids: one a line); what is empty says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import ValidationError
from starlette.datastructures import FormData

from app.rules.rule import RULES, Rule, as_written

SELECTORS: Final[Mapping[str, Sequence[str]]] = {
    "exclude": ["items"],
    "require": ["items", "be"],
    "pin": [],
    "boost": ["items"],
    "bury": ["items"],
    "apart": ["items", "with"],
    "slots": [],
    "look": [],
}
"""What each kind of rule says of items."""
WORN: Final = "when.worn"
EVERY: Final = "items.every"
"""That every item is meant, where nothing else is said of them."""
FIND: Final = "find:"
"""What a field begins with whose words look for items; the field follows into which they are put."""
ASK: Final = "ask:"
"""What a field begins with that asks for one more attribute; the selector follows of which it is."""
UTC: Final = "UTC"
_LISTS: Final = ("category", "brand", "audience", "season")
_AREAS: Final = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
_IN_IDS: Final = {"exclude": "no", "require": "only", "pin": "first", "boost": "more", "bury": "less"}
_WORDS_OF_NOTES, _VALUES_OF_RULES, _LONGEST_ID = 6, 3, 60
_MOST_SLOTS: Final = 100


@cache
def zones() -> Sequence[str]:
    """The zones of the world that this machine knows, by name."""
    return [UTC, *sorted(name for name in available_timezones() if name.startswith(_AREAS))]


@dataclass(frozen=True, slots=True)
class Typed:
    """The form of a rule.

    Attributes:
        do: what kind of rule it is. was: the id of the rule that is changed; empty of a new one.
        values: by field what stands in it. zone: the one in which its moments are.
    """

    do: str
    was: str = ""
    zone: str = UTC
    values: Mapping[str, Sequence[str]] = field(default_factory=lambda: {"enabled": ["on"]})

    def all(self, name: str) -> list[str]:
        """The values of a field, each once, without empty ones."""
        return [*dict.fromkeys(value for value in self.values.get(name, ()) if value.strip())]

    def one(self, name: str) -> str:
        """The value of a field that has one; empty where there is none."""
        return next(iter(self.all(name)), "")

    def ids(self, name: str) -> list[str]:
        """The ids of a field: one a line."""
        lines = (line.strip() for value in self.all(name) for line in value.splitlines())
        return [*dict.fromkeys(filter(None, lines))]

    def shown(self, place: str) -> list[str]:
        """The attributes that were asked for, beside those that are shown anyway."""
        return list(dict.fromkeys([*self.all(f"{place}.show"), *self.all(f"{ASK}{place}")]))

    def attributes(self, place: str) -> list[str]:
        """The attributes of which a selector says something."""
        start = f"{place}.attributes."
        return [name.removeprefix(start) for name in self.values if name.startswith(start) and self.all(name)]

    def beginning(self, start: str) -> Iterator[tuple[str, str]]:
        """The fields that begin so and are filled in, by what follows, and their values."""
        return ((name.removeprefix(start), value) for name in self.values if name.startswith(start) and (value := self.one(name)))

    def under(self, place: str) -> list[str]:
        """All that stands in the fields below a place."""
        return [value for name in self.values if name.startswith(f"{place}.") for value in self.all(name)]

    @property
    def slots(self) -> list[Mapping[str, str]]:
        """The slots that are said, or begun: of each, what stands in its fields."""
        rows = ({name: self.one(f"slots.{number}.{name}") for name in ("category", "min", "max")} for number in range(_MOST_SLOTS))
        return [row for row in rows if any(row.values())]


def typed(form: FormData) -> Typed:
    """What a browser sent."""
    values: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            values.setdefault(name, []).append(value.replace("\r\n", "\n"))
    said = Typed("", values=values)
    zone = said.one("zone")
    return Typed(said.one("do"), said.one("was"), zone if zone in zones() else UTC, values)


def typed_of(rule: Rule, zone: str) -> Typed | None:
    """The form of a rule that there is; None where it says what the form cannot."""
    said = as_written(rule)
    form = Typed(rule.do, rule.id, zone, dict(_fields("", said, ZoneInfo(zone))))
    form = Typed(form.do, form.was, zone, {**form.values, "enabled": ["on"] if rule.enabled else []})
    with suppress(ValidationError):
        lost = any("\r" in value or ("\n" in value and name != "note") for name, values in form.values.items() for value in values)
        return None if lost or RULES.validate_python([said_by(form)]) != [rule] else form
    return None


def _fields(name: str, said: Any, zone: ZoneInfo) -> Iterator[tuple[str, list[str]]]:  # noqa: ANN401 - JSON
    if isinstance(said, Mapping):
        if not said and name == "items":
            yield EVERY, ["on"]
        for key, value in said.items():
            yield from _fields(f"{name}.{key}" if name else key, value, zone)
    elif isinstance(said, list) and said and isinstance(said[0], Mapping):
        for number, value in enumerate(said):
            yield from _fields(f"{name}.{number}", value, zone)
    elif name in {"when.since", "when.until"}:
        moment = datetime.fromisoformat(said).astimezone(zone).replace(tzinfo=None)
        yield name, [moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")]  # finer than which no browser is
    else:
        yield name, [f"{value:.15g}" if isinstance(value, float) else str(value) for value in (said if isinstance(said, list) else [said])]


def said_by(form: Typed) -> dict[str, Any]:
    """The rule that a form says, as ``PUT /rules`` takes it; what is wrong with it is found there."""
    said: dict[str, Any] = {"id": form.one("id").strip(), "do": form.do}
    for place in SELECTORS[form.do]:
        selector = _selector(form, place)
        if selector or (place == "items" and form.one(EVERY)):
            said[place] = selector
    if form.do in {"pin", "look"}:
        said["ids"] = form.ids("ids")
    if form.do in {"boost", "bury"} and form.one("times"):
        said["times"] = _number(form.one("times"))
    if form.do == "slots":
        said["slots"] = [
            {name: text if name == "category" else _number(text, int) for name, text in row.items() if text} for row in form.slots
        ]
    if form.do == "look" and form.one("state"):
        said["state"] = form.one("state")
    when: dict[str, Any] = {name: _moment(text, form.zone) for name in ("since", "until") if (text := form.one(f"when.{name}"))}
    if worn := _selector(form, WORN):
        when["worn"] = worn
    note = {"note": form.one("note")} if form.one("note") else {}
    return {**said, **({"when": when} if when else {}), **({} if form.one("enabled") else {"enabled": False}), **note}


def _selector(form: Typed, place: str) -> dict[str, Any]:
    said: dict[str, Any] = {name: values for name in _LISTS if (values := form.all(f"{place}.{name}"))}
    attributes = {name: form.all(f"{place}.attributes.{name}") for name in form.attributes(place)}
    price = {name: _number(text) for name in ("min", "max") if (text := form.one(f"{place}.price.{name}"))}
    ids = form.ids(f"{place}.ids")
    if reduced := form.one(f"{place}.reduced"):
        said["reduced"] = reduced == str(True)
    return said | {name: value for name, value in (("ids", ids), ("attributes", attributes), ("price", price)) if value}


def _number(text: str, kind: type[float] = float) -> float | str:
    """A number; what is none stays as it was typed."""
    try:
        return kind(text)
    except ValueError:
        return text


def _moment(text: str, zone: str) -> str:
    """A moment with its zone; what is none stays as it was typed."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).isoformat()
    except (ValueError, OverflowError):
        return text


def proposed_id(said: Mapping[str, Any], taken: Collection[str]) -> str:
    """An id for a rule that has none: of its note, else of what it does; one that no other rule has.

    >>> proposed_id({"do": "exclude", "items": {"brand": ["Nordhavn"], "category": ["Shoes"]}}, {"no-nordhavn-shoes"})
    'no-nordhavn-shoes-2'
    >>> proposed_id({"do": "boost", "note": "Own brand, until the new ones come: see Ada"}, ())
    'own-brand-until-the-new-ones'
    """
    words = re.findall(r"\w+", said.get("note", "").casefold())[:_WORDS_OF_NOTES]
    if not words:
        what = [value for name, value in said.items() if name not in {"id", "do", "note", "when", "enabled", "state"}]
        words = [_IN_IDS.get(said["do"], said["do"]), *re.findall(r"\w+", " ".join([*_leaves(what)][:_VALUES_OF_RULES]).casefold())]
    name = "-".join(words)[:_LONGEST_ID].strip("-")
    return next(one for one in (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3))) if one not in taken)


def _leaves(said: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(said, str):
        yield said
    elif isinstance(said, Mapping | list):
        for one in said.values() if isinstance(said, Mapping) else said:
            yield from _leaves(one)
