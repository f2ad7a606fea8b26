"""What is wrong with rules that somebody wrote into the form, in the words of who writes rules."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from app.ground.fields import path, problem
from app.ground.shortened import shortened

_MOST: Final = 10
DOES: Final = {
    "exclude": "never suggest these",
    "require": "of these, suggest only such",
    "pin": "show these first",
    "boost": "show these more",
    "bury": "show these less",
    "apart": "never these two together",
    "slots": "which categories an outfit has",
    "look": "a stylist's look",
}
_ITEMS: Final = '{"category": ["shoes"], "brand": ["Nordhavn"]}'
_WHOLE: Final = '{"id": "no-leather", "do": "exclude", "items": {"attributes": {"material": ["leather"]}}}'
_EXAMPLES: Final = {
    "id": '"id": "no-leather"',
    "do": '"do": "exclude"',
    "items": f'"items": {_ITEMS}',
    "be": f'"be": {_ITEMS}',
    "with": f'"with": {_ITEMS}',
    "ids": '"ids": ["w000042", "w000043"]',
    "category": '"category": ["shoes"]',
    "brand": '"brand": ["Nordhavn"]',
    "attributes": '"attributes": {"material": ["leather"]}',
    "audience": '"audience": ["women adult"]',
    "season": '"season": ["winter"]',
    "price": '"price": {"min": 20, "max": 80}',
    "reduced": '"reduced": true',
    "min": '"min": 0',
    "max": '"max": 1',
    "times": '"times": 3',
    "slots": '"slots": [{"category": "shoes", "max": 1}]',
    "when": '"when": {"since": "2026-12-01T00:00:00Z"}',
    "since": '"since": "2026-12-01T00:00:00Z"',
    "until": '"until": "2026-12-27T00:00:00Z"',
    "worn": f'"worn": {_ITEMS}',
    "enabled": '"enabled": true',
    "note": '"note": "until the new ones come"',
    "state": '"state": "approved"',
}
_WORDS: Final = {
    "string_type": "is to be a word in quotation marks",
    "list_type": "is to be a list in square brackets, also of one",
    "int_type": "is to be a whole number, without quotation marks",
    "float_type": "is to be a number, without quotation marks",
    "bool_type": "is to be true or false, without quotation marks",
    "dict_type": "is to be in braces",
    "model_type": "is to be in braces",
    "model_attributes_type": "is to be in braces",
    "missing": "is missing",
    "too_short": "names too few: it takes {min_length} or more",
    "too_long": "names too many: it takes at most {max_length}",
    "string_too_short": "is empty",
    "string_too_long": "is too long: it takes at most {max_length} characters",
    "finite_number": "is to be a number that is not endless",
    "greater_than": "is to be more than {gt:g}",
    "greater_than_equal": "is to be {ge:g} or more",
    "less_than_equal": "is to be {le:g} or less",
    "literal_error": "is to be {expected}",
    "timezone_aware": "is to say its zone, too",
    **dict.fromkeys(("datetime_from_date_parsing", "datetime_parsing", "datetime_type"), "is to be a day and time with a zone"),
}
_IN_FORM: Final = {
    **_WORDS,
    "missing": "is missing: choose or write something",
    "too_short": "names too few: it takes at least {min_length}",
    "int_type": "is to be a whole number",
    "float_type": "is to be a number",
    "price_range": "has its lowest above its highest",
    "slot_range": "has its fewest above its most",
    "time_range": "ends before it begins",
    "before_all": "is before the year 2000",
    **dict.fromkeys(("datetime_from_date_parsing", "datetime_parsing", "datetime_type"), "is to be a day and time"),
}
"""As ``_WORDS``, for whoever sees fields, and no JSON."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong: in which rule, in which field, what, and how it is written instead."""

    rule: str
    field: str
    problem: str
    example: str


def not_json(error: Exception, text: str) -> list[Wrong]:
    """Where a text stops being JSON."""
    number = error.lineno if isinstance(error, json.JSONDecodeError) else 1
    line = text.split("\n")[number - 1].strip()
    near = f", near {shortened(line)!r}" if line else ""
    said = "a comma, quotation mark, bracket or brace is missing or too much there" if line else "nothing is written there"
    return [Wrong("the text", f"line {number}{near}", f"cannot be read: {said}", _WHOLE)]


def in_words(error: ValidationError, given: object, *, form: bool = False) -> list[Wrong]:
    """What pydantic found, at most the first ten.

    Args:
        given: the rules as they were read, whatever they are. form: whether they were said by fields, rather than as JSON.
    """
    return [_wrong(found, given, _IN_FORM if form else _WORDS) for found in error.errors()[:_MOST]]


def _wrong(found: Mapping[str, Any], given: object, said: Mapping[str, str]) -> Wrong:
    _, *place = found["loc"]  # rules, the number of the rule, its kind, the field
    if not place or not isinstance(place[0], int):
        return Wrong("the rules", "", "are to be one rule in braces, or a list of rules in square brackets", _WHOLE)
    at, location = place[0], place[2:]
    kind, rule = found["type"], _name(given, at)
    if kind.startswith("union_tag"):
        known = ", ".join(f"{do} ({about})" for do, about in DOES.items())
        return Wrong(rule, "do", f"says what the rule does, and is to be one of {known}", _EXAMPLES["do"])
    words = said[kind].format(**found.get("ctx", {})) if kind in said else problem(found)
    known = location[:-1] if kind == "unknown_field" else location
    last = next((part for part in reversed(known) if part in _EXAMPLES), None)
    return Wrong(rule, path(location), words, _EXAMPLES.get(str(last), _WHOLE))


def _name(given: object, at: int) -> str:
    rule = given[at] if isinstance(given, Sequence) and not isinstance(given, str) and at < len(given) else None
    said = rule.get("id") if isinstance(rule, Mapping) else None
    return f"rule {shortened(said)!r}" if isinstance(said, str) and said else f"rule {at + 1}"
