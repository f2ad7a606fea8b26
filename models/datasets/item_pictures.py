"""Looks for the pictures that items name: files beside the feed, whatever the case of their names; what has a URL is for others."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.datasets.item_checks import ItemFile, rows_of
from models.datasets.schema import ITEM_SCHEMA
from models.datasets.shown import shown
from models.datasets.urls import is_url

_ESCAPES: Final = re.compile(r"^/|^[A-Za-z]:/|(^|/)\.\.(/|$)|\x00")
_LINKED: Final = (
    "lies behind a link that leaves {}, so it is not read and the item goes by its words; copy the folder of pictures there (`cp -rl` "
    "links them hard, which takes no room), mount it there, or make addresses of its names by a mapping"
)
_IMAGE: Final = ITEM_SCHEMA.field("image").type


def check_pictures(file: ItemFile, root: Path) -> None:
    """Find each picture's file below ``root``. An item has none where it is not there, or behind a link to elsewhere; which is counted."""
    pictures = file.table.column("image")
    content, paths = pc.struct_field(pictures, "bytes"), pc.struct_field(pictures, "path")
    for row in rows_of(pc.equal(pc.binary_length(content), 0)):
        file.error(row, "image", "holds no bytes; leave it out where there is no picture")
    rows = np.flatnonzero(pc.and_(pc.is_null(content), pc.is_valid(paths)).to_numpy())
    folder = _Folder(root)
    named = zip(rows.tolist(), paths.take(pa.array(rows)).to_pylist(), strict=True)
    found = {row: _looked_for(file, row, path, folder) for row, path in named if not is_url(path)}
    if any(paths[row].as_py() != path for row, path in found.items()):
        file.table = _with_paths(file.table, found)


def _looked_for(file: ItemFile, row: int, path: str, folder: _Folder) -> str | None:
    """The path of the file that is meant; None where there is none."""
    name = path.replace("\\", "/").removeprefix("./")
    place = os.path.join(folder.root, name)  # noqa: PTH118 - strings, for speed
    if _ESCAPES.search(name):
        file.error(row, "image", f"{shown(path)} leaves the directory; use a path relative to it, without '..'", path)
        return path
    if not os.path.isfile(place):  # noqa: PTH113 - unlike Path.is_file, false rather than an error for a name too long
        other = folder.spelt(name)
        if other is None:
            file.warn(row, "image", f"there is no file {shown(path)} in {folder.root}; the item goes by its words")
            return None
        file.warn(row, "image", f"{shown(path)} is spelt {shown(other)} in {folder.root}; taken for that")
        name, place = other, os.path.join(folder.root, other)  # noqa: PTH118 - likewise
    if not folder.inside(place if os.path.islink(place) else os.path.dirname(place)):  # noqa: PTH114, PTH120 - likewise
        file.warn(row, "image", f"{shown(path)} {_LINKED.format(folder.root)}")
        return None
    return name


class _Folder:
    """A directory of pictures; what it holds is asked once."""

    def __init__(self, root: Path) -> None:
        self.root, home = root, root.resolve()
        self.inside = cache(lambda place: Path(os.path.realpath(place)).is_relative_to(home))  # many pictures, few folders
        self._names = cache(_names_in)

    def spelt(self, name: str) -> str | None:
        """The file whose path differs from this by case alone."""
        place, steps = self.root, list[str]()
        for step in name.split("/"):
            known = self._names(place).get(step.casefold())
            if known is None:
                return None
            steps.append(known)
            place /= known
        return "/".join(steps) if place.is_file() else None


def _names_in(folder: Path) -> dict[str, str]:
    try:
        return {name.casefold(): name for name in sorted(os.listdir(folder))}  # noqa: PTH208 - names are enough
    except (OSError, ValueError):
        return {}


def _with_paths(table: pa.Table, found: dict[int, str | None]) -> pa.Table:
    pictures = table.column("image").combine_chunks()
    paths: list[Any] = pc.struct_field(pictures, "path").to_pylist()
    for row, path in found.items():
        paths[row] = path
    content = pc.struct_field(pictures, "bytes")
    columns = [content, pa.array(paths, pa.string())]
    image = pa.StructArray.from_arrays(columns, fields=list(_IMAGE), mask=pc.and_(pc.is_null(content), pc.is_null(columns[1])))
    return table.set_column(table.schema.get_field_index("image"), ITEM_SCHEMA.field("image"), image)
