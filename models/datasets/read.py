"""Reads a dataset directory and refuses a broken one by path, line and field."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

import pyarrow.compute as pc

from models.datasets.items import read_items
from models.datasets.lines import Line, numbered_text, parse_json, read_lines, refuse, shown
from models.datasets.questions import compatibility, fill_in_the_blank, outfit, read_rows, retrieval, session
from models.datasets.schema import SPLITS, Catalogue, Dataset, Question, Session, Split

_TASKS: Final[Mapping[str, Callable[[Line, Catalogue], Question]]] = {
    "fitb*.jsonl": fill_in_the_blank,
    "compatibility*.jsonl": compatibility,
    "retrieval*.jsonl": retrieval,
}


def read_catalogue(root: Path) -> Catalogue:
    """Read ``items.parquet``, ``items.jsonl`` or ``items.csv``.

    Pictures given by path are looked for but not opened, embedded ones not decoded.

    Raises:
        InputError: the directory or its items file is missing or broken.
    """
    table = read_items(root)
    pictures = table.column("image")
    by_path = pc.and_(pc.is_valid(pc.struct_field(pictures, "path")), pc.is_null(pc.struct_field(pictures, "bytes")))
    return Catalogue(table, root if pc.any(by_path).as_py() else None)


def read_dataset(root: Path, splits: Collection[Split] = SPLITS, *, tasks: bool = True) -> Dataset:
    """Read the catalogue, and the outfits and questions of ``splits``.

    Of rows of other splits nothing but the split is looked at. A directory may lack any file but the items; a file of questions
    without one of ``splits`` is left out.

    Args:
        tasks: whether to read the questions and the oracle at all; training does not need them.

    Raises:
        InputError: something is missing or broken.
    """
    catalogue = read_catalogue(root)
    outfits_file = root / "outfits.jsonl"
    outfits = read_rows(outfits_file, splits, catalogue, outfit) if outfits_file.exists() else ()
    return Dataset(
        root=root,
        name=root.resolve().name,
        catalogue=catalogue,
        outfits=outfits,
        tasks=_read_tasks(root, splits, catalogue) if tasks else {},
        oracle=_read_oracle(root / "oracle.json") if tasks else None,
    )


def read_sessions(root: Path) -> Iterator[Session]:
    """Yield the sessions of ``sessions.jsonl`` one by one.

    Their items need not be in the catalogue: logs outlive products.

    Raises:
        InputError: the file is missing, or when the iteration comes to a broken line or a repeated session.
    """
    seen: set[str] = set()
    for line in read_lines(root / "sessions.jsonl"):
        one = session(line)
        if one.session in seen:
            line.refuse("session", f"{shown(one.session)} occurs twice in this file")
        seen.add(one.session)
        yield one


def _read_tasks(root: Path, splits: Collection[Split], catalogue: Catalogue) -> dict[str, tuple[Question, ...]]:
    tasks: dict[str, tuple[Question, ...]] = {}
    for pattern, question in _TASKS.items():
        for path in sorted(root.glob(pattern)):
            rows = read_rows(path, splits, catalogue, question)
            if rows:
                tasks[path.stem] = rows
    return tasks


def _read_oracle(path: Path) -> Mapping[str, Mapping[str, float]] | None:
    if not path.exists():
        return None
    try:
        oracle = parse_json("".join(text for _, text in numbered_text(path)))
    except ValueError as error:
        refuse(f"is not JSON: {error}", path=path)
    figures = oracle.get("tasks", oracle) if isinstance(oracle, dict) else oracle  # what made the data may stand beside the tasks
    if not isinstance(figures, dict):
        refuse(f"{shown(figures)} is not an object of tasks", path=path)
    for task, metrics in figures.items():
        if not isinstance(metrics, dict):
            refuse(f"{shown(metrics)} is not an object of metrics", path=path, field=task)
        for name, value in metrics.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                refuse(f"{shown(value)} is not a finite number", path=path, field=f"{task}.{name}")
    return figures
