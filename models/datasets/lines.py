"""Files of JSON records, read as values of a type; every refusal names the file, the line and the field.

The declared type of a field (``fields``, ``schema``) says what it may hold; pydantic checks it, strictly.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, from_json

from models.datasets.findings import Findings
from models.datasets.schema import SPLITS, Split
from models.datasets.shown import shown
from models.errors import InputError, refuse


@dataclass(frozen=True, slots=True)
class _OfSplit:
    split: Split


ValueT = TypeVar("ValueT")
_OF_SPLIT: Final = TypeAdapter(_OfSplit)
_PROBLEMS: Final = {"missing": "is missing", "too_short": "is an empty list; give at least one", "string_too_short": "is empty"}


@dataclass(frozen=True, slots=True)
class Line:
    """One record of a file, as JSON: ``number`` is its 1-based line."""

    path: Path
    number: int
    text: str

    def read(self, kind: TypeAdapter[ValueT]) -> ValueT:
        """Read the record as a value of ``kind``.

        Raises:
            InputError: it is not one; names line and field.
        """
        return read_text(self.text, kind, path=self.path, line=self.number)

    def problem(self, field: str, problem: str) -> InputError:
        """An error: ``field`` of this line cannot be used."""
        return InputError(problem, path=self.path, line=self.number, field=field)


def read_values(
    path: Path, kind: TypeAdapter[ValueT], findings: Findings, splits: Collection[Split] = SPLITS
) -> Iterator[tuple[Line, ValueT]]:
    """Yield the records of a JSON-lines file as values of a type, each with its line; a broken one of another split is passed over."""
    for line in read_lines(path, findings):
        try:
            value = line.read(kind)
        except InputError as error:
            if _may_be_of(line, splits):
                findings.error(error)
        else:
            yield line, value


def _may_be_of(line: Line, splits: Collection[Split]) -> bool:
    """Whether a line is of one of these splits, or does not say of which."""
    try:
        return line.read(_OF_SPLIT).split in splits
    except InputError:
        return True


def read_lines(path: Path, findings: Findings | None = None) -> Iterator[Line]:
    """Yield the records of a JSON-lines file; blank lines are passed over but counted.

    Raises:
        InputError: the file cannot be read, or is empty.
    """
    findings, empty = findings or Findings(), True
    for number, text in numbered_text(path, findings):
        if text.strip():
            if empty and (text.lstrip().startswith("[") or text.strip() == "{"):
                problem = "begins a list, or an object of several lines; write one object a line, with nothing around or between them"
                refuse(problem, path=path, line=number)
            empty = False
            yield Line(path, number, text)
    if empty and not findings.about(path):
        refuse("is empty; fill it or remove it", path=path)


def numbered_text(path: Path, findings: Findings | None = None) -> Iterator[tuple[int, str]]:
    """Yield 1-based numbers and lines of a UTF-8 file; a byte-order mark is dropped.

    Args:
        findings: where lines that are not UTF-8 go; None raises at the first.

    Raises:
        InputError: the file cannot be read.
    """
    findings = findings or Findings()
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                try:
                    text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError as error:
                    findings.error(InputError(f"is not UTF-8 (byte {error.start + 1} of the line)", path=path, line=number))
                else:
                    yield number, text
    except OSError as error:
        refuse(f"cannot be read: {error.strerror or error}", path=path)


def read_file(path: Path, kind: TypeAdapter[ValueT]) -> ValueT:
    """Read a file that holds one JSON value.

    Raises:
        InputError: it cannot be read, or is not a value of ``kind``; names the field.
    """
    return read_text("".join(text for _, text in numbered_text(path)), kind, path=path)


def read_text(text: str, kind: TypeAdapter[ValueT], *, path: Path, line: int | None = None) -> ValueT:
    """Read standard JSON (no NaN, no Infinity) as a value of ``kind``.

    Raises:
        InputError: it is not one; names the field.
    """
    try:
        value = kind.validate_json(text)
        if "NaN" in text or "Infinity" in text:  # pydantic takes them for numbers, also in fields that nothing reads
            from_json(text, allow_inf_nan=False)
    except ValidationError as error:
        refuse_first(error, path=path, line=line)
    except ValueError:
        refuse("is not JSON: it holds NaN or Infinity", path=path, line=line)
    return value


def read_value(value: Mapping[str, Any], kind: TypeAdapter[ValueT], *, path: Path, line: int | None = None, inside: str = "") -> ValueT:
    """Read parsed JSON as a value of ``kind``.

    Args:
        inside: the field of the file that holds it.

    Raises:
        InputError: it is not one; names the field.
    """
    try:
        return kind.validate_python(value)
    except ValidationError as error:
        refuse_first(error, path=path, line=line, inside=inside)


def refuse_first(error: ValidationError, *, path: Path, line: int | None = None, inside: str = "") -> NoReturn:
    """Raise the first of the things that pydantic found as ``InputError``; the others stand beside it."""
    problems: list[InputError] = []
    for found in error.errors(include_url=False):
        if found["type"] == "too_short" and problems and found["input"]:  # left empty by what is told already
            continue
        places = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in found["loc"])
        name = f"{inside}{''.join(places)}".removeprefix(".") or None
        problems.append(InputError(_problem(found), path=path, line=line, field=name))
    problems[0].beside = problems[1:]
    raise problems[0] from None


def _problem(found: ErrorDetails) -> str:
    kind, value = found["type"], found["input"]
    if value is None and found["loc"]:  # JSON's null counts as missing
        kind = "missing"
    if kind in _PROBLEMS:
        return _PROBLEMS[kind]
    if kind == "value_error":
        return str(found["ctx"]["error"])
    if kind == "json_invalid":
        return f"is not JSON: {found['ctx']['error'].replace('line 1 column', 'character')}"
    if kind == "dataclass_type":
        return f"{shown(value)} should be an object"
    instead = f'; write "{value}"' if kind == "string_type" and type(value) is int else ""
    return f"{shown(value)} {found['msg'].removeprefix('Input ')}{instead}"
