"""Records of a feed, before anything is known of its layout."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
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
    """An item as its layout tells it: raw values by field of the schema, attributes by name, what else it says, and when its sale is.

    ``said`` is what its record says, by name of the column, and behind it what the record of its product says. ``whom`` are words beside
    its category, such as the steps above it, which may say for whom it is. ``passed`` says what a record is that is to
    be no item, ``ids`` what orders call it; ``notes`` what is to be told of it.
    """

    line: int
    said: tuple[Mapping[str, Any], ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)
    sale: tuple[datetime | None, datetime | None] | None = None
    whom: list[str] = field(default_factory=list)
    passed: str = ""
    ids: tuple[str, ...] = ()
    notes: list[Fault] = field(default_factory=list)

    def says(self, name: str) -> bool:
        """Whether it has a value of a field, or of ``attributes.NAME``."""
        into, key = (self.attributes, name[11:]) if name.startswith("attributes.") else (self.values, name)
        return into.get(key) not in (None, "", [])


@dataclass(frozen=True, slots=True)
class Fault:
    """A field that cannot be used: ``problem`` says why, and what to do."""

    field: str
    value: Any
    problem: str


@dataclass(frozen=True, slots=True)
class Rules:
    """How a feed writes what could be read in two ways: decimals behind a comma (None: behind either), the currency where none is told."""

    comma: bool | None = False
    currency: str | None = None


@dataclass(slots=True)
class Item:
    """An item's values by column of ``ITEM_SCHEMA``, what cannot be used of it, and what was left out of it."""

    values: dict[str, Any]
    faults: list[Fault]
    notes: list[Fault]


SHOP_ID: Final = "shop_id"
"""The extra that keeps what a shop calls an item inside, by which its orders may name it; its id is what people call it."""
EMPTY_ROWS: Final = "rows of nothing"
EMPTY_COLUMNS: Final = "columns of nothing"
NAMELESS_COLUMNS: Final = "columns that hold something, and have no name"
