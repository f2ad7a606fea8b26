"""Puts a backup back.

All of it is written beside its places and checked before anything is put there. ``CURRENT`` goes first and comes last, so that a kill in
between leaves a home that serves nothing and says so, and never half of one.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Final

import pyarrow as pa
from pydantic import TypeAdapter

from app.backup.form import FORMAT, HOME, LAST, LOG, MARK, About, packed
from app.ground.errors import HomeError, OtherLogError
from app.ground.parts import LogSettings
from app.home.alone import unused
from app.home.halves import BEFORE, STAGED, is_left
from app.home.replicas import STALE_S
from app.home.runs import REFERENCE, SHOPPERS, Runs
from app.log.copies import put_back, there_is_one, whose
from app.log.mark import Mark
from app.log.open import sqlite_file
from app.log.owner import NAME, another
from sealed.directories import flush_all
from sealed.files import flush

_CHUNK: Final = 1 << 20
_ABOUT: Final = TypeAdapter(About)


def restore(file: Path, home: Path, log: LogSettings, *, force: bool = False) -> About:
    """Make a home and its log what they were when the backup was taken.

    Args:
        force: also where there is a home or a log already: what is there is replaced.

    Raises:
        HomeError: the file is not a whole backup; the home or the log is not empty, or is in use; its log is of another kind.
        LogUnavailableError: the log cannot be written now. OtherLogError: it is another home's, even with ``force``.
    """
    compression = packed(file)
    _refuse(file, home, log, force=force)
    with (
        _traceless(home),
        unused(home, f"remove {home / 'serving'}, or wait {STALE_S / 60:.0f} minutes"),
        _aside(home) as (staged, replaced),
    ):
        about = _unpacked(file, compression, staged)
        if about.log is not None and (about.log == "sqlite") != (sqlite_file(log, home) is not None):
            msg = f"{file}: its log is of {about.log}; set ATTIRE_LOG__URL to one"
            raise HomeError(msg)
        flush_all(staged)
        (home / "CURRENT").unlink(missing_ok=True)
        flush(home)
        for path in _entries(home):
            if path not in {staged, replaced} and path.name != NAME:
                path.replace(replaced / path.name)
        if about.log is not None:
            put_back(log, home, staged / LOG)
        _place(staged, home, Mark.of(home, log.url.get_secret_value()).path)
    return about


def _refuse(file: Path, home: Path, log: LogSettings, *, force: bool) -> None:
    if not file.is_file():
        msg = f"{file}: no such file"
        raise HomeError(msg)
    if (owner := whose(log, home)) is not None:
        msg = f"{home}: the log that ATTIRE_LOG__URL names cannot be replaced: {another(owner)}"
        raise OtherLogError(msg)
    if any(map(_counts, _entries(home))) and not force:
        msg = f"{home}: not empty; name a new --home, or --force to replace what is there"
        raise HomeError(msg)
    if not force and there_is_one(log, home):
        msg = f"{home}: the log that ATTIRE_LOG__URL names is not empty; name another, or --force to replace it"
        raise HomeError(msg)


def _place(staged: Path, home: Path, mark: Path) -> None:
    """Move what was unpacked to where it belongs, ``CURRENT`` last."""
    if (staged / MARK).exists():
        mark.parent.mkdir(parents=True, exist_ok=True)
        (staged / MARK).replace(mark)
        flush(mark.parent)
    for path in sorted(_entries(staged / HOME), key=lambda path: path.name == "CURRENT"):
        if path.name == "CURRENT":
            flush(home)
        path.replace(home / path.name)
    flush(home)


@contextmanager
def _traceless(home: Path) -> Iterator[None]:
    """Make the home; what fails leaves neither that nor the worker's lock, where they were not there before."""
    worker = Runs(home).root
    made = [path for path in (worker, home) if not path.exists()]
    home.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        if worker in made:
            (worker / "lock").unlink(missing_ok=True)
        for path in made:
            with suppress(OSError):
                path.rmdir()
        raise


@contextmanager
def _aside(home: Path) -> Iterator[tuple[Path, Path]]:
    """Two directories in the home, so on its disk, also where it is a volume: for what comes and for what goes."""
    for left in filter(is_left, _entries(home)):
        shutil.rmtree(left)  # of one that was killed
    staged, replaced = (home / f"{name}{secrets.token_hex(4)}" for name in (STAGED, BEFORE))
    try:
        for path in (staged / HOME, staged / LOG, replaced):
            path.mkdir(parents=True)
        yield staged, replaced
    finally:
        for path in (staged, replaced):
            shutil.rmtree(path, ignore_errors=True)


def _unpacked(file: Path, compression: str | None, to: Path) -> About:
    """Write all members below a directory and check them."""
    sums: dict[str, str] = {}
    about: About | None = None
    owner = to.parent.stat()
    try:
        with pa.input_stream(str(file), compression=compression) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                if about is not None or not _expected(member):
                    msg = f"{file}: not a backup of Attire ({member.name[:80]!r} is none of its files)"
                    raise HomeError(msg)
                content = archive.extractfile(member)
                if content is None:
                    continue
                if member.name == LAST:
                    about = _ABOUT.validate_json(content.read())
                    continue
                path = to / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                digest = hashlib.sha256()
                with path.open("xb") as out:
                    os.fchmod(out.fileno(), member.mode & (0o600 if _of_shoppers(PurePosixPath(member.name)) else 0o777))
                    while chunk := content.read(_CHUNK):
                        digest.update(chunk)
                        out.write(chunk)
                sums[member.name] = digest.hexdigest()
    except (tarfile.TarError, pa.ArrowException, EOFError, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None and not isinstance(error, pa.ArrowException):
            raise  # the disk's; what decompresses raises bare ones
        msg = f"{file}: not a whole backup ({' '.join(str(error).split())[:200]})"
        raise HomeError(msg) from error
    _check(file, about, sums)
    assert about is not None  # noqa: S101 - checked
    if os.geteuid() == 0:
        for path in (to, *to.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)
    return about


def _expected(member: tarfile.TarInfo) -> bool:
    parts = PurePosixPath(member.name).parts
    known = member.name in {LAST, MARK} or (len(parts) > 1 and parts[0] in {HOME, LOG})
    return member.isreg() and known and ".." not in parts and not member.name.startswith("/")


def _of_shoppers(name: PurePosixPath) -> bool:
    """Whether a member says what shoppers did."""
    in_runs = name.is_relative_to(f"{HOME}/worker") and name.name in {REFERENCE, SHOPPERS}
    return in_runs or name.is_relative_to(LOG) or name.is_relative_to(f"{HOME}/worker/events")


def _check(file: Path, about: About | None, sums: dict[str, str]) -> None:
    if about is None:
        msg = f"{file}: not a whole backup ({LAST}, its last part, is missing)"
        raise HomeError(msg)
    if about.format != FORMAT:
        msg = f"{file}: format {about.format}, this version reads {FORMAT}"
        raise HomeError(msg)
    wrong = sorted(name for name in about.files.keys() | sums if about.files.get(name) != sums.get(name))
    if wrong:
        msg = f"{file}: damaged ({wrong[0]} is not what was written{f', and {len(wrong) - 1:,} more' if len(wrong) > 1 else ''})"
        raise HomeError(msg)


def _counts(path: Path) -> bool:
    """Whether an entry makes a home one that is not empty: its name, locks, and what a restore that was killed has left, do not."""
    only_a_lock = path.name == "worker" and path.is_dir() and {inside.name for inside in path.iterdir()} <= {"lock"}
    return not (path.name.startswith(".") or path.name == NAME or only_a_lock)


def _entries(directory: Path) -> list[Path]:
    if directory.exists() and not directory.is_dir():
        msg = f"{directory}: not a directory; choose another --home"
        raise HomeError(msg)
    return sorted(directory.iterdir()) if directory.is_dir() else []
