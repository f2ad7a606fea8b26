"""How a long step tells how far it is, and what it puts up with, without knowing who listens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Protocol, TypeVar

Thing = TypeVar("Thing")
Warn = Callable[[str], None]
"""Called with one line for a person."""
_AT_ONCE: Final = 1_000  # things that are told together, as telling takes longer than many of them


class Advance(Protocol):
    """Called after each piece of work; ``shown`` are figures worth seeing beside the bar."""

    def __call__(self, steps: int = 1, **shown: float | str) -> None: ...


class Progress(Protocol):
    """Opens a step: ``with progress("encoding", total=5000) as advance: advance(64)``; 0 where nobody knows how long it is."""

    def __call__(self, title: str, total: int) -> AbstractContextManager[Advance]: ...


def unmoved(steps: int = 1, **shown: float | str) -> None:
    """An ``Advance`` that tells nobody."""


@contextmanager
def silent(title: str, total: int) -> Iterator[Advance]:  # noqa: ARG001 - nobody listens
    """A ``Progress`` that tells nobody."""
    yield unmoved


def unheard(line: str) -> None:
    """A ``Warn`` that tells nobody."""


def counted(
    things: Iterable[Thing], progress: Progress, title: str, total: int = 0, place: Callable[[Thing], int] | None = None
) -> Iterator[Thing]:
    """The same things, one by one, as a step that tells how many there were; a few are not told at all.

    Args:
        total: how many there are, 0 where nobody knows. place: where in ``total`` a thing is, such as its line in a file.
    """
    with progress(title, total) as advance:
        number = told = 0
        for number, thing in enumerate(things, 1):
            yield thing
            if not number % _AT_ONCE:
                at = place(thing) if place and total else number
                advance(at - told)
                told = at
        if told:
            advance((total or number) - told)
