"""The three kinds of question: one line each, checked against the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from models.datasets.findings import Findings
from models.datasets.lines import read_values
from models.datasets.schema import Catalogue, Compatibility, FillInTheBlank, Question, Retrieval, Split
from models.datasets.shown import shown

QuestionT = TypeVar("QuestionT", bound=Question)


def read_questions(
    path: Path, splits: Collection[Split], catalogue: Catalogue, kind: type[QuestionT], findings: Findings
) -> tuple[QuestionT, ...]:
    """Read the questions of ``splits``; one of another split may be broken in everything but its split."""
    rows: dict[str, QuestionT] = {}
    for line, row in read_values(path, TypeAdapter(kind), findings, splits):
        if row.split not in splits:
            continue
        for field, problem in _problems(row, catalogue):
            findings.error(line.problem(field, problem))
        if row.id in rows:
            findings.error(line.problem("id", f"{shown(row.id)} occurs twice in this file"))
        rows[row.id] = row
    return tuple(rows.values())


def _problems(row: Question, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """What is wrong with a question as the catalogue has it, and with its fields as to each other: field, problem.

    A compatibility question may name an item twice, as public files do here and there; so may the candidates of a blank.
    """
    yield from _unknown("items", row.items, catalogue)
    if not isinstance(row, Compatibility) and (twice := named_twice(row.items)):
        yield "items", f"names {shown(twice)} twice; an outfit is a set"
    if isinstance(row, FillInTheBlank):
        yield from _unknown("candidates", row.candidates, catalogue)
        if len(set(row.candidates)) == 1:
            yield "candidates", f"holds only {shown(row.candidates[0])}, which leaves no choice; name at least two items"
        if not 0 <= row.answer < len(row.candidates):
            yield "answer", f"{row.answer} is not a place among {len(row.candidates)} candidates; places count from 0"
    elif isinstance(row, Retrieval):
        yield from _unknown("answer", (row.answer,), catalogue)
        if row.answer in catalogue.row_of:
            own = catalogue.table.column("category")[catalogue.row_of[row.answer]].as_py()
            if own != row.category:
                yield "category", f"{shown(row.category)} is not that of the answer: {shown(row.answer)} is of category {shown(own)}"
        if row.answer in row.items:
            yield "answer", f"{shown(row.answer)} stands in the question already"


def named_twice(items: Collection[str]) -> str | None:
    """The first item that is named more than once, if any."""
    seen: set[str] = set()
    for item in items:
        if item in seen:
            return item
        seen.add(item)
    return None


def _unknown(field: str, items: Collection[str], catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    for item in items:
        if item not in catalogue.row_of:
            yield field, f"{shown(item)} is not an item of the catalogue"
