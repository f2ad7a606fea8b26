"""Whole files: there as they were, or as they are now, whenever the machine stops."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What the system says where there is no room."""
_PRIVATE: Final = 0o600
_OTHERS: Final = 0o077


@contextmanager
def replacing(path: Path, *, to_disk: bool = True, private: bool = False) -> Iterator[Path]:
    """Give a name beside ``path`` to write to; it takes the place of ``path`` when the block ends well, and goes when it does not.

    Args:
        to_disk: return only when the file would outlive a power cut. It is whole without that, too.
        private: it is its owner's alone, whatever the umask says; it is there, and empty, when the block begins.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    staging = beside(path)
    if private:
        make_private(staging)
    try:
        with named(path):
            yield staging
            if to_disk:
                flush(staging)
            staging.replace(path)
            if to_disk:
                flush(path.parent)
    finally:
        staging.unlink(missing_ok=True)


@contextmanager
def as_any(path: Path) -> Iterator[Path]:
    """Have a file that the block writes open to whom any new file is: safetensors writes one that is its owner's alone."""
    path.touch()
    mode = stat.S_IMODE(path.stat().st_mode)
    yield path
    path.chmod(mode)


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Have a disk that takes no more say where that is: of a file that is open already the system names none.

    Raises:
        OSError: what safetensors, whose errors are its own, tells of such a disk in words.
    """
    try:
        yield
    except OSError as error:
        if error.errno in FULL and error.filename is None:
            error.filename = str(path)
        raise
    except Exception as error:
        number = next((one for one in FULL if f"(os error {one})" in str(error)), None)
        if number is None:
            raise
        raise OSError(number, os.strerror(number), str(path)) from error


def refused(error: OSError, then: str) -> str:
    """Where the system refused and why, for people.

    Args:
        then: what comes of it once there is room where there was none.
    """
    mend = f"; make room there, and {then}" if error.errno in FULL else ""
    return f"{error.filename or 'the system'}: {error.strerror or error}{mend}"


def make_private(path: Path) -> None:
    """Have a file there that is its owner's alone; one of ours that is there is shut to others, and otherwise stays as it is."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE))
    except FileExistsError:
        narrow(path)


def narrow(path: Path) -> None:
    """Shut a file of ours to others, where it is there; whose it is says it of somebody else's."""
    with suppress(OSError):
        about = path.stat()
        if about.st_uid == os.geteuid() and about.st_mode & _OTHERS:
            path.chmod(stat.S_IMODE(about.st_mode) & ~_OTHERS)


def write_whole(path: Path, text: str, *, private: bool = False) -> None:
    """Write a small text, which a line end follows; see ``replacing``."""
    with replacing(path, private=private) as staging:
        staging.write_text(text + "\n")


def beside(path: Path) -> Path:
    """A hidden name in the same directory that nobody else uses."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}")


def flush(path: Path) -> None:
    """Flush a file, or the names in a directory, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
