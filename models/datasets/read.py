"""Reads a dataset directory; refuses a broken one by path, line and field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter

from models.datasets.fields import Number
from models.datasets.findings import Findings
from models.datasets.items import read_items
from models.datasets.lines import read_file, read_value
from models.datasets.outfits import OUTFITS, SESSIONS, read_outfits
from models.datasets.questions import read_questions
from models.datasets.schema import SPLITS, Catalogue, Compatibility, Dataset, FillInTheBlank, Outfit, Question, Retrieval, Split
from models.datasets.sessions import read_sessions

_TASKS: Final[Mapping[str, type[Question]]] = {
    "fitb*.jsonl": FillInTheBlank,
    "compatibility*.jsonl": Compatibility,
    "retrieval*.jsonl": Retrieval,
}
_OBJECT: Final = TypeAdapter(dict[str, Any])
_FIGURES: Final = TypeAdapter(dict[str, dict[str, Number]])


def read_catalogue(
    root: Path,
    findings: Findings | None = None,
    mapping: Path | None = None,
    scratch: Path | None = None,
    beside: pa.Table | None = None,
) -> Catalogue:
    """Read the items of a dataset directory, or a feed.

    Pictures given by path are looked for but not opened, embedded ones not decoded.

    Args:
        scratch: the directory in which the items of a large feed lie meanwhile, so that not all are in memory; None for memory.
        beside: see ``read_items``.

    Raises:
        InputError: the directory or its items file is missing or broken.
    """
    table = read_items(root, findings or Findings(), mapping, scratch, beside)
    pictures = table.column("image")
    by_path = pc.and_(pc.is_valid(pc.struct_field(pictures, "path")), pc.is_null(pc.struct_field(pictures, "bytes")))
    return Catalogue(table, (root if root.is_dir() else root.parent) if pc.any(by_path).as_py() else None)


def read_dataset(
    root: Path,
    splits: Collection[Split] = SPLITS,
    *,
    tasks: bool = True,
    findings: Findings | None = None,
    mapping: Path | None = None,
    scratch: Path | None = None,
) -> Dataset:
    """Read the catalogue, and the outfits and questions of ``splits``.

    Of rows of other splits only the split is checked. A directory may lack any file but the items. A file without questions of
    ``splits`` is left out.

    Args:
        tasks: whether to read the questions and the oracle at all; training does not need them.
        findings: where warnings go, and errors, if it gathers them; an items file that cannot be read at all is an error even then.
        mapping: says which column of the items is which; None takes the one of the directory, if it has one.
        scratch: see ``read_catalogue``.

    Raises:
        InputError: something is missing or broken.
    """
    findings = findings or Findings()
    catalogue = read_catalogue(root, findings, mapping, scratch)
    outfits: tuple[Outfit, ...] = ()
    asked: dict[str, tuple[Question, ...]] = {}
    oracle = None
    with findings.step():
        outfits = read_outfits(root, splits, catalogue, findings)
    if tasks:
        for path, kind in question_files(root).items():
            with findings.step():
                if rows := read_questions(path, splits, catalogue, kind, findings):
                    asked[path.stem] = rows
        with findings.step():
            oracle = _read_oracle(root / "oracle.json")
    return Dataset(root, root.resolve().name, catalogue, outfits, asked, oracle)


def read_whole(root: Path, findings: Findings, mapping: Path | None = None, scratch: Path | None = None, *, tasks: bool = True) -> Dataset:
    """Read everything, sessions that nothing is taken from among it; see ``read_dataset``."""
    dataset = read_dataset(root, tasks=tasks, findings=findings, mapping=mapping, scratch=scratch)
    if (root / OUTFITS).exists() and (root / SESSIONS).exists():
        with findings.step():
            for _ in read_sessions(root / SESSIONS, findings):
                pass
    return dataset


def question_files(root: Path) -> Mapping[Path, type[Question]]:
    """The files of questions that are there, and what kind each holds."""
    return {path: kind for pattern, kind in _TASKS.items() for path in sorted(root.glob(pattern))}


def _read_oracle(path: Path) -> Mapping[str, Mapping[str, float]] | None:
    if not path.exists():
        return None
    oracle = read_file(path, _OBJECT)
    return read_value(oracle.get("tasks", oracle), _FIGURES, path=path)  # generate writes its settings beside the tasks
