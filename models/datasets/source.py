"""A public data set once it is read, and the fields that its JSON files share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Generic, NoReturn

import pyarrow as pa
from pydantic import AfterValidator, BeforeValidator, StrictInt, TypeAdapter

from models.datasets.fields import Text
from models.datasets.lines import ValueT, read_file
from models.datasets.schema import Compatibility, FillInTheBlank, Outfit
from models.datasets.shown import shown
from models.errors import refuse


@dataclass(frozen=True)
class Source:
    """A public data set, read.

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
class Entry(Generic[ValueT]):
    """A value in its file: ``where`` is ``[12]`` or ``[12].items[3]``."""

    path: Path
    where: str
    value: ValueT

    def refuse(self, field: str, problem: str) -> NoReturn:
        """Raise ``InputError``: ``field`` of this entry cannot be used."""
        refuse(problem, path=self.path, field=f"{self.where}.{field}")


def read_entries(path: Path, kind: TypeAdapter[list[ValueT]]) -> Iterator[Entry[ValueT]]:
    """Yield the values of a file that holds one JSON array.

    Raises:
        InputError: it cannot be read, or is something else.
    """
    values = read_file(path, kind)
    for place, value in enumerate(values):
        yield Entry(path, f"[{place}]", value)


def _part_of_a_file_name(text: str) -> str:
    if "/" in text or "\0" in text or text.startswith("."):
        message = f"{shown(text)} is no id; it cannot be part of a file name"
        raise ValueError(message)
    return text


def _one_line(value: object) -> str | None:
    return (" ".join(value.split()) or None) if isinstance(value, str) else None


SourceText = Annotated[Text, BeforeValidator(lambda value: str(value) if type(value) is int else value)]
"""A string that is not blank; a number, which some copies write for an id, becomes its digits."""
SourceId = Annotated[SourceText, AfterValidator(_part_of_a_file_name)]
"""A ``SourceText`` that can be part of a file name."""
Whole = Annotated[StrictInt, BeforeValidator(lambda value: int(value) if isinstance(value, str) and value.isdecimal() else value)]
"""A whole number, or the digits of one."""
OptionalWords = Annotated[str | None, BeforeValidator(_one_line)]
"""A text on one line, or None where the field is missing, blank or no text."""
