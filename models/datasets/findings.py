"""What is wrong with a dataset directory, by kind: errors, which end reading at once unless all of them are asked for, and warnings."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from models.datasets.rejects import Rejects
from models.errors import InputError, RowError
from models.progress import Progress, Warn, silent

Severity = Literal["error", "rejected", "warning"]
MOST_SHOWN: Final = 5
_VALUE: Final = re.compile(r"""'(?:[^'\\…]|\\.)*['…]|"(?:[^"\\…]|\\.)*["…]|[\[{].*[\]}…]|-?\d[\d,.]*(?:e[+-]?\d+)?""")


@dataclasses.dataclass
class Kind:
    """Findings that differ only in line and value.

    Attributes:
        problem: their message, with values left out. count: lines, or findings where they have none. first: the first ``MOST_SHOWN``.
    """

    severity: Severity
    path: Path | str | None
    field: str | None
    problem: str
    count: int = 0
    first: list[InputError] = dataclasses.field(default_factory=list)
    last: tuple[int | None, str | None] | None = None

    @property
    def place(self) -> str:
        """*FILE, field 'x'*, as far as known."""
        return ", ".join(part for part in (str(self.path or ""), f"field {self.field!r}" if self.field else "") if part)

    def as_json(self) -> dict[str, Any]:
        """For machines; of one finding the whole message, of several what they have in common."""
        first = [{"line": error.line, "field": error.field, "problem": error.problem} for error in self.first]
        problem = self.first[0].problem if self.count == 1 else self.problem
        return {"file": str(self.path), "field": self.field, "problem": problem, "count": self.count, "first": first}

    def __str__(self) -> str:
        """All of it in one line."""
        lines = ", ".join(str(found.line) for found in self.first if found.line is not None)
        if not lines:
            return f"{self.place}: {self.first[0].problem}"
        more = ", …" if self.count > len(self.first) else ""
        return f"{self.place}: {self.count:,} line{'s'[: self.count > 1]} ({lines}{more}): {self.first[0].problem}"


@dataclasses.dataclass
class Recognised:
    """The feed that was read: what it was taken for, and how many records it has.

    Attributes:
        passed: how many of its records are no items, or no purchases, and are passed over by design: they speak for nothing.
        no_pieces: ids of those that nobody wears, such as gift cards and bundles, which orders may name.
        accepted: the rows of its table that an import would take; None for all of them.
    """

    path: Path
    layout: str
    rows: int = 0
    passed: int = 0
    no_pieces: list[str] = dataclasses.field(default_factory=list)
    accepted: NDArray[np.int64] | None = None

    @property
    def meant(self) -> int:
        """How many records are there to be used, of which some may be set aside."""
        return self.rows - self.passed


class Findings:
    """Errors, rows set aside and warnings of one reading.

    Args:
        gather: keep errors and go on, where reading would otherwise end with the first.
        rejects: where rows of items that cannot be used go, while the others are read; without, each is an error.
        progress: is told how far the reading is.

    Attributes:
        name: what is said of files, as a person knows them: a feed that was fetched by its URL; None where that is as it is read.
    """

    def __init__(self, *, gather: bool = False, rejects: Rejects | None = None, progress: Progress = silent) -> None:
        self._gather, self.rejects, self.progress = gather, rejects, progress
        self.feed: Recognised | None = None
        self.name: Callable[[str], str] | None = None
        self._kinds: dict[tuple[Severity, str, str | None, str], Kind] = {}

    def called(self, path: Path) -> str:
        """A file, as a person knows it."""
        return self.name(str(path)) if self.name else str(path)

    def of(self, severity: Severity) -> list[Kind]:
        """The kinds of one severity, as first met."""
        return [kind for kind in self._kinds.values() if kind.severity == severity]

    def tell(self, warn: Warn) -> None:
        """Tell what was set aside and the warnings, a line for each kind."""
        for kind in self.of("rejected"):
            warn(f"set aside: {kind}")
        for kind in self.of("warning"):
            warn(str(kind))

    def about(self, path: Path) -> bool:
        """Whether an error of this file was noted."""
        return any(kind.path == path for kind in self.of("error"))

    def error(self, error: InputError) -> None:
        """Note an error and what was found beside it, or raise it."""
        if not self._gather:
            raise error from None
        for found in (error, *error.beside):
            self._note("error", found)

    def row(self, *errors: RowError) -> None:
        """Set a row of items aside, or take what is wrong with it for errors; the first of them is raised where none are kept."""
        if self.rejects is None:
            for error in errors:
                self.error(error)
            return
        for error in errors:
            self._note("rejected", error)
            self.rejects.add(error)

    @property
    def strict(self) -> bool:
        """Whether the first error ends the reading."""
        return self.rejects is None and not self._gather

    @property
    def keeps_stubs(self) -> bool:
        """Whether of a row that cannot be used its id and category are kept, so that outfits that name it are not blamed."""
        return self.rejects is None

    def warn(self, problem: str, *, path: Path, line: int | None = None, field: str | None = None) -> None:
        """Note something that is put up with; ``problem`` says how."""
        self._note("warning", InputError(problem, path=path, line=line, field=field))

    @contextmanager
    def step(self) -> Iterator[None]:
        """A part of the reading that an ``InputError`` ends, and nothing but this part where errors are gathered."""
        try:
            yield
        except InputError as error:
            self.error(error)

    def _note(self, severity: Severity, found: InputError) -> None:
        if self.name:
            found.told_by(self.name)
        name = None if found.field is None else re.sub(r"\[\d+\]", "[]", found.field)
        problem = _VALUE.sub("…", found.problem)
        kind = self._kinds.setdefault((severity, str(found.path), name, problem), Kind(severity, found.path, name, problem))
        if kind.first and found.line is not None and found.row == kind.last:
            return
        kind.count, kind.last = kind.count + 1, found.row
        if len(kind.first) < MOST_SHOWN:
            kind.first.append(found)
