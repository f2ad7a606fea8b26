"""How a long step tells how far it is, and what it puts up with, without knowing who listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

Warn = Callable[[str], None]
"""Called with one line for a person."""


class Advance(Protocol):
    """Called after each piece of work; ``shown`` are figures worth seeing beside the bar."""

    def __call__(self, steps: int = 1, **shown: float | str) -> None: ...


class Progress(Protocol):
    """Opens a step: ``with progress("encoding", total=5000) as advance: advance(64)``; 0 where nobody knows how long it is."""

    def __call__(self, title: str, total: int) -> AbstractContextManager[Advance]: ...


@contextmanager
def silent(title: str, total: int) -> Iterator[Advance]:  # noqa: ARG001 - nobody listens
    """A ``Progress`` that tells nobody."""

    def advance(steps: int = 1, **shown: float | str) -> None:
        pass

    yield advance


def unheard(line: str) -> None:
    """A ``Warn`` that tells nobody."""
