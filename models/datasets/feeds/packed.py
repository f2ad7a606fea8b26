"""What a file holds, unpacked: a gzip, a gzip within one, or a ZIP of one file, of which no more is read than may be."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from models.datasets.shown import shown
from models.errors import refuse

HEAD: Final = 65_536
"""Bytes that are looked at to see what a file is."""
MOST_UNPACKED: Final = 20_000_000_000
"""Bytes that a gzip or a ZIP may hold."""
PACKED: Final = ("", ".gz", ".zip")
"""What may stand behind the name of a file that is read by its name."""
_DEEPEST: Final = 2  # the shop's own gzip, and the one about it in which a server keeps or sends it
_GZIP: Final = b"\x1f\x8b"
_ZIPS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_READ: Final = frozenset({ZIP_STORED, ZIP_DEFLATED})  # of the others a few bytes may unpack to gigabytes at once
_ENCRYPTED: Final = 0x1 | 0x20 | 0x40
_WORKBOOK: Final = frozenset({"[Content_Types].xml", "mimetype"})
_NAMED: Final = 5
_TORN: Final = (ValueError, IndexError, NotImplementedError, struct.error)
"""What ``zipfile`` raises, beside its own error, for tables that are damaged."""


class _Unpacked(gzip.GzipFile):
    """A gzip of which no more is read than may be."""

    def __init__(self, file: Any, path: Path) -> None:
        super().__init__(fileobj=file, mode="rb")
        self._path = path

    def _within(self, read: bytes) -> bytes:
        if self.tell() > MOST_UNPACKED:
            _too_much("gzip", self._path)
        return read

    def read(self, size: int | None = -1) -> bytes:
        return self._within(super().read(size))

    def read1(self, size: int = -1) -> bytes:
        return self._within(super().read1(size))

    def readline(self, size: int | None = -1) -> bytes:
        return self._within(super().readline(size))


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, unpacked where it is a gzip, or a gzip within one or within a ZIP, or a ZIP of one file.

    Raises:
        InputError: it cannot be read, is cut off, a gzip within two, a ZIP of none or several files, or more than ``MOST_UNPACKED`` bytes.
    """
    try:
        with ExitStack() as stack:
            file: Any = stack.enter_context(path.open("rb"))
            if _starts(file, *_ZIPS):
                file = stack.enter_context(_unzipped(file, path))
            for _ in range(_DEEPEST):
                if not _starts(file, _GZIP):
                    break
                file = stack.enter_context(_Unpacked(file, path))
            if _starts(file, _GZIP):
                refuse(f"is a gzip within {_DEEPEST} others; unpack it", path=path)
            yield file
    except (EOFError, zlib.error, gzip.BadGzipFile, BadZipFile) as error:
        refuse(f"is a {packing_of(path)} that is cut off or damaged ({error}); fetch it again", path=path)
    except OSError as error:
        refuse(f"cannot be read: {error.strerror or error}", path=path)


def head_of(path: Path) -> bytes:
    """The first ``HEAD`` bytes, unpacked."""
    with opened(path) as file:
        return file.read(HEAD)


def packing_of(path: Path) -> str:
    """What a file is packed in, *gzip* or *ZIP*; empty where it is as it is."""
    with path.open("rb") as file:
        return "gzip" if _starts(file, _GZIP) else "ZIP" if _starts(file, *_ZIPS) else ""


def ending_of(path: Path) -> str:
    """The ending of the name of what a file holds: of a ZIP that of its file; ``.gz`` is none.

    Raises:
        InputError: as ``opened``.
    """
    name = PurePosixPath(path.name)
    if packing_of(path) == "ZIP":
        with opened(path) as file:
            name = PurePosixPath(file.name)
    return name.with_suffix("").suffix if name.suffix == ".gz" else name.suffix


def _unzipped(file: IO[bytes], path: Path) -> IO[bytes]:
    """The one file of a ZIP."""
    try:
        archive = ZipFile(file)
        only = _only_file(archive.infolist(), path)
        return archive.open(only)
    except _TORN as error:
        raise BadZipFile(error) from error


def _only_file(held: Sequence[ZipInfo], path: Path) -> ZipInfo:
    """The one file of these, but for what systems add to it."""
    if _WORKBOOK & {info.filename for info in held}:
        refuse("is a workbook; save the sheet as CSV (UTF-8)", path=path)
    files = [info for info in held if not (info.is_dir() or _is_added(info.filename))]
    if len(files) != 1:
        told = ", ".join(shown(info.filename) for info in files[:_NAMED]) + (", …" if len(files) > _NAMED else "")
        what = (
            f"{len(files):,} files: {told}; unpack it, and name the feed, or each to `attire sync`" if files else "no files; fetch it again"
        )
        refuse(f"is a ZIP of {what}", path=path)
    (file,) = files
    if file.flag_bits & _ENCRYPTED or file.compress_type not in _READ:
        how = "with a password" if file.flag_bits & _ENCRYPTED else "in a way that is not read"
        refuse(f"is a ZIP whose {shown(file.filename)} is packed {how}; unpack it", path=path)
    if file.file_size > MOST_UNPACKED:
        _too_much("ZIP", path)
    return file


def _is_added(name: str) -> bool:
    return any(part == "__MACOSX" or part.startswith(".") for part in PurePosixPath(name).parts)


def _too_much(packing: str, path: Path) -> None:
    refuse(f"is a {packing} of more than {MOST_UNPACKED:,} bytes; unpack it, or fetch it again", path=path)


def _starts(file: Any, *with_: bytes) -> bool:
    return bool(file.peek(4)[:4].startswith(with_))
