"""How often this process has shown each item since it started: what was shown too seldom to know is cold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

_MOST: Final = 500_000  # items that are counted; what comes after those is not cold


class TimesShown:
    """Counts what is shown; noted from the event loop, asked from any thread.

    Args:
        below: an item is cold until it was shown so often; 0: none is.
    """

    def __init__(self, below: int) -> None:
        self._below = below
        self._times = Counter[str]()

    def note(self, ids: Iterable[str]) -> None:
        """These items were shown once more."""
        if not self._below:
            return
        for item in ids:
            if item in self._times or len(self._times) < _MOST:
                self._times[item] += 1

    def cold(self, item: str) -> bool:
        """Whether it was shown too seldom."""
        times = self._times.get(item)
        return times < self._below if times is not None else bool(self._below) and len(self._times) < _MOST
