"""What a log has acknowledged, kept in the home and not in the log, so that a log that lost something is told from one that did not.

For each stream: the log's epoch, a word that a log draws when it begins, and the offset of the last entry that was acknowledged. A log of
another epoch is another log; one whose last entry comes before that offset has lost what it acknowledged. The file holds two records, each
with its checksum, and the older one is written over in place: a kill or a full disk leaves the other.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.ground.errors import LogLostError
from app.log.base import Stream, order
from sealed.files import flush

_RECORD: Final = 512
_SUM: Final = 16
_PASSWORD: Final = re.compile(r"//[^/@]*@")


@dataclass(frozen=True, slots=True)
class Position:
    """The last acknowledged entry of a stream: the log's epoch, and its offset."""

    epoch: str
    end: str


Positions = Mapping[Stream, Position]


@dataclass(frozen=True, slots=True)
class Mark:
    """A file in the home; shared by all processes that use the log."""

    path: Path

    @classmethod
    def of(cls, home: Path, url: str) -> Mark:
        """The one of a log, by its URL; a password may change."""
        name = hashlib.sha256(_PASSWORD.sub("//", url).encode()).hexdigest()[:16]
        return cls(home / "acknowledged" / name)

    def read(self) -> Positions:
        """What was acknowledged; nothing where there is no file yet.

        Raises:
            LogLostError: the file is damaged. OSError: it cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                return self._latest(file.read())[1]
        except FileNotFoundError:
            return {}

    def note(self, stream: Stream, position: Position) -> None:
        """Keep a position, on disk when this returns; one that is behind what is kept changes nothing.

        Raises:
            LogLostError: the file is damaged, or knows another log. OSError: it cannot be written.
        """
        with self._locked() as handle:
            number, kept = self._latest(os.pread(handle, 2 * _RECORD, 0))
            known = kept.get(stream)
            if known is not None and known.epoch != position.epoch:
                msg = f"the {stream} log is another one than that which acknowledged entries up to {known.end}"
                raise LogLostError(msg)
            if known is None or order(known.end) < order(position.end):
                self._write(handle, number + 1, {**kept, stream: position})

    def reset(self, positions: Positions) -> None:
        """Take these positions whatever was kept: somebody has looked at what is missing."""
        with self._locked() as handle:
            os.ftruncate(handle, 0)
            self._write(handle, 1, positions)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644))
            flush(self.path.parent)
        handle = os.open(self.path, os.O_RDWR)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle
        finally:
            os.close(handle)  # and with it the lock

    def _write(self, handle: int, number: int, positions: Positions) -> None:
        said = {"number": number, "streams": {stream: [position.epoch, position.end] for stream, position in positions.items()}}
        text = json.dumps(said).encode().ljust(_RECORD - _SUM - 1)
        record = hashlib.sha256(text).hexdigest()[:_SUM].encode() + text + b"\n"
        both = record * 2 if os.fstat(handle).st_size < 2 * _RECORD else record  # takes all its room at first, for when there is none
        os.pwrite(handle, both, 0 if len(both) > _RECORD else number % 2 * _RECORD)
        os.fsync(handle)

    def _latest(self, found: bytes) -> tuple[int, dict[Stream, Position]]:
        records = []
        for start in (0, _RECORD):
            total, text = found[start : start + _SUM], found[start + _SUM : start + _RECORD - 1]
            if hashlib.sha256(text).hexdigest()[:_SUM].encode() == total:
                said = json.loads(text)
                records.append((said["number"], {Stream(name): Position(*position) for name, position in said["streams"].items()}))
        if found and not records:
            msg = f"{self.path.parent.name}/{self.path.name}, which says what the log has acknowledged, is damaged"
            raise LogLostError(msg)
        return max(records, key=lambda record: record[0], default=(0, {}))


def missing(stream: Stream, marked: Position | None, epoch: str | None, last: str) -> str | None:
    """What a stream lacks of what it has acknowledged, in words; None where it lacks nothing."""
    if marked is None:
        return None
    if epoch != marked.epoch:
        return f"{stream}: this is another log, or an empty one, and not that which acknowledged entries up to {marked.end}"
    if order(last) < order(marked.end):
        return f"{stream}: entries up to {marked.end} were acknowledged, and it ends at {last or 'its start'}"
    return None
