"""Converts a public data set from its published layout to a dataset directory."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from models.datasets.findings import Findings
from models.datasets.maryland import read_maryland
from models.datasets.outfits import OUTFITS
from models.datasets.polyvore import read_polyvore
from models.datasets.schema import SPLITS, Compatibility, FillInTheBlank, Outfit
from models.datasets.shown import shown
from models.datasets.source import Source
from models.datasets.write import write_items, write_lines
from models.errors import refuse
from models.outputs import check_output_directory
from models.progress import Progress, Warn, silent, unheard
from sealed.directories import staged

LAYOUTS: Final[Mapping[str, Callable[[Path, int, Findings], Source]]] = {
    "polyvore-disjoint": lambda source, seed, findings: read_polyvore(source, "disjoint", seed, findings),
    "polyvore-nondisjoint": lambda source, seed, findings: read_polyvore(source, "nondisjoint", seed, findings),
    "maryland": read_maryland,
}


def convert(
    layout: str, source: Path, out: Path, *, seed: int = 0, progress: Progress = silent, warn: Warn = unheard
) -> dict[str, dict[str, int]]:
    """Write the dataset directory ``out``; it appears only when it is complete. Returns the number of records by name, and by split.

    Pictures are hard links to those of ``source`` where the file system allows it, copies elsewhere.

    Args:
        layout: one of ``LAYOUTS``.
        seed: of the order of candidates in fill-in-the-blank questions.
        warn: told what the source lacks, and what is left out of it.

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
    findings = Findings()
    read = LAYOUTS[layout](source, seed, findings)
    findings.tell(warn)
    with staged(out, to_disk=False) as part:
        _write(read, part, progress)
    by_split: Mapping[str, Sequence[Outfit | FillInTheBlank | Compatibility]] = {
        "outfits": read.outfits,
        "fitb": read.fill_in_the_blank,
        "compatibility": read.compatibility,
    }
    counts = {name: Counter(record.split for record in records) for name, records in by_split.items()}
    return {
        "items": {"": len(read.items)},
        "pictures": {"": len(read.pictures)},
        **{name: {split: count[split] for split in SPLITS if count[split]} for name, count in counts.items()},
    }


def _write(read: Source, root: Path, progress: Progress) -> None:
    write_items(root, read.items)
    write_lines(root, OUTFITS, read.outfits)
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
