"""A mapping file: which column of a feed is which field, and how the feed writes it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from models.datasets.feeds.layouts.base import Layout
from models.datasets.feeds.layouts.own import FIELDS
from models.datasets.feeds.money import is_currency, read_money
from models.datasets.feeds.records import Draft, Record, Records
from models.datasets.feeds.words import path_of, plain_name
from models.datasets.lines import refuse_first
from models.errors import did_you_mean, refuse

NAMES: Final = ("mapping.yaml", "mapping.yml", "mapping.toml")
"""Files of a dataset directory that are read as its mapping."""
_WHOLE: Final = re.compile(r"(?P<name>.+?)(?:\[(?P<place>-?\d{1,4})\])?")
_UNITS: Final = {"units": 1, "cents": 100, "thousandths": 1000}


class Column(BaseModel):
    """Where a field comes from.

    Attributes:
        column: its name in the feed; ``NAME[-1]`` is the last step of a path or list, ``A.B`` a value within a value.
        separator: what stands between several values of a cell, or between the steps of its path.
        unit: what a price counts. values: what its words mean. default: where the cell is empty.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    column: str
    separator: str | None = None
    unit: Literal["units", "cents", "thousandths"] = "units"
    values: Mapping[str, Any] = Field(default_factory=dict)
    default: Any = None


def _column(value: Any) -> Any:  # noqa: ANN401 - parsed YAML
    return Column(column=value) if isinstance(value, str) else value


class Mapped(BaseModel):
    """The content of a mapping file.

    Attributes:
        columns: field, or ``attributes.NAME``, to where it comes from. drop: columns that are not passed through.
        separator, encoding: of the file, where they are not recognised. decimal: ``,`` or ``.``. currency: where prices tell none.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    columns: Mapping[str, Annotated[Column, BeforeValidator(_column)]]
    drop: tuple[str, ...] | list[str] = ()
    separator: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    encoding: str | None = None
    decimal: Literal[",", "."] | None = None
    currency: str | None = None


_MAPPED: Final = TypeAdapter(Mapped)


def read_mapping(path: Path) -> Mapped:
    """Read a mapping file, YAML or TOML by its name.

    Raises:
        InputError: it is neither, or names a field that there is not.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        said = tomllib.loads(text) if path.suffix == ".toml" else yaml.safe_load(text)
    except OSError as error:
        refuse(f"cannot be read: {error.strerror or error}", path=path)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        refuse(f"is not {'TOML' if path.suffix == '.toml' else 'YAML'}: {' '.join(str(error).split())}", path=path)
    if not isinstance(said, dict):
        refuse("holds no names and values; see `attire map FEED`", path=path)
    try:
        mapped = _MAPPED.validate_python(said)
    except ValidationError as error:
        refuse_first(error, path=path)
    _check(mapped, path)
    return mapped


def _check(mapped: Mapped, path: Path) -> None:
    for name in mapped.columns:
        if name not in FIELDS and not name.startswith("attributes."):
            near = did_you_mean(name, FIELDS, f"there are {', '.join(FIELDS)}, and attributes.NAME")
            refuse(f"{name!r} is no field; {near}", path=path, field=f"columns.{name}")
    for name in ("id", "category"):
        if name not in mapped.columns:
            refuse("is missing; every item has one", path=path, field=f"columns.{name}")
    if mapped.currency is not None and not is_currency(mapped.currency):
        refuse(f"{mapped.currency!r} is no currency of ISO 4217", path=path, field="currency")
    try:
        "".encode(mapped.encoding or "utf-8")
    except LookupError:
        refuse(f"{mapped.encoding!r} is no encoding", path=path, field="encoding")


def mapping_beside(root: Path) -> Path | None:
    """The mapping file of a dataset directory, if it has one."""
    return next((root / name for name in NAMES if (root / name).is_file()), None)


def layout_by(mapped: Mapped) -> Layout:
    """The layout that a mapping describes."""
    used = {name for column in mapped.columns.values() for name in _ways(column.column)} | {plain_name(name) for name in mapped.drop}

    def drafts(records: Records, _: Path) -> Iterator[Draft]:
        for record in records():
            draft = Draft(record.line)
            for field, column in mapped.columns.items():
                value = _value(record, field, column)
                if value is None or value == "":
                    continue
                if field.startswith("attributes."):
                    draft.attributes[field[11:]] = value
                else:
                    draft.values[field] = value
            draft.extras = {name: value for name, value in record.values.items() if plain_name(name) not in used}
            yield draft

    return Layout("a mapping file", lambda _: True, drafts)


def missing_columns(mapped: Mapped, names: list[str]) -> list[str]:
    """The columns that a mapping names and a feed with these does not have."""
    return [column.column for column in mapped.columns.values() if not _ways(column.column) & {*names}]


def _ways(column: str) -> set[str]:
    """The names that a column may go by in a record: whole, without its place, the first of its steps."""
    whole = _name(column)[0]
    return {plain_name(column), plain_name(whole), plain_name(whole.partition(".")[0])}


def _name(column: str) -> tuple[str, int | None]:
    found = _WHOLE.fullmatch(column)
    return (found["name"], None if found["place"] is None else int(found["place"])) if found else (column, None)


def _value(record: Record, field: str, column: Column) -> Any:  # noqa: ANN401 - a cell, or a value of JSON
    name, place = _name(column.column)
    value = _found(record.values, name)
    if column.separator and isinstance(value, str):
        value = [part.strip() for part in value.split(column.separator) if part.strip()]
    if place is not None:
        steps = path_of(value) if field in {"category", "subcategory"} or not isinstance(value, list) else value
        value = steps[place] if -len(steps) <= place < len(steps) else None
    if value is None or value == "":
        value = column.default
    if column.values and not isinstance(value, list | dict):
        value = column.values.get(str(value).strip(), value)
    if column.unit != "units" and value is not None:
        money = _money(value)
        value = value if money is None else money / _UNITS[column.unit]
    return value


def _found(values: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - likewise
    for known in (name, plain_name(name)):
        if known in values:
            return values[known]
    first, dot, rest = name.partition(".")
    inner = values.get(first, values.get(plain_name(first))) if dot else None
    return _found(inner, rest) if isinstance(inner, Mapping) else None


def _money(value: Any) -> float | None:  # noqa: ANN401 - likewise
    try:
        money = read_money(value)
    except ValueError:
        return None
    return None if money is None else money.amount
