"""Outfits and the three kinds of question: one line each, checked against the catalogue."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from pydantic import TypeAdapter

from models.datasets.lines import Line, read_lines, shown
from models.datasets.schema import Catalogue, Compatibility, FillInTheBlank, Outfit, Question, Retrieval, Split
from models.errors import InputError

RowT = TypeVar("RowT", bound=Outfit | Question)


@dataclass(frozen=True, slots=True)
class _OfSplit:
    split: Split


_OF_SPLIT: Final = TypeAdapter(_OfSplit)


def read_rows(path: Path, splits: Collection[Split], catalogue: Catalogue, kind: type[RowT]) -> tuple[RowT, ...]:
    """Read the rows of ``splits``; a row of another split may be broken in everything but its split.

    Raises:
        InputError: a broken line, or an id that occurs twice.
    """
    rows: dict[str, RowT] = {}
    row_of_line = TypeAdapter(kind)
    for line in read_lines(path):
        try:
            row = line.read(row_of_line)
        except InputError:
            if line.read(_OF_SPLIT).split in splits:
                raise
            continue
        if row.split not in splits:
            continue
        _check(line, row, catalogue)
        if row.id in rows:
            line.refuse("id", f"{shown(row.id)} occurs twice in this file")
        rows[row.id] = row
    return tuple(rows.values())


def _check(line: Line, row: Outfit | Question, catalogue: Catalogue) -> None:
    """Check a row against the catalogue, and its fields against each other.

    A compatibility question may name an item twice, as public files do here and there; so may the candidates of a blank.
    """
    _check_known(line, "items", row.items, catalogue)
    if not isinstance(row, Compatibility) and len(set(row.items)) < len(row.items):
        twice = next(item for item in row.items if row.items.count(item) > 1)
        line.refuse("items", f"names {shown(twice)} twice; an outfit is a set")
    if isinstance(row, FillInTheBlank):
        _check_known(line, "candidates", row.candidates, catalogue)
        if len(set(row.candidates)) == 1:
            line.refuse("candidates", f"holds only {shown(row.candidates[0])}, which leaves no choice; name at least two items")
        if not 0 <= row.answer < len(row.candidates):
            line.refuse("answer", f"{row.answer} is not a place among {len(row.candidates)} candidates; places count from 0")
    elif isinstance(row, Retrieval):
        _check_known(line, "answer", (row.answer,), catalogue)
        own = catalogue.table.column("category")[catalogue.row_of[row.answer]].as_py()
        if own != row.category:
            line.refuse("category", f"{shown(row.category)} is not that of the answer: {shown(row.answer)} is of category {shown(own)}")
        if row.answer in row.items:
            line.refuse("answer", f"{shown(row.answer)} stands in the question already")


def _check_known(line: Line, field: str, items: Collection[str], catalogue: Catalogue) -> None:
    known = catalogue.row_of
    for item in items:
        if item not in known:
            line.refuse(field, f"{shown(item)} is not an item of the catalogue")
