"""When Python looks for cycles of objects to free: seldom while a command imports what it needs, where nothing is let go.

Looking through all of torch's objects again and again is a fifth of what a command takes to start.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_USUAL: Final = gc.get_threshold()
_SELDOM: Final = 50_000
"""Objects made and not let go, after which the youngest are looked through."""
_lock: Final = threading.Lock()
_inside = 0


def seldom() -> None:
    """Look for cycles only after many objects."""
    gc.set_threshold(_SELDOM, *_USUAL[1:])


def as_usual() -> None:
    """Look for them as Python does by itself: a service holds its requests up for less time, if more often.

    What was imported before the first service is not looked through any more: those are most of a service's objects, and now and then an
    answer took a tenth of a second for their sake. A release is opened later, so that one that is replaced goes.
    """
    if not gc.get_freeze_count():
        gc.freeze()
    gc.set_threshold(*_USUAL)


def thawed() -> None:
    """Free cycles among all there is, also what was loaded before the service answered: seldom, as all wait some tenths of a second."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


@contextmanager
def resting() -> Iterator[None]:
    """Look for none while many objects without cycles are made: they would be walked again and again, with Python's lock."""
    _enter(1)
    try:
        yield
    finally:
        _enter(-1)


def _enter(more: int) -> None:
    global _inside  # noqa: PLW0603 - as global as what it turns off
    with _lock:
        _inside += more
        if _inside:
            gc.disable()
        else:
            gc.enable()
