"""What the ids of Shopware's categories and options stand for: its exports of these, where they lie beside that of its products."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from models.datasets.feeds.delimited import header_of, read_delimited
from models.datasets.feeds.opened import Encoding, encoding_of
from models.datasets.feeds.records import Record
from models.datasets.feeds.words import path_of

_ID: Final = re.compile(r"[0-9a-f]{32}")
_CATEGORIES: Final = frozenset({"id", "parent_id", "name"})
_OPTIONS: Final = frozenset({"id", "group_id", "group_name", "name"})
_PRODUCTS: Final = "product_number"
_PAIR: Final = re.compile(r"\s*[:=>]\s*")
_FIRST: Final = Encoding("utf-8")
"""Of headers, by which most files that lie there are passed over without being read."""
UNGROUPED: Final = "options"
"""What options go by whose group nothing tells."""


@dataclass(frozen=True, slots=True)
class Names:
    """What ids stand for.

    Attributes:
        paths: of each category its steps, from the widest. options: of each option its group and its name.
        groups: of the name of an option its group, where it is of one only.
    """

    paths: Mapping[str, list[str]]
    options: Mapping[str, tuple[str, str]]
    groups: Mapping[str, str]

    def paths_of(self, cell: Any) -> list[list[str]]:
        """The paths of a product's categories, by id or as they are written; none of an id that is not known.

        >>> Names({}, {}, {}).paths_of("Damen > Kleider|0123456789abcdef0123456789abcdef")
        [['Damen', 'Kleider']]
        """
        found = (self.paths.get(part, []) if is_id(part) else path_of(part) for part in parts_of(cell))
        return [path for path in found if path]

    def options_of(self, cell: Any) -> Iterator[tuple[str, str]]:
        """Group and name of each option of a cell, by id or as it is written: *Farbe: Rot*, *Rot*.

        >>> list(Names({}, {}, {"Rot": "Farbe"}).options_of("Rot|Größe: 38|weit|0123456789abcdef0123456789abcdef"))
        [('Farbe', 'Rot'), ('Größe', '38'), ('options', 'weit')]
        """
        for part in parts_of(cell):
            if is_id(part):
                if part in self.options:
                    yield self.options[part]
            elif len(pair := _PAIR.split(part, maxsplit=1)) > 1:
                yield pair[0], pair[1]
            else:
                yield self.groups.get(part, UNGROUPED), part


def is_id(text: str) -> bool:
    """Whether a text is an id of Shopware's.

    >>> is_id("cf8023d79c8b14112183499b2f2d5580"), is_id("10001.1")
    (True, False)
    """
    return _ID.fullmatch(text) is not None


def parts_of(cell: Any) -> list[str]:
    """What a cell lists between bars."""
    return [part for part in map(str.strip, str(cell or "").split("|")) if part]


def names_beside(root: Path) -> Names:
    """The names in the exports of categories and of properties that lie in a directory, known by their columns."""
    return _read(tuple((path, path.stat().st_mtime_ns) for path in sorted(root.glob("*.csv")) if path.is_file()))


@lru_cache(maxsize=4)
def _read(files: tuple[tuple[Path, int], ...]) -> Names:
    categories, options = dict[str, tuple[str, str]](), dict[str, tuple[str, str]]()
    for path, _ in files:
        line, separator, names = header_of(path, _FIRST, _CATEGORIES | _OPTIONS)
        above = next((column for column, of in (("group_name", _OPTIONS), ("parent_id", _CATEGORIES)) if of <= {*names}), None)
        if above is None or _PRODUCTS in names:
            continue
        into = options if above == "group_name" else categories
        for record in read_delimited(path, encoding_of(path), separator, (line, names), Counter()):
            if isinstance(record, Record) and record.values.keys() >= {"id", "name"}:
                into[record.values["id"]] = record.values.get(above, ""), record.values["name"]
    groups: dict[str, set[str]] = {}
    for group, name in options.values():
        groups.setdefault(name, set()).add(group)
    return Names(_paths(categories), options, {name: next(iter(found)) for name, found in groups.items() if len(found) == 1})


def _paths(categories: Mapping[str, tuple[str, str]]) -> dict[str, list[str]]:
    """The path of each category, without the one that all others are below."""
    roots = [one for one, (above, _) in categories.items() if not above]
    root = roots[0] if len(roots) == 1 and len(categories) > 1 else None
    found: dict[str, list[str]] = {}
    for one in categories:
        steps: list[str] = []
        seen: set[str] = set()
        at = one
        while at in categories and at not in seen and (at != root or at == one):
            seen.add(at)
            at, name = categories[at]
            steps.insert(0, name)
        found[one] = steps
    return found
