"""Outfits, the three kinds of question and sessions: one line each, checked against the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TypeVar

from models.datasets.lines import Line, read_lines, shown
from models.datasets.schema import Catalogue, Compatibility, FillInTheBlank, Outfit, Retrieval, Session, SessionEvent, Split

Row = TypeVar("Row", bound=Outfit | FillInTheBlank | Compatibility | Retrieval)


def read_rows(path: Path, splits: Collection[Split], catalogue: Catalogue, row_of: Callable[[Line, Catalogue], Row]) -> tuple[Row, ...]:
    """The rows of ``splits``; a row of another split is dropped once its split is known, before anything else of it is looked at.

    Raises:
        InputError: a broken line, or an id that occurs twice.
    """
    rows: dict[str, Row] = {}
    for line in read_lines(path):
        if line.split() not in splits:
            continue
        row = row_of(line, catalogue)
        if row.id in rows:
            line.refuse("id", f"{shown(row.id)} occurs twice in this file")
        rows[row.id] = row
    return tuple(rows.values())


def outfit(line: Line, catalogue: Catalogue) -> Outfit:
    """A line of ``outfits.jsonl``."""
    return Outfit(
        id=line.text("id"),
        items=_set_of_items(line, catalogue),
        split=line.split(),
        user=line.optional_text("user"),
        timestamp=line.optional_timestamp(),
    )


def fill_in_the_blank(line: Line, catalogue: Catalogue) -> FillInTheBlank:
    """A line of ``fitb*.jsonl``; a wrong candidate that stands there twice does no harm."""
    candidates, answer = _items(line, "candidates", catalogue), line.whole("answer")
    if len(set(candidates)) == 1:
        line.refuse("candidates", f"holds only {shown(candidates[0])}, which leaves no choice; name at least two items")
    if not 0 <= answer < len(candidates):
        line.refuse("answer", f"{answer} is not a place among {len(candidates)} candidates; places count from 0")
    return FillInTheBlank(
        id=line.text("id"),
        items=_set_of_items(line, catalogue),
        candidates=candidates,
        answer=answer,
        split=line.split(),
        user=line.optional_text("user"),
    )


def compatibility(line: Line, catalogue: Catalogue) -> Compatibility:
    """A line of ``compatibility*.jsonl``; public files name an item twice here and there, so it is allowed."""
    label = line.whole("label")
    if label not in (0, 1):
        line.refuse("label", f"{label} is neither 0 nor 1")
    return Compatibility(
        id=line.text("id"),
        items=_items(line, "items", catalogue),
        label=1 if label else 0,
        split=line.split(),
        user=line.optional_text("user"),
    )


def retrieval(line: Line, catalogue: Catalogue) -> Retrieval:
    """A line of ``retrieval*.jsonl``."""
    items, answer, category = _set_of_items(line, catalogue), line.text("answer"), line.text("category")
    _known(line, "answer", answer, catalogue)
    own = catalogue.table.column("category")[catalogue.row_of[answer]].as_py()
    if own != category:
        line.refuse("category", f"{shown(category)} is not that of the answer: {shown(answer)} is of category {shown(own)}")
    if answer in items:
        line.refuse("answer", f"{shown(answer)} stands in the question already")
    return Retrieval(id=line.text("id"), items=items, answer=answer, category=category, split=line.split(), user=line.optional_text("user"))


def session(line: Line) -> Session:
    """A line of ``sessions.jsonl``."""
    events = line.fields.get("events")
    if not isinstance(events, list) or not events:
        line.refuse("events", f"{shown(events)} is not a list of at least one event")
    for place, event in enumerate(events):
        if not isinstance(event, dict):
            line.refuse(f"events[{place}]", f"{shown(event)} is not an object")
    timestamp = line.optional_timestamp()
    if timestamp is None:
        line.refuse("timestamp", "is missing")
    return Session(
        session=line.text("session"),
        timestamp=timestamp,
        events=tuple(_event(line, place, event) for place, event in enumerate(events)),
        user=line.optional_text("user"),
    )


def _event(line: Line, place: int, event: dict[str, object]) -> SessionEvent:
    inner = Line(line.path, line.number, {f"events[{place}].{name}": event.get(name) for name in ("type", "item")})
    return SessionEvent(type=inner.text(f"events[{place}].type"), item=inner.text(f"events[{place}].item"))


def _set_of_items(line: Line, catalogue: Catalogue) -> tuple[str, ...]:
    items = _items(line, "items", catalogue)
    if len(set(items)) < len(items):
        twice = next(item for item in items if items.count(item) > 1)
        line.refuse("items", f"names {shown(twice)} twice; an outfit is a set")
    return items


def _items(line: Line, field: str, catalogue: Catalogue) -> tuple[str, ...]:
    items = line.texts(field)
    for item in items:
        _known(line, field, item, catalogue)
    return items


def _known(line: Line, field: str, item: str, catalogue: Catalogue) -> None:
    if item not in catalogue.row_of:
        line.refuse(field, f"{shown(item)} is not an item of the catalogue")
