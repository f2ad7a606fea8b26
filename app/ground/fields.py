"""What pydantic found wrong in a body or file, in the words of this project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

_WORDS: Final = {"model_attributes_type": "should be an object", "missing": "is required"}
_WHERE: Final = {"body", "query", "path"}
_INNER: Final = ("function-", "list[")  # pydantic adds such parts to the location of a union's member


def path(location: Iterable[str | int]) -> str:
    """A field's path as a client would write it.

    >>> path(("body", "items", 0, "id"))
    'items[0].id'
    """
    parts = [part for part in location if isinstance(part, int) or not part.startswith(_INNER)]
    parts = parts[1:] if len(parts) > 1 and parts[0] in _WHERE else parts
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def problem(error: Mapping[str, Any]) -> str:
    """What is wrong with a field.

    >>> problem({"type": "too_short", "msg": "List should have at least 2 items after validation, not 1"})
    'List should have at least 2 items, not 1'
    """
    return _WORDS.get(error["type"], str(error["msg"]).replace(" after validation", ""))
