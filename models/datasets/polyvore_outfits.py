"""Reads what the two Polyvore layouts share: outfits, fill-in-the-blank questions and compatibility lines.

Their questions name an item by its *place*, ``<set id>_<index>``: the item at ``index`` of that outfit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, Generic, TypeVar

import numpy as np
import pyarrow as pa
from pydantic import Field, StrictStr, TypeAdapter

from models.datasets.findings import MOST_SHOWN, Findings
from models.datasets.lines import numbered_text
from models.datasets.questions import each_once
from models.datasets.schema import ITEM_SCHEMA, SPLITS, Compatibility, FillInTheBlank, Outfit, Split
from models.datasets.shown import shown
from models.datasets.source import Entry, SourceId, Whole, read_entries
from models.errors import refuse


@dataclass(frozen=True, slots=True)
class Listed:
    """An item as an outfit file lists it; ``index`` is where in the outfit it stands."""

    index: Whole


ListedT = TypeVar("ListedT", bound=Listed)
_Places = Annotated[list[StrictStr], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class OutfitEntry(Generic[ListedT]):
    """One object of an outfit file."""

    set_id: SourceId
    items: Annotated[list[ListedT], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class _Blank:
    question: _Places
    answers: _Places
    blank_position: Any = None


_BLANKS: Final = TypeAdapter(Annotated[list[_Blank], Field(min_length=1)])


@dataclass
class PolyvoreOutfits(Generic[ListedT]):
    """The outfits of all splits.

    Attributes:
        item_at: place -> item id.
        entries: item id -> where it first stands in an outfit.
        splits: item id -> the splits of its outfits.
    """

    outfits: list[Outfit] = field(default_factory=list)
    item_at: dict[str, str] = field(default_factory=dict)
    entries: dict[str, Entry[ListedT]] = field(default_factory=dict)
    splits: dict[str, set[Split]] = field(default_factory=dict)

    def pictures(self, source: Path, path_of: Callable[[str], str]) -> dict[str, Path]:
        """The pictures that are there, by their path in ``source``."""
        return {path: source / path for path in map(path_of, self.entries) if (source / path).is_file()}

    def table(
        self,
        describe: Callable[[str, Entry[ListedT]], dict[str, str | float | None]],
        path_of: Callable[[str], str],
        pictures: Collection[str],
    ) -> pa.Table:
        """The items by id: what ``describe`` says of each, its picture if there is one, and its split unless it is in several."""
        rows = []
        for item, entry in self.entries.items():
            path, splits = path_of(item), self.splits[item]
            image = {"bytes": None, "path": path} if path in pictures else None
            rows.append({"id": item, **describe(item, entry), "image": image, "split": min(splits) if len(splits) == 1 else None})
        return pa.Table.from_pylist(rows, pa.schema([ITEM_SCHEMA.field(name) for name in rows[0]]))


def read_outfits(
    path_of: Callable[[Split], Path], kind: TypeAdapter[list[OutfitEntry[ListedT]]], item_of: Callable[[str, ListedT], str]
) -> PolyvoreOutfits[ListedT]:
    """Read the outfits of every split.

    Args:
        path_of: the file of a split.
        kind: what such a file holds.
        item_of: the id of an item, given its place and its entry.

    Raises:
        InputError: a file is missing or an entry broken.
    """
    read: PolyvoreOutfits[ListedT] = PolyvoreOutfits()
    seen: set[str] = set()
    for split in SPLITS:
        for outfit in read_entries(path_of(split), kind):
            set_id = outfit.value.set_id
            if set_id in seen:
                outfit.refuse("set_id", f"{shown(set_id)} names two outfits")
            seen.add(set_id)
            items: dict[str, None] = {}  # an outfit may hold the same product at two places
            for position, listed in enumerate(outfit.value.items):
                entry = Entry(outfit.path, f"{outfit.where}.items[{position}]", listed)
                place = f"{set_id}_{listed.index}"
                item = item_of(place, listed)
                if place in read.item_at:
                    entry.refuse("index", f"{listed.index} occurs twice in outfit {shown(set_id)}")
                read.item_at[place] = item
                read.entries.setdefault(item, entry)
                read.splits.setdefault(item, set()).add(split)
                items[item] = None
            read.outfits.append(Outfit(id=set_id, items=tuple(items), split=split))
    return read


def read_blanks(
    path: Path, split: Split, item_at: Mapping[str, str], rng: np.random.Generator, findings: Findings
) -> Iterator[FillInTheBlank]:
    """Yield the questions of a ``fill_in_blank`` file; candidates are shuffled, since in some files the right one always comes first.

    Two places may be of one item, which is one candidate then; a question that this leaves no choice is left out. Both are told.

    Raises:
        InputError: a broken question, or one without a right answer.
    """
    fewer: list[int] = []
    alone: list[int] = []
    for number, entry in enumerate(read_entries(path, _BLANKS), 1):
        right = _right_answer(entry)
        items = _items(entry, "question", entry.value.question, item_at)
        candidates = _items(entry, "answers", entry.value.answers, item_at)
        order = rng.permutation(len(candidates)).tolist()
        shuffled = tuple(candidates[place] for place in order)
        question = FillInTheBlank(f"fitb-{split}-{number}", tuple(dict.fromkeys(items)), shuffled, order.index(right), split)
        question = each_once(question, {})
        if len(question.candidates) == 1:
            alone.append(number)
            continue
        if len(question.candidates) < len(candidates):
            fewer.append(number)
        yield question
    if fewer:
        findings.warn(f"{_numbered(fewer)} with two places of one item among the answers; each item is one candidate", path=path)
    if alone:
        findings.warn(f"{_numbered(alone)} with one item at all answers, which leaves no choice; left out", path=path)


def _numbered(questions: list[int]) -> str:
    more = ", …" if len(questions) > MOST_SHOWN else ""
    return f"{len(questions):,} question{'s'[: len(questions) > 1]} ({', '.join(map(str, questions[:MOST_SHOWN]))}{more})"


def there(path: Path, split: Split, kind: str, findings: Findings) -> bool:
    """Whether a file of questions is there, which is told where it is not."""
    if not path.is_file():
        findings.warn(f"is not there: no {kind} questions of split {split!r}", path=path)
    return path.is_file()


def read_compatibility(path: Path, split: Split, item_at: Mapping[str, str]) -> Iterator[Compatibility]:
    """Yield the lines ``label place place …`` of a compatibility file; an id ends in the number of its line.

    Raises:
        InputError: a broken line.
    """
    for number, text in numbered_text(path):
        label, *places = text.split() or [""]
        if not (label or places):
            continue
        if label not in ("0", "1") or not places:
            refuse(f"{shown(text.strip())} is not a label 0 or 1 and at least one item", path=path, line=number)
        for place in places:
            if place not in item_at:
                refuse(f"{shown(place)} stands in no outfit", path=path, line=number)
        items = tuple(item_at[place] for place in places)
        yield Compatibility(id=f"compatibility-{split}-{number}", items=items, label=1 if label == "1" else 0, split=split)


def _items(entry: Entry[_Blank], field: str, places: list[str], item_at: Mapping[str, str]) -> list[str]:
    for place in places:
        if place not in item_at:
            entry.refuse(field, f"{shown(place)} stands in no outfit")
    return [item_at[place] for place in places]


def _right_answer(entry: Entry[_Blank]) -> int:
    """Position of the answer that is of the question's outfit and not in the question; of several the one at the blank, else the first.

    In two questions of Maryland Polyvore a wrong answer is also of that outfit, but it is in the question.
    """
    question, answers = entry.value.question, entry.value.answers
    outfit = question[0].rpartition("_")[0]
    own = [place for place, name in enumerate(answers) if name.rpartition("_")[0] == outfit and name not in question]
    if not own:
        entry.refuse("answers", f"none is of outfit {shown(outfit)}, to which the question belongs")
    blank = f"{outfit}_{entry.value.blank_position}"
    return next((place for place in own if answers[place] == blank), own[0])
