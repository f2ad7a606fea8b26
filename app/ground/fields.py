"""What pydantic found wrong in a body or file, in the words of this project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from app.ground.errors import shortened

_WORDS: Final = {"model_attributes_type": "should be an object", "missing": "is required"}
_MOMENT: Final = "write ISO 8601 with an offset, such as 2026-11-02T10:00:00+01:00, or seconds since 1970"
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
    return _of_moment(error) or _WORDS.get(error["type"], str(error["msg"]).replace(" after validation", ""))


def _of_moment(error: Mapping[str, Any]) -> str | None:
    """What is wrong with a moment, with its value and the right form; None where nothing is a moment."""
    kind, earliest = error["type"], error.get("ctx", {}).get("ge")  # of a moment a text
    if kind == "timezone_aware":
        why = "has no offset from UTC"
    elif kind.startswith("datetime_"):
        why = f"is no moment ({str(error['msg']).partition(', ')[2] or 'neither text nor number'})"
    elif isinstance(earliest, str):
        why = f"is before {earliest[:10]}"
    else:
        return None
    return f"{shortened(error.get('input'))} {why}; {_MOMENT}"
