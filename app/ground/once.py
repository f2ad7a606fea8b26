"""Objects of JSON that name everything once: of a name that comes twice Python's reader keeps the last, without a word."""

from __future__ import annotations

from collections import Counter
from typing import Any


class TwiceError(ValueError):
    """A name comes twice in an object of JSON, of which all but the last would be lost without a word."""

    def __init__(self, name: str) -> None:
        super().__init__(f"names {name!r} twice; leave one of them out")
        self.doc = ""


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON.

    Raises:
        TwiceError: it names something twice.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise TwiceError(Counter(name for name, _ in pairs).most_common(1)[0][0])
    return found
