"""Where a request's time goes: stages measured for whoever asked beforehand, and for nobody otherwise."""

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
    """One request's stages, each without those inside it, and the sizes of what it computed at once.

    Attributes:
        seconds: by stage; a stage passed twice is summed.
        sizes: what was counted, with each of its counts.
    """

    seconds: dict[Stage, float] = field(default_factory=dict)
    sizes: list[tuple[str, int]] = field(default_factory=list)
    _inside: list[float] = field(default_factory=list)


measured: ContextVar[Measured | None] = ContextVar("measured", default=None)
"""Set around a request by whoever wants to know. Threads that compute for the request share it by their copied context."""


@contextmanager
def stage(name: Stage) -> Iterator[None]:
    """Count the time in here to a stage."""
    notes = measured.get()
    if notes is None:
        yield
        return
    inside, started = notes._inside, time.perf_counter()  # noqa: SLF001 - this is its pen
    inside.append(0.0)
    try:
        yield
    finally:
        took = time.perf_counter() - started
        notes.seconds[name] = notes.seconds.get(name, 0.0) + took - inside.pop()
        if inside:
            inside[-1] += took


def count(what: str, size: int) -> None:
    """Note how many of something are computed at once."""
    notes = measured.get()
    if notes is not None:
        notes.sizes.append((what, size))
