"""Normalises attributes to the form that the catalogue keeps: JSON text of name -> string or list of strings."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Final

from pydantic_core import from_json

from models.datasets.shown import shown

_PAIRS: Final = re.compile(r"(?:[^=|{}\[\]\"']+=[^|{}]*(?:\||$))+")


def attributes_text(value: object) -> str | None:
    """Normalise attributes given as an object, as its JSON text, or as ``name=value`` pairs with bars between; None where there are none.

    >>> attributes_text({"season": "Summer", "heel_cm": 7, "vegan": True, "colour": ["red", "blue"], "lining": None})
    '{"season":"Summer","heel_cm":"7","vegan":"true","colour":["red","blue"]}'

    Raises:
        ValueError: saying in one line which attribute cannot be kept.
    """
    if isinstance(value, str):
        if not value.strip():
            return None
        value = _pairs(value) or _parsed(value)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        message = f"{shown(value)} is not an object of names and values"
        raise ValueError(message)  # noqa: TRY004 - callers turn a ValueError into a refusal with its line
    words = {name: _words(name, raw) for name, raw in value.items()}
    kept = {name: text for name, text in words.items() if text}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if kept else None


def _pairs(text: str) -> dict[str, str | list[str]]:
    """``size=42|colour=red``; a name that comes again has several values."""
    found: dict[str, str | list[str]] = {}
    if not _PAIRS.fullmatch(text.strip()):
        return found
    for part in filter(str.strip, text.split("|")):
        name, _, value = (piece.strip() for piece in part.partition("="))
        before = found.get(name)
        found[name] = value if before is None else [*([before] if isinstance(before, str) else before), value]
    return found


def _parsed(text: str) -> object:
    try:
        value: object = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        kind = "JSON but a Python dict" if text.lstrip().startswith("{'") else "JSON"
        message = f'is not {kind}: {error}; write {{"size": "42"}}, or size=42|colour=red'
        raise ValueError(message) from None
    return value


def _words(name: object, value: object) -> str | list[str] | None:
    if not isinstance(name, str) or not name.strip():
        message = f"name {shown(name)} is not a non-empty string"
        raise ValueError(message)
    if isinstance(value, list):
        return [_word(name, element) for element in value if element is not None]
    return None if value is None else _word(name, value)


def _word(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return str(value)
    message = f"{name!r} is {shown(value)}; use a string or a list of strings"
    raise ValueError(message)
