"""The three kinds of question: one line each, checked against the catalogue.

Of a blank each item is one candidate, whatever its size: of two that are the same no model could tell which is meant. A blank that
this leaves one candidate asks nothing, and is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter

from models.datasets.findings import Findings
from models.datasets.lines import read_values
from models.datasets.schema import Catalogue, Compatibility, FillInTheBlank, Question, Retrieval, Split
from models.datasets.shown import shown


def read_questions(
    path: Path, splits: Collection[Split], catalogue: Catalogue, kind: type[Question], findings: Findings
) -> tuple[Question, ...]:
    """Read the questions of ``splits``; one of another split may be broken in everything but its split."""
    rows: dict[str, Question] = {}
    for line, row in read_values(path, TypeAdapter(kind), findings, splits):
        if row.split not in splits:
            continue
        for field, problem in _problems(row, catalogue):
            findings.error(line.problem(field, problem))
        if row.id in rows:
            findings.error(line.problem("id", f"{shown(row.id)} occurs twice in this file"))
        rows[row.id] = row
        if isinstance(row, FillInTheBlank) and 0 <= row.answer < len(row.candidates):
            rows[row.id] = left = each_once(row, catalogue.first_row_of)
            for field, problem in _odd(row, left, catalogue.first_row_of):
                findings.warn(problem, path=path, line=line.number, field=field)
    return tuple(row for row in rows.values() if not isinstance(row, FillInTheBlank) or len(row.candidates) > 1)


def each_once(question: FillInTheBlank, same: Mapping[str, object]) -> FillInTheBlank:
    """A blank with the first of equal candidates alone.

    Args:
        same: item -> what it is equal by; an item that it lacks is equal to itself alone.
    """
    first = {same.get(item, item): item for item in reversed(question.candidates)}
    answer = question.candidates[question.answer]
    candidates = tuple(dict.fromkeys(first[same.get(item, item)] for item in question.candidates))
    return replace(question, candidates=candidates, answer=candidates.index(first[same.get(answer, answer)]))


def _odd(asked: FillInTheBlank, left: FillInTheBlank, same: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """What is put up with in a blank: field, and how."""
    if len(left.candidates) == 1:
        yield "candidates", f"holds only {shown(left.candidates[0])}, which leaves no choice; the question is left out"
    elif len(left.candidates) < len(asked.candidates):
        yield "candidates", "names an item twice, or in two sizes; each is one candidate"
    answer = asked.candidates[asked.answer]
    if same.get(answer, answer) in [same.get(item, item) for item in asked.items]:
        yield "answer", f"{shown(answer)} stands in the question already; it is asked all the same"


def _problems(row: Question, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """What is wrong with a question as the catalogue has it, and with its fields as to each other: field, problem.

    A compatibility question may name an item twice, as public files do here and there; for candidates of a blank see ``each_once``.
    """
    yield from _unknown("items", row.items, catalogue)
    if not isinstance(row, Compatibility) and (twice := named_twice(row.items)):
        yield "items", f"names {shown(twice)} twice; an outfit is a set"
    if isinstance(row, FillInTheBlank):
        yield from _unknown("candidates", row.candidates, catalogue)
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
