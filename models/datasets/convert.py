"""Converts a public data set from its published layout to a dataset directory."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from models.datasets.maryland import read_maryland
from models.datasets.polyvore import read_polyvore
from models.datasets.shown import shown
from models.datasets.source import Source
from models.datasets.write import write_items, write_lines
from models.errors import refuse
from models.outputs import check_output_directory
from models.progress import Progress, silent
from sealed.directories import staged

LAYOUTS: Final[Mapping[str, Callable[[Path, int], Source]]] = {
    "polyvore-disjoint": lambda source, seed: read_polyvore(source, "disjoint", seed),
    "polyvore-nondisjoint": lambda source, seed: read_polyvore(source, "nondisjoint", seed),
    "maryland": read_maryland,
}


def convert(layout: str, source: Path, out: Path, *, seed: int = 0, progress: Progress = silent) -> dict[str, int]:
    """Write the dataset directory ``out``; it appears only when it is complete. Returns the number of records by name.

    Pictures are hard links to those of ``source`` where the file system allows it, copies elsewhere.

    Args:
        layout: one of ``LAYOUTS``.
        seed: of the order of candidates in fill-in-the-blank questions.

    Raises:
        InputError: an unknown layout, a broken source, or an ``out`` that is taken.
    """
    if layout not in LAYOUTS:
        refuse(f"{shown(layout)} is not a layout; use one of {', '.join(LAYOUTS)}", field="layout")
    if not source.is_dir():
        refuse("there is no such directory", path=source)
    out = out.resolve()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        refuse("is there already; name a new directory", path=out)
    check_output_directory(out)
    read = LAYOUTS[layout](source, seed)
    with staged(out, to_disk=False) as part:
        _write(read, part, progress)
    return {
        "items": len(read.items),
        "pictures": len(read.pictures),
        "outfits": len(read.outfits),
        "fitb": len(read.fill_in_the_blank),
        "compatibility": len(read.compatibility),
    }


def _write(read: Source, root: Path, progress: Progress) -> None:
    write_items(root, read.items)
    write_lines(root, "outfits.jsonl", read.outfits)
    if read.fill_in_the_blank:
        write_lines(root, "fitb.jsonl", read.fill_in_the_blank)
    if read.compatibility:
        write_lines(root, "compatibility.jsonl", read.compatibility)
    with progress("taking over pictures", len(read.pictures)) as advance:
        for name, picture in read.pictures.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _link_or_copy(picture, path)
            advance()


def _link_or_copy(source: Path, path: Path) -> None:
    try:
        path.hardlink_to(source)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(source, path)
