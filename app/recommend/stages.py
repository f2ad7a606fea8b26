"""Measures where a request's time goes: by stage, where ``measured`` is set around the request, and not at all otherwise."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal

Stage = Literal["resolve", "encode", "query", "search", "rank", "score"]


@dataclass(slots=True)
class Measured:
    """The stages of one request and the sizes of its batches.

    Attributes:
        seconds: stage -> its duration without the stages inside it, summed where it was entered more than once.
        sizes: (what was counted, count) pairs.
    """

    seconds: dict[Stage, float] = field(default_factory=dict)
    sizes: list[tuple[str, int]] = field(default_factory=list)
    _inside: list[float] = field(default_factory=list)


measured: ContextVar[Measured | None] = ContextVar("measured", default=None)
"""Set around a request to measure it. Threads that compute for the request share it through their copied context."""


@contextmanager
def stage(name: Stage) -> Iterator[None]:
    """Add the time spent inside to a stage."""
    notes = measured.get()
    if notes is None:
        yield
        return
    inside, started = notes._inside, time.perf_counter()  # noqa: SLF001 - the stack is private to everyone else
    inside.append(0.0)
    try:
        yield
    finally:
        took = time.perf_counter() - started
        notes.seconds[name] = notes.seconds.get(name, 0.0) + took - inside.pop()
        if inside:
            inside[-1] += took


def count(what: str, size: int) -> None:
    """Record the size of a batch."""
    notes = measured.get()
    if notes is not None:
        notes.sizes.append((what, size))
