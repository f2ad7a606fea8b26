"""Values that a client sent, as far as they are told back."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any, Final

_SHOWN_CHARACTERS: Final = 80


def shortened(value: Any) -> str:  # noqa: ANN401 - whatever a client sent
    """A value as JSON in ASCII, cut to 80 characters; safe to send back whatever the value was, and quick however large it is."""
    head = _head(value)
    try:
        text = head if isinstance(head, str) and head.isprintable() else json.dumps(head, default=str)
    except (ValueError, RecursionError):
        text = type(value).__name__
    if len(text) <= _SHOWN_CHARACTERS:
        return text
    size = f" ({len(value):,} characters)" if isinstance(value, str) else ""
    return f"{text[:_SHOWN_CHARACTERS]}…{size}"


def _head(value: Any, levels: int = 4) -> Any:  # noqa: ANN401 - likewise
    """As much of a value as may be shown of it."""
    if isinstance(value, str | bytes):
        return value[: _SHOWN_CHARACTERS + 1]
    if isinstance(value, dict) and levels:
        return {_head(name): _head(inner, levels - 1) for name, inner in islice(value.items(), _SHOWN_CHARACTERS)}
    if isinstance(value, list) and levels:
        return [_head(inner, levels - 1) for inner in value[:_SHOWN_CHARACTERS]]
    return f"{type(value).__name__} of {len(value):,}" if isinstance(value, dict | list) else value
