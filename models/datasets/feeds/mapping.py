"""A mapping file: which column of a feed is which field, and how the feed writes it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, TypeAdapter, ValidationError, model_validator

from models.datasets.feeds.active import all_active, is_active_column
from models.datasets.feeds.layouts.base import Layout, take_active
from models.datasets.feeds.layouts.own import FIELDS, joined
from models.datasets.feeds.money import is_currency, read_money
from models.datasets.feeds.records import Draft, Fault, Record, Records
from models.datasets.feeds.words import path_of, plain, plain_name
from models.datasets.lines import refuse_first
from models.datasets.names import spelling_of
from models.datasets.urls import is_url
from models.errors import InputError, did_you_mean, nearest, refuse

NAMES: Final = ("mapping.yaml", "mapping.yml", "mapping.toml")
"""Files of a dataset directory that are read as its mapping."""
_OF_VARIANTS: Final = frozenset({"id", "price", "sale_price", "in_stock", "sizes"})
"""What a variant never takes from its product."""
_WHOLE: Final = re.compile(r"(?P<name>.+?)(?:\[(?P<part>-?\d{1,4})\](?=\[))?(?:\[(?P<place>-?\d{1,4})\])?")
_MOST_TOLD: Final = 60
_WHOLE_TEXT: Final = (
    'is taken whole: neither > nor / parts it; where {mark!r} does, write {{column: "{name}", separator: "{mark}"}} in the mapping'
)
_PLACE: Final = "{}"
"""Where the value goes in a template."""
_OF_ADDRESSES: Final = "/%:@?&=+,;~!$'()*"
"""What stays as it is in a part of an address."""
_UNITS: Final = {"units": 1, "cents": 100, "thousandths": 1000}


class _Said(BaseModel):
    """Keys and values of a mapping file."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known(cls, said: Any) -> Any:
        for name in said if isinstance(said, Mapping) else ():
            if name not in cls.model_fields:
                near = did_you_mean(str(name), cls.model_fields, f"there are {', '.join(cls.model_fields)}")
                msg = f"{name!r} is no key of a mapping; {near}"
                raise ValueError(msg)
        return said


class Column(_Said):
    """Where a field comes from.

    Attributes:
        column: its name in the feed; ``NAME[-1]`` is the last step of a path or list, ``NAME[0][-1]`` that of the first of several paths,
            ``A.B`` a value within a value.
        separator: what stands between several values of a cell, or between the steps of its path.
        unit: what a price counts. values: what its words mean. default: where the cell is empty.
        template: what stands around a value, as the address of a shop does around a part of one: ``https://shop.example/{}.html``.
    """

    column: str
    separator: str | None = None
    unit: Literal["units", "cents", "thousandths"] = "units"
    values: Mapping[str, Any] = Field(default_factory=dict)
    default: Any = None
    template: str | None = None


def _columns(value: Any) -> Any:
    return {} if value is None else value  # of which every line is a comment


def _column(value: Any) -> Any:
    return Column(column=value) if isinstance(value, str) else value


class Mapped(_Said):
    """The content of a mapping file.

    Attributes:
        columns: field, or ``attributes.NAME``, to where it comes from; of a known layout those that are to be read otherwise.
        drop: columns that are not passed through.
        catch_all: the only categories whose items are put where their titles say; None for those whose names or items show it.
        leave_out: the categories whose items are none.
        variants: where an item lists its variants, as ``A.B``; each is an item, with what its product says and it does not.
        separator, encoding: of the file, where they are not recognised. decimal: ``,`` or ``.``. currency: where prices tell none.
    """

    _file: Path | None = PrivateAttr(default=None)

    columns: Annotated[Mapping[str, Annotated[Column, BeforeValidator(_column)]], BeforeValidator(_columns)] = Field(default_factory=dict)
    drop: tuple[str, ...] | list[str] = ()
    catch_all: tuple[str, ...] | list[str] | None = None
    leave_out: tuple[str, ...] | list[str] = ()
    variants: str | None = None
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
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        refuse(f"is not YAML: {error.problem or error.context}; indent alike what stands under one name, by blanks", path=path, line=line)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        refuse(f"is not {'TOML' if path.suffix == '.toml' else 'YAML'}: {' '.join(str(error).split())}", path=path)
    if not isinstance(said, dict):
        refuse("holds no names and values; see `attire map FEED`", path=path)
    try:
        mapped = _MAPPED.validate_python(said)
    except ValidationError as error:
        refuse_first(error, path=path)
    _check(mapped, path)
    mapped._file = path  # noqa: SLF001 - of this module
    return mapped


def _check(mapped: Mapped, path: Path) -> None:
    for name in mapped.columns:
        if name not in FIELDS and not name.startswith("attributes."):
            near = did_you_mean(name, FIELDS, f"did you mean 'attributes.{name}'? Fields are {', '.join(FIELDS)}")
            refuse(f"{name!r} is no field; {near}", path=path, field=f"columns.{name}")
    for name, column in mapped.columns.items():
        if column.template is not None and column.template.count(_PLACE) != 1:
            problem = (
                f"{column.template!r} says not once where the value goes; write it with {_PLACE}, as in https://shop.example/{_PLACE}.html"
            )
            refuse(problem, path=path, field=f"columns.{name}.template")
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
    used = _used(mapped)

    def laid(record: Record, product: Sequence[Mapping[str, Any]] = ()) -> Draft:
        draft = Draft(record.line, (record.values, *product))
        draft.extras = {name: value for name, value in record.values.items() if plain_name(name) not in used}
        take_active(draft)
        _lay(mapped, draft)
        return draft

    def rows(records: Records) -> Iterator[Draft]:
        first: Draft | None = None
        for record in records():
            draft = laid(record)
            if first is not None and _is_variant(draft, first):
                yield laid(record, first.said)
            else:
                first = draft
                yield draft

    def drafts(records: Records, _: Path) -> Iterator[Draft]:
        return (_leave_out(mapped, draft) for draft in joined(rows(records)))

    return Layout("a mapping file", lambda _: True, drafts, tells_category=True)


def _is_variant(draft: Draft, first: Draft) -> bool:
    """Whether a row is a further one of the product of another, which alone says what all of its rows are."""
    group, values = first.values.get("group_id"), draft.values
    return group is not None and values.get("group_id") == group and not {"category", "title"} & values.keys()


def layout_over(layout: Layout, mapped: Mapped) -> Layout:
    """A layout with the columns of a mapping on top; where such a cell is empty, what the layout reads stays."""
    used = _used(mapped)
    drops_active = any(is_active_column(plain_name(name)) for name in mapped.drop)

    def drafts(records: Records, root: Path) -> Iterator[Draft]:
        for draft in layout.drafts(records, root):
            if draft.passed:
                yield draft
                continue
            draft.extras = {name: value for name, value in draft.extras.items() if plain_name(name) not in used}
            if drops_active:
                draft.values.pop("active", None)
            _lay(mapped, draft)
            yield _leave_out(mapped, draft)

    return replace(layout, name=f"{layout.name} with a mapping file", drafts=drafts)


def _used(mapped: Mapped) -> set[str]:
    return {name for column in mapped.columns.values() for name in _ways(column.column)} | {plain_name(name) for name in mapped.drop}


def left_out_as(category: str) -> str:
    """What items of a category are counted as that a mapping leaves out."""
    return f"items of {category!r}, which the mapping leaves out"


def _leave_out(mapped: Mapped, draft: Draft) -> Draft:
    """A draft, which is no item where the mapping leaves out its category."""
    told = draft.values.get("category")
    spelt = spelling_of(plain(told)) if mapped.leave_out and isinstance(told, str) else None
    draft.passed = next((left_out_as(name) for name in mapped.leave_out if spelling_of(name) == spelt), "")
    return draft


def is_mapped(mapped: Mapped, column: str) -> bool:
    """Whether a mapping reads a column, or drops it."""
    return not _used(mapped).isdisjoint(_ways(column))


def _lay(mapped: Mapped, draft: Draft) -> None:
    """Put each column where the mapping says: the cell of the record, of what is no variant's own that of its product, else the default."""
    for field, column in mapped.columns.items():
        said = draft.said[:1] if field in _OF_VARIANTS else draft.said
        told = (cell for values in said if not _empty(cell := _value(values, field, column)))
        value = all_active(told) if field == "active" else next(told, None)
        into, name = (draft.attributes, field[11:]) if field.startswith("attributes.") else (draft.values, field)
        if value is not None:
            into[name] = value
            if mark := _unparted(value, said, column):
                draft.notes.append(Fault(field, value, _WHOLE_TEXT.format(name=column.column, mark=mark)))
            if field == "category":
                draft.extras.pop("category_path", None)  # of the category that was read before
                steps = next((steps for values in said if (steps := _steps(values, column))), [])
                draft.whom += steps[:-1]
                if len(steps) > 1:
                    draft.extras["category_path"] = " > ".join(steps)
        elif _empty(into.get(name)) and column.default is not None:
            into[name] = _worded(column.default, column)


def _unparted(value: Any, said: Sequence[Mapping[str, Any]], column: Column) -> str:
    """The mark that parts a text of which a step was asked and that was taken whole; empty where there is none."""
    name, place = _name(column.column)
    whole = place is not None and not column.separator and isinstance(value, str) and any(value_at(one, name) == value for one in said)
    return next((mark for mark in ",;|" if mark in value), "") if whole else ""


def _empty(value: Any) -> bool:
    return value is None or value == ""


def check_columns(mapped: Mapped, names: Sequence[str], feed: Path) -> None:
    """See that a feed with these columns has those that a mapping names.

    Raises:
        InputError: it lacks one, at its place in the mapping file; others stand beside it.
    """
    known = {plain_name(name): name for name in names}
    more = f" and {len(names) - _MOST_TOLD} more" if len(names) > _MOST_TOLD else ""
    has = f"it has {', '.join(names[:_MOST_TOLD])}{more}"
    problems = []
    for field, column in mapped.columns.items():
        if not _ways(column.column) & known.keys():
            near = nearest(plain_name(_name(column.column)[0]), known)
            meant = f"did you mean {known[near]!r}?" if near else has
            problem = f"{column.column!r} is no column of {feed}; {meant}"
            problems.append(InputError(problem, path=mapped._file or feed, field=f"columns.{field}"))  # noqa: SLF001 - of this module
    if problems:
        problems[0].beside = problems[1:]
        raise problems[0]


def _ways(column: str) -> set[str]:
    """The names that a column may go by in a record: whole, without its place, the first of its steps."""
    whole = _name(column)[0]
    return {plain_name(column), plain_name(whole), plain_name(whole.partition(".")[0])}


def _name(column: str) -> tuple[str, int | None]:
    found = _WHOLE.fullmatch(column)
    return (found["name"], None if found["place"] is None else int(found["place"])) if found else (column, None)


def _value(values: Mapping[str, Any], field: str, column: Column) -> Any:
    place = _name(column.column)[1]
    value = _cell(values, column)
    if place is not None:
        steps = _steps(values, column) if field in {"category", "subcategory"} or not isinstance(value, list) else value
        value = _at(steps, place)
    return _worded(value, column)


def _cell(values: Mapping[str, Any], column: Column) -> Any:
    value = value_at(values, _name(column.column)[0])
    if column.separator and isinstance(value, str):
        value = [part.strip() for part in value.split(column.separator) if part.strip()]
    found = _WHOLE.fullmatch(column.column)
    if found and found["part"] and isinstance(value, list):
        return _at(value, int(found["part"]))
    return value


def _at(values: Sequence[Any], place: int) -> Any:
    return values[place] if -len(values) <= place < len(values) else None


def _steps(values: Mapping[str, Any], column: Column) -> list[str]:
    """The steps of a path; a place in it asks for them, so that slashes part them, too, where no other mark does."""
    value = _cell(values, column)
    steps = path_of(value)
    return path_of(steps[0].replace("/", ">")) if len(steps) == 1 and _name(column.column)[1] is not None else steps


def _worded(value: Any, column: Column) -> Any:
    """A value in the words and the unit of a mapping."""
    if column.values and value is not None and not isinstance(value, list | dict):
        value = column.values.get(str(value).strip(), value)
    if column.unit != "units" and value is not None:
        money = _money(value)
        value = value if money is None else money / _UNITS[column.unit]
    return value if column.template is None else _around(value, column.template)


def _around(value: Any, template: str) -> Any:
    """A value, or each of a list, within a template; what is an address already stays.

    >>> _around("/t/o/tee 1.jpg", "https://shop.example/media/{}"), _around("tee", "https://shop.example/{}.html"), _around(None, "a{}")
    ('https://shop.example/media/t/o/tee%201.jpg', 'https://shop.example/tee.html', None)
    """
    if isinstance(value, list):
        return [_around(one, template) for one in value]
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip() or is_url(str(value)):
        return value
    before, _, behind = template.partition(_PLACE)
    text = str(value).strip().lstrip("/") if before.endswith("/") else str(value).strip()
    return f"{before}{quote(text, safe=_OF_ADDRESSES) if is_url(template) else text}{behind}"


def value_at(values: Mapping[str, Any], name: str) -> Any:
    """The value of a column, or of ``A.B`` within one; None where there is none."""
    for known in (name, plain_name(name)):
        if known in values:
            return values[known]
    first, dot, rest = name.partition(".")
    inner = values.get(first, values.get(plain_name(first))) if dot else None
    return value_at(inner, rest) if isinstance(inner, Mapping) else None


def _money(value: Any) -> float | None:
    try:
        money = read_money(value)
    except ValueError:
        return None
    return None if money is None else money.amount
