"""Records of a feed, before anything is known of its layout."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its values by name, and the line (row, element) that it begins on, from 1. Empty cells are left out."""

    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that holds no record: why, and what to do; ``mended`` where nothing is lost all the same."""

    line: int
    problem: str
    value: str = ""
    mended: bool = False


Records = Callable[[], Iterator[Record]]
"""Starts from the first record each time; what was broken is told once."""


@dataclass(slots=True)
class Draft:
    """An item as its layout tells it: raw values by field of the schema, attributes by name, and whatever else it says."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)


EMPTY_ROWS: Final = "rows of nothing"
