"""What can go wrong below the service, as one small tree.

AttireError
├── InputError      something a person wrote: a file, a line, a field, a setting  (exit code 2)
│   └── ImageError  a picture that cannot be used
├── EncoderError    an encoder that is missing, unreachable or of another fingerprint  (exit code 2)
├── BundleError     a bundle that is incomplete, corrupted or of another kind  (exit code 2)
└── FeaturesError   both of the last two: features of another encoder than the one a bundle reads
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, NoReturn, Self

_MOST: Final = 100  # characters of a name that are compared; a stranger may send any


class AttireError(Exception):
    """Root of the errors of this package; its message is one line meant for a person."""


class InputError(AttireError):
    """Bad input, told as *where: what is wrong; what to do*.

    Args:
        problem: what is wrong, naming the value, and what to do about it.
        path: the file (or directory) it was read from.
        line: 1-based line (jsonl, csv) or row (parquet) in that file.
        field: the field or setting.
        beside: what else was found wrong in the same place; the message does not speak of it.
    """

    def __init__(
        self,
        problem: str,
        *,
        path: Path | str | None = None,
        line: int | None = None,
        field: str | None = None,
        beside: Sequence[InputError] = (),
    ) -> None:
        self.problem, self.path, self.line, self.field, self.beside = problem, path, line, field, beside
        super().__init__(self._told())

    def _told(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line) if part is not None)
        where = ", ".join(part for part in (place, f"field {self.field!r}" if self.field else "") if part)
        return f"{where}: {self.problem}" if where else self.problem

    def told_by(self, name: Callable[[str], str]) -> Self:
        """The same, with what it says of files put otherwise."""
        self.problem, self.path = name(self.problem), None if self.path is None else name(str(self.path))
        self.args = (self._told(),)
        return self

    @property
    def row(self) -> tuple[int | None, str | None]:
        """Which row it is about: its line, and the item of a line that holds several."""
        return self.line, None


class RowError(InputError):
    """A row of a feed that cannot be used.

    Args:
        item: the id of the row, as far as it has one. value: what the field holds.
    """

    def __init__(
        self, problem: str, *, path: Path, line: int | None, field: str | None = None, item: str | None = None, value: object = None
    ) -> None:
        super().__init__(problem, path=path, line=line, field=field)
        self.item, self.value = item, value

    @property
    def row(self) -> tuple[int | None, str | None]:
        return self.line, self.item


class ImageError(InputError):
    """A picture that cannot be used: not a picture, truncated, too large, or of a format not accepted."""


class EncoderError(AttireError):
    """An encoder that is missing, unreachable, or not the one that features were made with."""


class BundleError(AttireError):
    """A bundle that is incomplete, corrupted or of another kind."""


class FeaturesError(EncoderError, BundleError):
    """Features of another encoder than the one that a bundle reads."""


def refuse(problem: str, *, path: Path | str | None = None, line: int | None = None, field: str | None = None) -> NoReturn:
    """Raise ``InputError``, without the exception that it was raised from."""
    raise InputError(problem, path=path, line=line, field=field) from None


def nearest(name: str, known: Iterable[str], least: float = 0.6) -> str | None:
    """The known name that was probably meant, if any is near: of a ratio of ``difflib`` of at least so much."""
    return next(iter(difflib.get_close_matches(name[:_MOST], list(known), n=1, cutoff=least)), None)


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """*did you mean 'x'?* where a known name is near, else ``otherwise``: the end of a message about a name that nothing has.

    >>> did_you_mean("shufled", ["shuffled", "epochs"], "there are shuffled, epochs")
    "did you mean 'shuffled'?"
    """
    near = nearest(name, known)
    return f"did you mean {near!r}?" if near else otherwise
