"""A value as a message shows it."""

from __future__ import annotations

from typing import Final

_LONGEST: Final = 80
_LOOKED_AT: Final = 1_000


def shown(value: object) -> str:
    """A value on one line and not too long."""
    text = repr(value[:_LOOKED_AT] if isinstance(value, str | bytes | list) else value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
