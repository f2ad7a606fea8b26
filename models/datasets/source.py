"""What a public layout comes to once it is read, and how its JSON files are taken apart with refusals that say where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa

from models.datasets.lines import numbered_text, parse_json, refuse, shown
from models.datasets.schema import Compatibility, FillInTheBlank, Outfit


@dataclass(frozen=True)
class Source:
    """A public data set in our words.

    Attributes:
        items: columns of ``ITEM_SCHEMA``; an image is a path in the new directory, null where the source has no such picture.
        pictures: path in the new directory -> the file in the source.
    """

    items: pa.Table
    pictures: Mapping[str, Path]
    outfits: Sequence[Outfit]
    fill_in_the_blank: Sequence[FillInTheBlank]
    compatibility: Sequence[Compatibility]


@dataclass(frozen=True, slots=True)
class Entry:
    """One object of a JSON array or map, which knows where it stands: ``where`` is ``[12]`` or ``[12].items[3]``."""

    path: Path
    where: str
    fields: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A non-empty string; numbers, which some copies write for ids, are taken as their digits."""
        value = self.fields.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str) or not value.strip():
            self.refuse(name, "is missing" if value is None else f"{shown(value)} is not a non-empty string")
        return value

    def id(self, name: str) -> str:
        """A ``text`` that can be part of a file name."""
        value = self.text(name)
        if "/" in value or "\0" in value or value.startswith("."):
            self.refuse(name, f"{shown(value)} is no id; it cannot be part of a file name")
        return value

    def optional_text(self, *names: str) -> str | None:
        """The first of these fields that says something."""
        values = (self.fields.get(name) for name in names)
        return next((" ".join(value.split()) for value in values if isinstance(value, str) and value.strip()), None)

    def whole(self, name: str) -> int:
        """A whole number, or the digits of one."""
        value = self.fields.get(name)
        if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, str) and value.isdecimal())):
            self.refuse(name, f"{shown(value)} is not a whole number")
        return int(value)

    def entries(self, name: str) -> list[Entry]:
        """A list of at least one object."""
        values = self.fields.get(name)
        if not isinstance(values, list) or not values:
            self.refuse(name, f"{shown(values)} is not a list of at least one object")
        return [entry_of(self.path, f"{self.where}.{name}[{place}]", value) for place, value in enumerate(values)]

    def texts(self, name: str) -> list[str]:
        """A list of at least one string."""
        values = self.fields.get(name)
        if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
            self.refuse(name, f"{shown(values)} is not a list of at least one string")
        return values

    def refuse(self, name: str, problem: str) -> NoReturn:
        """Raise ``InputError``: this field cannot be used."""
        refuse(problem, path=self.path, field=f"{self.where}.{name}")


def read_json(path: Path) -> Any:  # noqa: ANN401 - JSON is Any
    """Read a JSON file.

    Raises:
        InputError: it cannot be read or is not JSON.
    """
    try:
        return parse_json("".join(text for _, text in numbered_text(path)))
    except ValueError as error:
        refuse(f"is not JSON: {error}", path=path)


def read_array(path: Path) -> Iterator[Entry]:
    """Yield the objects of a file that holds one JSON array.

    Raises:
        InputError: it cannot be read, or is something else.
    """
    values = read_json(path)
    if not isinstance(values, list) or not values:
        refuse(f"{shown(values)} is not an array of objects", path=path)
    for place, value in enumerate(values):
        yield entry_of(path, f"[{place}]", value)


def entry_of(path: Path, where: str, value: object) -> Entry:
    """Take ``value`` for an object.

    Raises:
        InputError: it is something else.
    """
    if not isinstance(value, dict):
        refuse(f"{shown(value)} is not an object", path=path, field=where)
    return Entry(path, where, value)
