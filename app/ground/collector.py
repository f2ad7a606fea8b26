"""When Python looks for cycles of objects to free: seldom while a command imports what it needs, where nothing is let go.

Looking through all of torch's objects again and again is a fifth of what a command takes to start.
"""

from __future__ import annotations

import gc
from typing import Final

_USUAL: Final = gc.get_threshold()
_SELDOM: Final = 50_000
"""Objects made and not let go, after which the youngest are looked through."""


def seldom() -> None:
    """Look for cycles only after many objects."""
    gc.set_threshold(_SELDOM, *_USUAL[1:])


def as_usual() -> None:
    """Look for them as Python does by itself: a service holds its requests up for less time, if more often."""
    gc.set_threshold(*_USUAL)
