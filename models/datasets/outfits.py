"""The outfits of a dataset directory: those that ``outfits.jsonl`` lists, else what each session of ``sessions.jsonl`` bought.

What a line leaves out has a default: the id ``o`` and the number of the line, and the split of ``splits.default_splits``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import StrictBool, TypeAdapter

from models.datasets.fields import ItemIds, OptionalText, Timestamp
from models.datasets.findings import Findings
from models.datasets.lines import Line, read_values
from models.datasets.questions import named_twice
from models.datasets.schema import Catalogue, Outfit, Split
from models.datasets.sessions import bought, read_sessions
from models.datasets.shown import shown
from models.datasets.splits import default_splits, products_of

OUTFITS: Final = "outfits.jsonl"
SESSIONS: Final = "sessions.jsonl"
_LEAST: Final = 2  # items; of one alone nobody learns what it goes with
_LINES_NAMED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    id: OptionalText = None
    items: ItemIds
    split: Split | None = None
    user: OptionalText = None
    timestamp: Timestamp | None = None
    part: StrictBool | None = None


_ROW: Final = TypeAdapter(_Row)


def read_outfits(root: Path, splits: Collection[Split], catalogue: Catalogue, findings: Findings) -> tuple[Outfit, ...]:
    """The outfits of ``splits``. A line of another split may be broken in everything but its split.

    Items that the catalogue does not know are left out, and so is an outfit of which fewer than two are left: a warning each.
    """
    rows: list[tuple[Line, _Row]] = []
    if (root / OUTFITS).exists():
        rows = list(read_values(root / OUTFITS, _ROW, findings, splits))
    elif (root / SESSIONS).exists():
        rows = list(_bought(root / SESSIONS, findings))
    divided = any(row.split for _, row in rows)
    if divided:
        _check_all_divided(rows, findings)
    given = {row.id for _, row in rows}
    outfits: dict[str, tuple[Line, Outfit]] = {}
    for line, row in rows:
        if divided and row.split not in splits:
            continue
        items = _known(line, row, catalogue, findings)
        if len(items) < _LEAST:
            findings.warn("has fewer than two items of the catalogue; left out", path=line.path, line=line.number, field="items")
            continue
        name = row.id or _default_id(line, given)
        if name in outfits:
            findings.error(line.problem("id", f"{shown(name)} occurs twice in this file"))
        outfits[name] = line, Outfit(name, items, row.split or "train", row.user, row.timestamp, row.part)
    found = [outfit for _, outfit in outfits.values()]
    if not divided:
        found = _divided(found, catalogue)
    _warn_of_repeated([line for line, _ in outfits.values()], found, findings)
    return tuple(outfit for outfit in found if outfit.split in splits)


def _bought(path: Path, findings: Findings) -> Iterator[tuple[Line, _Row]]:
    for line, session in read_sessions(path, findings):
        items = bought(session)
        if len(items) >= _LEAST:
            yield line, _Row(id=session.session, items=items, user=session.user, timestamp=session.timestamp, part=True)


def _check_all_divided(rows: Sequence[tuple[Line, _Row]], findings: Findings) -> None:
    lacking = [line for line, row in rows if row.split is None]
    if lacking:
        lines = ", ".join(str(line.number) for line in lacking[:_LINES_NAMED]) + (", …" if len(lacking) > _LINES_NAMED else "")
        problem = f"is missing in {len(lacking):,} of {len(rows):,} lines ({lines}); give every outfit a split, or none"
        findings.error(lacking[0].problem("split", problem))


def _known(line: Line, row: _Row, catalogue: Catalogue, findings: Findings) -> tuple[str, ...]:
    def warn(problem: str) -> None:
        findings.warn(problem, path=line.path, line=line.number, field="items")

    if twice := named_twice(row.items):
        warn(f"names {shown(twice)} twice; counted once")
    unknown = [item for item in row.items if item not in catalogue.row_of]
    if unknown:
        meant = catalogue.id_by_letters.get(unknown[0].casefold())
        warn(f"{shown(unknown[0])} is not an item of the catalogue{f', but {shown(meant)} is' if meant else ''}; left out")
    return tuple(item for item in dict.fromkeys(row.items) if item in catalogue.row_of)


def _default_id(line: Line, given: Collection[str | None]) -> str:
    name = f"o{line.number}"
    while name in given:
        name += "_"
    return name


def _divided(outfits: Sequence[Outfit], catalogue: Catalogue) -> list[Outfit]:
    times = [_seconds(outfit.timestamp) for outfit in outfits if outfit.timestamp is not None]
    splits = default_splits(products_of(outfits, catalogue), times if len(times) == len(outfits) else None)
    return [replace(outfit, split=split) for outfit, split in zip(outfits, splits, strict=True)]


def _seconds(timestamp: str | float) -> float:
    """Since 1970; a moment without a zone is taken as UTC."""
    if not isinstance(timestamp, str):
        return timestamp
    moment = datetime.fromisoformat(timestamp)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _warn_of_repeated(lines: Sequence[Line], outfits: Sequence[Outfit], findings: Findings) -> None:
    """Of what was worn twice; not of what was bought at two times or by two shoppers, nor of what is only chosen on."""
    trained = {frozenset(outfit.items): outfit.id for outfit in reversed(outfits) if outfit.split == "train"}
    first: dict[tuple[object, ...], str] = {}
    for line, outfit in zip(lines, outfits, strict=True):
        items = frozenset(outfit.items)
        before = first.setdefault((outfit.split, items, outfit.user, outfit.timestamp), outfit.id)
        if outfit.split == "test" and items in trained:
            problem = f"of this test outfit are those of training outfit {shown(trained[items])}: its figures flatter"
        elif before != outfit.id:
            problem = f"are those of outfit {shown(before)}"
        else:
            continue
        findings.warn(problem, path=line.path, line=line.number, field="items")
