"""Rows that were set aside while the others were read: told by kind, and written down one by one for whoever mends the feed."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from models.datasets.shown import shown
from models.errors import RowError

_LONGEST: Final = 1_000  # characters of a value


class Rejects:
    """Writes what was set aside to a file of JSON lines, which appears when it is complete; without any there is no file.

    Args:
        path: None only counts.

    Attributes:
        rows: how many rows were set aside. ids: of those of them that have one. stock_unread: of those whose stock cannot be read.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path, self.rows = path, 0
        self.ids: set[str] = set()
        self.stock_unread: set[str] = set()
        self._file: IO[str] | None = None
        self._seen: set[int] = set()
        self._stays = False

    @property
    def _part(self) -> Path | None:
        return self.path and self.path.with_name(f".{self.path.name}.part")

    def __enter__(self) -> Self:
        return self

    def add(self, error: RowError) -> None:
        """Note one thing that is wrong with a row; several of one item of a line are one row, in whatever order they are found."""
        row = hash((error.path, error.row))  # ten million rows may be set aside
        self.rows += error.line is None or row not in self._seen
        self._seen.add(row)
        if error.item is not None:
            self.ids.add(error.item)
            if error.field == "in_stock":
                self.stock_unread.add(error.item)
        if self._part is None:
            return
        if self._file is None:
            self._part.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._part.open("w", encoding="utf-8", newline="\n")
        problem, _, remedy = error.problem.partition("; ")
        said = {
            "file": str(error.path),
            "line": error.line,
            "id": error.item,
            "field": error.field,
            "value": error.value[:_LONGEST] if isinstance(error.value, str) else None if error.value is None else shown(error.value),
            "problem": problem,
            "what_to_do": remedy or None,
        }
        self._file.write(json.dumps(said, ensure_ascii=False) + "\n")

    def stay(self) -> None:
        """Nothing was read: what was set aside before still is."""
        self._stays = True

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None and self._part is not None and self.path is not None:
            self._file.close()
            self._part.replace(self.path)
        elif self.path is not None and kind is None and not self._stays:
            self.path.unlink(missing_ok=True)
