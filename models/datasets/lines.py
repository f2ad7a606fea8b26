"""JSON lines with their numbers, and their fields taken out checked.

Every refusal names the file, the line and the field; a ``Line`` carries the first two, so that whoever reads a field need not.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NoReturn

from models.datasets.schema import SPLITS, Split
from models.errors import InputError

_LONGEST_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Line:
    """One record of a file: ``number`` is its 1-based line.

    The getters raise ``InputError`` where a field is missing or of another type. JSON's ``null`` counts as missing.
    """

    path: Path
    number: int
    fields: Mapping[str, Any]

    def refuse(self, field: str, problem: str) -> NoReturn:
        """Raise ``InputError``: ``field`` of this line cannot be used."""
        refuse(problem, path=self.path, line=self.number, field=field)

    def text(self, field: str) -> str:
        """A string that says something."""
        value = self._required(field)
        if not isinstance(value, str):
            self.refuse(field, f"{shown(value)} is not a string")
        if not value.strip():
            self.refuse(field, "is empty")
        return value

    def optional_text(self, field: str) -> str | None:
        """A string, or None where the field is missing or blank."""
        value = self.fields.get(field)
        if value is not None and not isinstance(value, str):
            self.refuse(field, f"{shown(value)} is not a string")
        return value if value and value.strip() else None

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of at least one string, none of them empty."""
        values = self._required(field)
        if not isinstance(values, list):
            self.refuse(field, f"{shown(values)} is not a list of ids")
        if not values:
            self.refuse(field, "is an empty list; name at least one item")
        for value in values:
            if not isinstance(value, str) or not value:
                self.refuse(field, f"holds {shown(value)}, which is not an id; ids are non-empty strings")
        return tuple(values)

    def whole(self, field: str) -> int:
        """A whole number; true and false are none."""
        value = self._required(field)
        if not isinstance(value, int) or isinstance(value, bool):
            self.refuse(field, f"{shown(value)} is not a whole number")
        return value

    def optional_number(self, field: str) -> float | None:
        """A finite number, or None where the field is missing."""
        value = self.fields.get(field)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(field, f"{shown(value)} is not a number")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            self.refuse(field, f"{shown(value)} is not a finite number")
        return number

    def optional_flag(self, field: str) -> bool | None:
        """True, false, or None where the field is missing."""
        value = self.fields.get(field)
        if value is not None and not isinstance(value, bool):
            self.refuse(field, f"{shown(value)} is neither true nor false")
        return value

    def split(self) -> Split:
        """The split this line belongs to."""
        value = self._required("split")
        if value not in SPLITS:
            self.refuse("split", f"{shown(value)} is not a split; use {', '.join(SPLITS)}")
        return value

    def optional_timestamp(self) -> str | float | None:
        """Seconds since 1970, an ISO 8601 text, or None where the field is missing."""
        value = self.fields.get("timestamp")
        if not isinstance(value, str):
            return self.optional_number("timestamp")
        try:
            datetime.fromisoformat(value)
        except ValueError:
            self.refuse("timestamp", f"{shown(value)} is neither ISO 8601 nor seconds since 1970")
        return value

    def _required(self, field: str) -> object:
        value: object = self.fields.get(field)
        if value is None:
            self.refuse(field, "is missing")
        return value


def read_lines(path: Path) -> Iterator[Line]:
    """Yield the objects of a JSON-lines file; blank lines are passed over but counted.

    Raises:
        InputError: the file cannot be read, is empty, is not UTF-8, or a line is not a JSON object.
    """
    empty = True
    for number, text in numbered_text(path):
        if not text.strip():
            continue
        empty = False
        try:
            fields = parse_json(text)
        except ValueError as error:
            refuse(f"is not JSON: {error}", path=path, line=number)
        if not isinstance(fields, dict):
            refuse(f"{shown(fields)} is not a JSON object", path=path, line=number)
        yield Line(path, number, fields)
    if empty:
        refuse("is empty; fill it or remove it", path=path)


def numbered_text(path: Path) -> Iterator[tuple[int, str]]:
    """Yield 1-based numbers and lines of a UTF-8 file; a byte-order mark is dropped.

    Raises:
        InputError: the file cannot be read or a line is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                try:
                    yield number, raw.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError as error:
                    refuse(f"is not UTF-8 (byte {error.start + 1} of the line)", path=path, line=number)
    except OSError as error:
        refuse(f"cannot be read: {error.strerror or error}", path=path)


def parse_json(text: str) -> Any:  # noqa: ANN401 - JSON is Any
    """Parse JSON as its standard has it: no NaN, no Infinity, nothing that cannot be written as UTF-8.

    Raises:
        ValueError: saying in one line what is wrong.
    """
    try:
        value = _DECODER.decode(text)
        if "\\u" in text:  # only an escape can smuggle in half a surrogate pair
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        message = f"{error.msg} at character {error.pos + 1}"
        raise ValueError(message) from None
    except UnicodeEncodeError:
        message = "holds half of a surrogate pair"
        raise ValueError(message) from None
    except RecursionError:
        message = "is nested too deeply"
        raise ValueError(message) from None
    return value


def refuse(problem: str, *, path: Path, line: int | None = None, field: str | None = None) -> NoReturn:
    """Raise ``InputError``, whatever went wrong before it."""
    raise InputError(problem, path=path, line=line, field=field) from None


def shown(value: object) -> str:
    """A value as it appears in a message: on one line and not too long."""
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def _no_constant(name: str) -> NoReturn:
    message = f"{name} is no number"
    raise ValueError(message)


_DECODER: Final = json.JSONDecoder(parse_constant=_no_constant)
