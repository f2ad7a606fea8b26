"""Reads a dataset directory; refuses a broken one by path, line and field."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow.compute as pc
from pydantic import TypeAdapter

from models.datasets.fields import Number
from models.datasets.items import read_items
from models.datasets.lines import read_file, read_lines, read_value, shown
from models.datasets.questions import read_rows
from models.datasets.schema import SPLITS, Catalogue, Compatibility, Dataset, FillInTheBlank, Outfit, Question, Retrieval, Session, Split

_TASKS: Final[Mapping[str, type[Question]]] = {
    "fitb*.jsonl": FillInTheBlank,
    "compatibility*.jsonl": Compatibility,
    "retrieval*.jsonl": Retrieval,
}
_SESSION: Final = TypeAdapter(Session)
_OBJECT: Final = TypeAdapter(dict[str, Any])
_FIGURES: Final = TypeAdapter(dict[str, dict[str, Number]])


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

    Of rows of other splits only the split is checked. A directory may lack any file but the items. A file without questions of
    ``splits`` is left out.

    Args:
        tasks: whether to read the questions and the oracle at all; training does not need them.

    Raises:
        InputError: something is missing or broken.
    """
    catalogue = read_catalogue(root)
    outfits_file = root / "outfits.jsonl"
    outfits = read_rows(outfits_file, splits, catalogue, Outfit) if outfits_file.exists() else ()
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

    Their items need not be in the catalogue, since logs outlive products.

    Raises:
        InputError: the file is missing; or, when the iteration reaches it, a line is broken or a session repeated.
    """
    seen: set[str] = set()
    for line in read_lines(root / "sessions.jsonl"):
        session = line.read(_SESSION)
        if session.session in seen:
            line.refuse("session", f"{shown(session.session)} occurs twice in this file")
        seen.add(session.session)
        yield session


def _read_tasks(root: Path, splits: Collection[Split], catalogue: Catalogue) -> dict[str, tuple[Question, ...]]:
    tasks: dict[str, tuple[Question, ...]] = {}
    for pattern, kind in _TASKS.items():
        for path in sorted(root.glob(pattern)):
            rows = read_rows(path, splits, catalogue, kind)
            if rows:
                tasks[path.stem] = rows
    return tasks


def _read_oracle(path: Path) -> Mapping[str, Mapping[str, float]] | None:
    if not path.exists():
        return None
    oracle = read_file(path, _OBJECT)
    return read_value(oracle.get("tasks", oracle), _FIGURES, path=path)  # generate writes its settings beside the tasks
