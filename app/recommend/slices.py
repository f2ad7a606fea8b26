"""Heavy work in slices: between two of them it lets others compute, and ends early where nobody waits for its answer any more."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

pausing: ContextVar[Callable[[], None] | None] = ContextVar("pausing", default=None)
"""Set by whoever shares out the threads; it returns when the work may go on, and raises where it is to end."""


def pause() -> None:
    """Called between two slices of work, each of some ten milliseconds.

    Raises:
        ServiceError: the answer is no longer wanted; whoever asked has been told already.
    """
    wait = pausing.get()
    if wait is not None:
        wait()
