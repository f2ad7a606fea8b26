"""Whole directories: written beside the place they take, flushed, and put there by one rename."""

from __future__ import annotations

import filecmp
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sealed.files import beside, flush, named
from sealed.manifest import MANIFEST

CACHE: Final = "cache"
"""A directory inside a sealed one for what is derived from it; it is no part of its content."""


@contextmanager
def staged(directory: Path, *, to_disk: bool = True) -> Iterator[Path]:
    """Give an empty directory to write to; it takes the place of ``directory`` when the block ends well, and goes when it does not.

    Args:
        to_disk: return only when it would outlive a power cut.
    """
    staging = beside(directory)
    staging.mkdir(parents=True)
    try:
        with named(directory):
            yield staging
            if to_disk:
                flush_all(staging)
            _take_place(staging, directory)
            if to_disk:
                flush(directory.parent)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def keep(staging: Path, directory: Path) -> None:
    """Let ``staging`` take the place of ``directory``, unless that holds the same already."""
    if directory.exists() and same(staging, directory):
        shutil.rmtree(staging)
    else:
        _take_place(staging, directory)
        flush(directory.parent)


def same(one: Path, other: Path) -> bool:
    """Whether two sealed directories hold the same, byte by byte; when they were made does not count, nor what is cached in them."""
    try:
        names, others = _names(one), _names(other)
        files = [name for name in names if (one / name).is_file() and name != Path(MANIFEST)]
        return (
            names == others and _said(one) == _said(other) and all(filecmp.cmp(one / name, other / name, shallow=False) for name in files)
        )
    except (OSError, ValueError):
        return False


def flush_all(directory: Path) -> None:
    """Flush a directory and everything in it to the disk."""
    for path in (*directory.rglob("*"), directory):
        flush(path)


def _take_place(staging: Path, directory: Path) -> None:
    """Whoever has the directory open keeps what they have."""
    before = beside(directory)
    with suppress(FileNotFoundError):
        directory.replace(before)
    staging.replace(directory)
    shutil.rmtree(before, ignore_errors=True)


def _names(root: Path) -> list[Path]:
    names = (path.relative_to(root) for path in root.rglob("*"))
    return sorted(name for name in names if name.parts[0] != CACHE)


def _said(directory: Path) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((directory / MANIFEST).read_text())
    return {name: value for name, value in body.items() if name != "created"}
