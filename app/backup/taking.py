"""Takes a backup while the home is served and learned from.

What is taken when makes it consistent. First what points into the log: which release serves, the releases, how far feeds were read, what
was acknowledged. Then the log at one moment, which therefore has all that those point to. Then all else: pictures lie in the home before
a change names them, and events in the archive before the log lets go of them, so what the log lacks by then is there. An event may be
in both; the archive keeps each once.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final, Protocol

import pyarrow as pa

from app.backup.form import FORMAT, HOME, LAST, LOG, MARK, TAKEN, About, packed
from app.ground.errors import HomeError
from app.ground.parts import LogSettings
from app.ground.places import check_there
from app.home.origin import CURRENT, SERVED, SHADOW
from app.home.replicas import ServingNote
from app.home.runs import now
from app.home.store import ReleaseRecord, ReleaseStore
from app.log.copies import copy_out, copy_sqlite
from app.log.mark import Mark
from app.log.open import sqlite_file
from app.log.owner import NAME
from index.manifest import SNAPSHOT
from models.errors import InputError
from models.manifest import BUNDLE
from sealed.directories import CACHE
from sealed.errors import SealedError
from sealed.files import replacing, write_whole

_FIRST: Final = ("feeds", "imported.json")
_LAST: Final = Path("worker", "events")
_ELSEWHERE: Final = {*_FIRST, CURRENT, SERVED, "releases", "acknowledged"}
_LEFT: Final = {"serving", "thumbnails", CACHE, SHADOW, NAME, TAKEN}
"""What says what runs now, and which home this is; and what is made again from the rest."""
_READABLE = 0o644


class Told(Protocol):
    """Hears of each file."""

    def __call__(self, *, files: int, megabytes: float) -> None: ...


def take(
    store: ReleaseStore,
    log: LogSettings,
    out: Path,
    told: Told | None = None,
    damaged: Callable[[str], None] | None = None,
) -> About:
    """Write a backup of a home and its log; ``out`` is there whole or as it was. Nobody needs to stop meanwhile.

    Args:
        damaged: hears of each bundle and snapshot that is not what its manifest says, which is packed as it is; None: it is refused.

    Raises:
        HomeError: there is no home, its ``CURRENT`` cannot be read, or a file of a release is missing or altered.
        InputError: ``out`` is no name for a backup, or lies in the home.
        LogUnavailableError: the log cannot be read now.
    """
    compression, home = packed(out), store.home
    check_there(home)
    if not out.parent.is_dir():
        msg = f"{out.parent} is no directory; make it, or name another place"
        raise InputError(msg, path=out)
    if out.resolve().is_relative_to(home.resolve()):
        msg = "lies in the home that it is of; choose another place"
        raise InputError(msg, path=out)
    with (
        _needed(store) as records,
        replacing(out, private=True) as staging,
        TemporaryDirectory(dir=out.parent, prefix=".attire-log-") as copied,
        pa.output_stream(str(staging), compression=compression) as stream,
        tarfile.open(fileobj=stream, mode="w|") as archive,
    ):
        parts = _Parts(archive, home, records, told, damaged)
        current = parts.beginnings()
        parts.text(MARK, _bytes(Mark.of(home, log.url.get_secret_value()).path))
        kind = copy_out(log, home, Path(copied))
        for file in sorted(Path(copied).iterdir()):
            parts.file(f"{LOG}/{file.name}", file)
        parts.everything_else(sqlite_file(log, home), Path(copied))
        about = About(format=FORMAT, version=version("attire"), created=now(), release=current, log=kind, files=parts.sums)
        parts.text(LAST, json.dumps(asdict(about)).encode())
    with suppress(OSError):  # the backup is whole; that its time is missing is what an alert tells
        write_whole(home / TAKEN, about.created)
    return about


@contextmanager
def _needed(store: ReleaseStore) -> Iterator[Sequence[ServingNote]]:
    """Note that every release is needed, so that nothing removes one, or changes since it, before it is copied."""
    notes = [_noted(store.home, record) for record in store.records()]
    try:
        yield notes
    finally:
        for note in notes:
            note.remove()


def _noted(home: Path, record: ReleaseRecord) -> ServingNote:
    note = ServingNote(home)
    note.write(record.id)
    return note


class _Parts:
    """The members, one after the other."""

    def __init__(
        self,
        archive: tarfile.TarFile,
        home: Path,
        notes: Sequence[ServingNote],
        told: Told | None,
        damaged: Callable[[str], None] | None,
    ) -> None:
        self.sums: dict[str, str] = {}
        self._archive, self._home, self._notes, self._told = archive, home, notes, told
        self._damaged = damaged
        self._bytes = 0
        self._store = ReleaseStore(home)
        self._records: list[ReleaseRecord] = []

    def beginnings(self) -> str | None:
        """What points into the log; returns the release that serves."""
        current = self._store.current()
        self._records = self._store.records()  # after CURRENT, which names one of them
        if current is not None:
            self.text(f"{HOME}/CURRENT", f"{current.id}\n".encode())
            self.text(f"{HOME}/SERVED", _bytes(self._home / "SERVED"))
        for record in self._records:
            self.file(f"{HOME}/releases/{record.id}.json", self._home / "releases" / f"{record.id}.json")
        for name in _FIRST:
            self._below(Path(name))
        return current.id if current else None

    def everything_else(self, log: Path | None, room: Path) -> None:
        """What is in the home beside these and the log; of bundles and snapshots those that the releases name."""
        named = {name: {getattr(record, name[:-1]) for record in self._records} for name in ("bundles", "snapshots")}
        for top in sorted(self._home.iterdir()):
            if top.name in _LEFT | _ELSEWHERE or (log is not None and top == log):
                continue
            if top.name in named:
                for part in sorted(named[top.name]):
                    self._below(Path(top.name, part), room=room)
            else:
                self._below(Path(top.name), room=room)
        for name, parts in named.items():
            for part in sorted(parts):
                self._check(Path(name, part))
        for _ in range(2):  # parts of the archive that were joined meanwhile are in a wider one, which is there before they go
            self._below(_LAST)

    def _check(self, place: Path) -> None:
        """See that what was packed of a bundle or a snapshot is what its manifest says."""
        begins, directory = f"{HOME}/{place.as_posix()}/", self._home / place
        digests = {name.removeprefix(begins): digest for name, digest in self.sums.items() if name.startswith(begins)}
        try:
            if place.parts[0] == "bundles":
                BUNDLE.check(directory, BUNDLE.read(directory), digests)
            else:
                SNAPSHOT.check(directory, SNAPSHOT.read(directory), digests)
        except SealedError as error:
            if self._damaged is None:
                again = "`attire publish BUNDLE`" if place.parts[0] == "bundles" else "`attire import DATA --force`"
                msg = f"{error}; no backup was written. Make it again with {again}, or restore the last backup; --force packs it as it is"
                raise HomeError(msg) from error
            self._damaged(str(error))

    def _below(self, place: Path, room: Path | None = None) -> None:
        whole = self._home / place
        for path in sorted([whole] if whole.is_file() else whole.rglob("*")):
            inside = path.relative_to(self._home)
            name = f"{HOME}/{inside.as_posix()}"
            if name in self.sums or _passing(inside) or (inside.is_relative_to(_LAST) and place != _LAST) or path.is_symlink():
                continue
            with suppress(FileNotFoundError):  # it was removed just now: nothing that is in the backup needs it
                if path.suffix == ".sqlite" and room is not None:
                    copy_sqlite(path, room / "other")
                    self.file(name, room / "other")
                    (room / "other").unlink()
                elif path.is_file():
                    self.file(name, path)

    def text(self, name: str, content: bytes | None) -> None:
        """A member of this content; none where that is None."""
        if content is not None:
            self._add(name, io.BytesIO(content), len(content), _READABLE)

    def file(self, name: str, path: Path) -> None:
        """A member that is a file, as long as it is when it is opened."""
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            self._add(name, file, about.st_size, about.st_mode & 0o777)

    def _add(self, name: str, file: IO[bytes], size: int, mode: int) -> None:
        for note in self._notes:
            note.again()
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, mode, int(time.time())
        hashed = _Hashed(file)
        self._archive.addfile(member, hashed)
        self.sums[name] = hashed.digest.hexdigest()
        self._bytes += size
        if self._told is not None:
            self._told(files=len(self.sums), megabytes=self._bytes / 1e6)


class _Hashed:
    """Reads, and digests what is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        found = self._file.read(size)
        self.digest.update(found)
        return found


def _passing(inside: Path) -> bool:
    """Whether it is half-written, a lock, or made again from the rest."""
    return (
        any(part.startswith((".", "new-")) for part in inside.parts)
        or inside.name == "lock"
        or inside.name.endswith(("-wal", "-shm", "-journal"))
        or (inside.parts[0] == "snapshots" and CACHE in inside.parts)
    )


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
