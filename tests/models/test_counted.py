"""A long step of many things."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from models.progress import Advance, counted


@pytest.mark.parametrize(
    ("things", "total", "told"), [(2_500, 2_500, [1_000, 1_000, 500]), (2_500, 0, [1_000, 1_000, 500]), (999, 999, [])]
)
def test_things_are_told_together(things: int, total: int, told: list[int]) -> None:
    """Some thousand at a time and the rest at the end; of a few nothing is told. All of them come, in order."""
    found: list[int] = []

    @contextmanager
    def heard(title: str, of: int) -> Iterator[Advance]:
        assert (title, of) == ("reading", total)
        yield lambda steps=1, **_: found.append(steps)

    assert list(counted(range(things), heard, "reading", total)) == list(range(things))
    assert found == told


def test_lines_of_a_file_tell_how_far_it_is() -> None:
    """Where a thing of several lines ends."""
    found: list[int] = []

    @contextmanager
    def heard(_title: str, _total: int) -> Iterator[Advance]:
        yield lambda steps=1, **_: found.append(steps)

    assert sum(1 for _ in counted(range(0, 3_000, 2), heard, "reading", 3_001, lambda line: line)) == 1_500
    assert found == [1_998, 1_003]
