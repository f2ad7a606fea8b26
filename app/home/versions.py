"""A file of a home that every replica reads, ``NAME.json``, and every version of it that there was, ``NAME/``.

It is beside ``CURRENT``: whoever reads the file sees it before or after a change, and a change that was answered outlives a power cut.
Of its versions the newest 200 are kept, and those that were written in the last 90 days.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from app.ground import collector
from app.ground.errors import Detail, HomeError, OtherVersionError, UnknownVersionError
from app.home.alone import in_turn
from app.home.origin import origin_of
from app.home.runs import now
from sealed.files import write_whole

Book = TypeVar("Book")
_NOT_THERE: Final = "not there"
_GONE: Final = "gone"  # though there were versions of it
KEPT: Final = 200
KEPT_S: Final = 90 * 86_400.0
"""How many versions are kept, the newest, and for how many seconds each is at least; see ``Versions.leftovers``."""
LOOKED_S: Final = 0.02
"""Seconds for which a file is taken to be as it was: each look gives Python's lock away, which under load takes a while to come back."""
_NEVER: Final = (-LOOKED_S, None)


class Versions(Generic[Book]):
    """Of use to several threads and processes at once.

    Args:
        name: of the file, and of the command that writes it.
        parsed: makes what the file holds a book; raises a ``ValueError``, ``TypeError`` or ``KeyError`` where that is none.
        none: the book before there was a file.

    Attributes:
        path: of the file.
    """

    def __init__(self, home: Path, name: str, parsed: Callable[[Mapping[str, Any]], Book], none: Book) -> None:
        self.home, self.name, self._parsed, self._none = home, name, parsed, none
        self.path = home / f"{name}.json"
        self._read: tuple[object, Book] = (_NOT_THERE, none)
        self._looked: tuple[float, object] = _NEVER

    def book(self) -> Book:
        """What holds now, or did ``LOOKED_S`` ago unless this holds ``changing``; the file is read where it changed.

        Raises:
            HomeError: it cannot be read, or is gone though there were versions of it.
        """
        try:
            mark = self._mark()
            if mark == _GONE:
                msg = f"{self.path}: is gone, though there are versions of it; put the last back from {self.path.with_suffix('')}/"
                raise HomeError(msg)
            if mark is None or mark != self._read[0]:
                with collector.resting():
                    self._read = mark, self._parsed(json.loads(self.path.read_bytes()))
            return self._read[1]
        except FileNotFoundError:
            return self._none
        except (OSError, ValueError, TypeError, KeyError) as error:
            why = error.strerror if isinstance(error, OSError) else f"it is not as `attire {self.name}` writes it"
            msg = f"{self.path}: cannot be read ({why}); put the last version back from {self.path.with_suffix('')}/"
            raise HomeError(msg) from error

    def lately(self) -> Book | None:
        """What holds now where the file is as it was when it was read last, or still is not there; else None."""
        return self._read[1] if self._mark() == self._read[0] else None

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the file while it is changed; whoever else changes it waits."""
        with in_turn(self.home, self.path.name):
            self._looked = _NEVER
            yield

    def next(self, version: int) -> int:
        """The number of the version after this one: after all that there were, too, where an earlier one was put back."""
        return max(version, *self._numbers(), 0) + 1

    def numbers(self) -> list[int]:
        """The versions that are kept, the newest first."""
        return sorted(self._numbers(), reverse=True)

    def said(self, version: int) -> Mapping[str, Any]:
        """What a version holds, as it was written.

        Raises:
            UnknownVersionError: it is not kept. HomeError: it cannot be read.
        """
        path = self._kept(version)
        try:
            with collector.resting():
                said: Mapping[str, Any] = json.loads(path.read_bytes())
        except FileNotFoundError as error:
            problem = f"no such version of the {self.name} is kept"
            msg = f"version {version}: {problem}"
            raise UnknownVersionError(msg, [Detail("version", str(version), problem)]) from error
        except (OSError, ValueError) as error:
            msg = f"{path}: cannot be read"
            raise HomeError(msg) from error
        return said

    def at(self, version: int) -> Book:
        """The book as it was at a version.

        Raises:
            UnknownVersionError: it is not kept. HomeError: it cannot be read.
        """
        try:
            with collector.resting():
                return self._parsed(self.said(version))
        except (ValueError, TypeError, KeyError) as error:
            msg = f"{self._kept(version)}: it is not as `attire {self.name}` writes it"
            raise HomeError(msg) from error

    def leftovers(self) -> list[Path]:
        """The files of versions that nobody needs any more: but for the newest ``KEPT`` those that are older than ``KEPT_S``."""
        return [path for path in map(self._kept, self.numbers()[KEPT:]) if time.time() - path.stat().st_mtime > KEPT_S]

    def write(self, version: int, said: Mapping[str, Any]) -> None:
        """Write a version; the caller holds ``changing``.

        The first stands in the file before it is kept as a version: a version without the file is what a lost file leaves.

        Raises:
            ReplacedError: of a home in object storage, somebody else has changed it meanwhile.
        """
        text = json.dumps({"version": version, "written": now(), **said}, ensure_ascii=False, indent=1)
        if (origin := origin_of(self.home)) is not None:
            origin.replace(self.path.name, f"{text}\n".encode())
        kept = self._kept(version)
        for path in (kept, self.path) if self.path.exists() else (self.path, kept):
            write_whole(path, text)
        self._looked = _NEVER

    def check_version(self, now: int, meant: int | None) -> None:
        """See that what is to be changed is as whoever changes it has seen it.

        Args:
            meant: the version that they have seen; None: whatever it is.

        Raises:
            OtherVersionError: it is not.
        """
        if meant is not None and meant != now:
            problem = f"the {self.name} are at version {now} by now; look at what changed, and change that"
            msg = f"version {meant}: {problem}"
            raise OtherVersionError(msg, [Detail("If-Match", str(meant), problem)])

    def _kept(self, version: int) -> Path:
        return self.path.with_suffix("") / f"{version:06}.json"

    def _numbers(self) -> Iterator[int]:
        """Of the versions that are kept."""
        return (int(path.stem) for path in self.path.with_suffix("").glob("*.json") if path.stem.isdecimal())

    def _mark(self) -> object:
        """What tells one state of the file from another; None where it cannot be looked at."""
        now, (before, mark) = time.monotonic(), self._looked
        if now - before < LOOKED_S:
            return mark
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            mark = _NOT_THERE if next(self._numbers(), None) is None else _GONE
        except OSError:
            return None
        else:
            mark = stat.st_mtime_ns, stat.st_ino, stat.st_size
        self._looked = now, mark
        return mark
