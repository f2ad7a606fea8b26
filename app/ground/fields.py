"""What pydantic found wrong in a body or file, in the words of this project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, Final

from app.ground.shortened import shortened
from models.errors import nearest

_WORDS: Final = {"missing": "is required", "extra_forbidden": "is not known here"}
_OBJECTS: Final = {"model_attributes_type", "model_type", "dataclass_type", "dict_type"}
_EXAMPLES: Final = {
    "filters": '{"price": {"max": 80}}',
    "price": '{"max": 80}',
    "outfits": '{"items": ["w000042", "w000113"]}',
    "image": '{"url": "https://shop.example/w000042.jpg"}',
    "events": '{"id": "e1", "type": "view", "item": "w000042"}',
}
"""Objects that are taken for others, by the field that holds them, or holds a list of them."""
_MOMENT: Final = "write ISO 8601 with an offset, such as 2026-11-02T10:00:00+01:00, or seconds since 1970"
_OF_ITS_FORM: Final = {"unexpected extra characters at the end of the input": "more than that: hours go to 23, an offset is Z or as +02:00"}
"""What pydantic says of a moment's form, where that misleads, in plain words."""
WORD: Final = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
_PATTERNS: Final = {WORD: "should be 1 to 64 of letters A to Z, digits, and . _ - after the first"}
"""Patterns that requests have to match, in words."""
_WHERE: Final = {"body", "query", "path"}
_INNER: Final = ("function-", "list[")  # pydantic adds such parts to the location of a union's member
_OF_KINDS: Final = frozenset({"rules"})  # lists of objects of several kinds: to the location in one of them it adds which kind that is


def path(location: Iterable[str | int]) -> str:
    """A field's path as a client would write it.

    >>> path(("body", "items", 0, "id"))
    'items[0].id'
    >>> path(("body", "rules", 0, "exclude", "items", "price"))
    'rules[0].items.price'
    """
    parts = [part for part in location if isinstance(part, int) or not part.startswith(_INNER)]
    kinds = {place + 2 for place, pair in enumerate(pairwise(parts)) if pair[0] in _OF_KINDS and isinstance(pair[1], int)}
    parts = [part for place, part in enumerate(parts) if place not in kinds]
    parts = parts[1:] if len(parts) > 1 and parts[0] in _WHERE else parts
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def problem(error: Mapping[str, Any]) -> str:
    """What is wrong with a field.

    >>> problem({"type": "too_short", "msg": "List should have at least 2 items after validation, not 1"})
    'List should have at least 2 items, not 1'
    >>> problem({"type": "model_attributes_type", "loc": ("body", "filters", "price")})
    'should be an object, such as {"max": 80}'
    """
    return (
        _of_moment(error)
        or _PATTERNS.get(error.get("ctx", {}).get("pattern"))
        or _of_object(error)
        or _of_kind(error)
        or _WORDS.get(error["type"], str(error["msg"]).replace(" after validation", ""))
    )


def _of_object(error: Mapping[str, Any]) -> str | None:
    """Which object is wanted, where something else was given."""
    if error["type"] not in _OBJECTS:
        return None
    name = next((part for part in reversed(error.get("loc", ())) if isinstance(part, str)), "")
    return "should be an object" + (f", such as {_EXAMPLES[name]}" if name in _EXAMPLES else "")


def _of_kind(error: Mapping[str, Any]) -> str | None:
    """Which kinds there are, where an object says that it is of another.

    >>> tag = {"discriminator": "'do'", "tag": "boots", "expected_tags": "'exclude', 'boost'"}
    >>> _of_kind({"type": "union_tag_invalid", "ctx": tag})
    "do is one of 'exclude', 'boost', and not boots; did you mean 'boost'?"
    """
    said = error.get("ctx", {})
    if error["type"] == "union_tag_not_found":
        return f"{said['discriminator'].strip(chr(39))} is required"
    if error["type"] != "union_tag_invalid":
        return None
    kinds = said["expected_tags"]
    near = nearest(said["tag"], (kind.strip("' ") for kind in kinds.split(",")))
    meant = f"; did you mean {near!r}?" if near else ""
    return f"{said['discriminator'].strip(chr(39))} is one of {kinds}, and not {shortened(said['tag'])}{meant}"


def _of_moment(error: Mapping[str, Any]) -> str | None:
    """What is wrong with a moment, with its value and the right form; None where nothing is a moment."""
    kind, earliest = error["type"], error.get("ctx", {}).get("ge")  # of a moment a text
    if kind == "timezone_aware":
        why = "has no offset from UTC"
    elif kind.startswith("datetime_"):
        said = str(error["msg"]).partition(", ")[2]
        why = f"is no moment ({_OF_ITS_FORM.get(said, said) or 'neither text nor number'})"
    elif isinstance(earliest, str):
        why = f"is before {earliest[:10]}"
    else:
        return None
    return f"{shortened(error.get('input'))} {why}; {_MOMENT}"
