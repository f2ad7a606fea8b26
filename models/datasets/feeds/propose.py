"""A mapping for columns that no layout knows, and for those that a known layout does not read, proposed for a person to correct."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import yaml
from rapidfuzz import fuzz, utils

from models.datasets.audience import says_only_whom
from models.datasets.feeds.active import is_active_column
from models.datasets.feeds.column_words import FIELDS, names_of_field
from models.datasets.feeds.dates import moment
from models.datasets.feeds.layouts.base import attribute_name
from models.datasets.feeds.layouts.prestashop_words import without_brackets
from models.datasets.feeds.mapping import value_at
from models.datasets.feeds.money import is_currency, read_money
from models.datasets.feeds.recognise import Feed, names_of
from models.datasets.feeds.records import Record
from models.datasets.feeds.stock import read_stock
from models.datasets.feeds.unread import first_of, read_of, unread
from models.datasets.feeds.words import bare, path_of

_VARIANTS: Final = (
    "variants, variations, skus, options, combinations, varianten, variantes, varianti, déclinaisons, varyantlar, seçenekler, "
    "バリエーション"
)
_TOKENS: Final[Mapping[str, str]] = {
    "category": "category kategorie",
    "price": "price preis prix precio prezzo",
    "in_stock": "quantity qty stock stückzahl",
    "image": "image photo picture foto bild",
}
"""One word of a name that is near no other, which may well hold the field."""
_OTHERWISE_WORDS: Final = "sold reserve reserved shipping delivery cost old sale min max minimum id number count alt type buy was"
_OTHERWISE: Final = frozenset(_OTHERWISE_WORDS.split())
"""Words beside those by which it does not."""
_WORDED: Final = (
    "subcategory",
    "title",
    "brand",
    "url",
    "image",
    "images",
    *(f"attributes.{name}" for name in ("color", "gender", "material", "condition")),
)
"""Fields that are told in words: a position is no composition."""
_NEAR, _SAME = 80.0, 100.0
_MOSTLY: Final = 0.7
_UNBROKEN: Final = 10_000
_CODE: Final = re.compile(r"(?=.*\d)[\w./#-]{2,40}")
_TITLE: Final = re.compile(r"(?=.{8,120}$)(?!.*(?:://|<\w|[;>|]))[^\W\d_].*[^\W\d_]\S*(?: \S+){1,14}")
"""Two to fifteen words, and neither a path nor markup."""
_MORE: Final = 4  # times as many different values
_NO_CODE: Final = re.compile(r"\d*\.\d+|\d{1,4}([-/.])\d{1,2}\1\d{1,4}(?:T.*)?|.*\.\w{3,4}")
"""A number, a date, a file."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed of a feed.

    Attributes:
        columns: field -> column, or what a mapping says of it.
        rest: the other columns, in their order; of a known layout those of them that it does not read.
        currency: as the name of the price's column says it, such as ``RRP GBP``.
        certain: the fields whose column is called so, and holds what they do.
    """

    feed: Feed
    columns: Mapping[str, str | Mapping[str, str]]
    rest: Sequence[str]
    currency: str | None = None
    certain: frozenset[str] = frozenset()

    def as_yaml(self) -> str:
        """The mapping file to correct; what is not mapped stands in comments, and of a known layout what is not certain."""
        lines = [f"# {self.feed.path.name}: {self.feed}"]
        said = _written_out({"columns": dict(self.columns)})
        rest = [f"#   {name!r}" for name in self.rest]
        if self.feed.layout is None:
            lacking = [name for name in ("id", "category") if name not in self.columns]
            lines += [f"# {name} is not found: name its column here; every item has one" for name in lacking]
            lines += [
                *said,
                *([f"variants: {self.feed.variants}"] if self.feed.variants else []),
                *([f"currency: {self.currency}"] if self.currency else []),
                *(["# passed through as they are:", *rest] if rest else []),
            ]
            lines.append(
                "# prices: `price: {column: NAME, unit: cents}`; words: `in_stock: {column: NAME, values: {ja: true, nein: false}}`"
            )
            return "\n".join(lines) + "\n"
        lines += ["# this layout is known and needs no mapping: what stands under `columns` is laid over what it reads", "columns:"]
        certain, others = ([one for one in self.columns.items() if (one[0] in self.certain) == sure] for sure in (True, False))
        if certain:
            lines.append("  # of columns that the layout does not read, by their names and by what they hold; take away what is wrong")
            lines += [f"  {line}" for line in _written_out(dict(certain))]
        if others:
            lines.append("  # proposed likewise by one of both; take away `# ` of what is right")
            lines += [f"  # {line}" for line in _written_out(dict(others))]
        lines += ["# without these the first items would be the same, but for what passes through:", *rest] if rest else []
        return "\n".join(lines) + "\n"


def _written_out(said: Mapping[str, Any]) -> list[str]:
    text: str = yaml.safe_dump(dict(said), allow_unicode=True, sort_keys=False, width=_UNBROKEN)
    return text.rstrip().splitlines()


def proposed(feed: Feed) -> Proposal:
    """Those columns whose names are near those of a field, and whose values are not of another kind; each column once.

    Of a known layout for those fields and columns alone that it does not read.
    """
    feed = _of_variants(feed)
    records = first_of(feed)
    cells = _cells(records)
    names = feed.names if feed.layout is None else unread(records, feed.layout, feed)
    known = set() if feed.layout is None else read_of(records, feed.layout, feed)
    ways = [
        (score, field, column)
        for field in FIELDS
        if field not in known
        for column in names
        if (score := max(_near(column, [*names_of_field(field)]), _by_token(field, column))) >= _NEAR
        and _may_be(field, cells.get(column, []))
    ]
    found: dict[str, str] = {}
    unique = {name for name, values in cells.items() if len(set(map(str, values))) == len(values)}
    ways.sort(key=lambda way: (way[1] == "id" and way[2] not in unique, way[1] == "id" and "sku" not in way[2].split("_"), -way[0]))
    for _, field, column in ways:
        if field not in found and column not in found.values():
            found[field] = column
    codes = [name for name in code_columns(records) if name in names and name not in found.values()]
    if "id" not in known and codes and found.get("id") not in unique:
        found["id"] = codes[0]
    if "group_id" not in known:
        _add_group(found, [column for _, field, column in ways if field == "id" and column not in unique], unique)
    if feed.layout is None and (flag := next(filter(is_active_column, names), None)):
        found["active"] = flag
    found = {**_named_by_another(cells, [name for name in names if name not in found.values()]), **found}
    if (best := _titles(cells, [name for name in names if name not in found.values()])) and _tells_more(best, found.get("title"), cells):
        found["title"] = best
    columns = {field: _written(field, found[field], cells.get(found[field], [])) for field in [*FIELDS, "active"] if field in found}
    currency = None if "currency" in columns else _currency(found.get("price", ""))
    sure = {(field, column) for score, field, column in ways if score >= _SAME and field in _READERS and _told(cells.get(column, []))}
    certain = frozenset(field for field in columns if (field, found[field]) in sure)
    return Proposal(feed, columns, [name for name in names if name not in found.values()], currency, certain)


def _of_variants(feed: Feed) -> Feed:
    """A feed of the variants that its items list under a name for them, as ``{"variants": [{}]}`` and XML's ``<variants><variant>`` do."""
    if feed.layout is not None:
        return feed
    for name, values in _cells(first_of(feed)).items():
        inner = {key for value in values if isinstance(value, Mapping) and len(value) == 1 for key in value}
        where = ".".join([name, *inner])
        lists = [one for value in values if isinstance(one := value_at({name: value}, where), list)]
        if _near(name, _VARIANTS.split(", ")) >= _NEAR and any(isinstance(one, Mapping) for listed in lists for one in listed):
            found = replace(feed, variants=where)
            return replace(found, names=names_of(found))
    return feed


def code_columns(records: Iterable[Record]) -> list[str]:
    """The columns that could be ids by their values: codes with a digit, of which no two are the same."""
    return [name for name, values in _cells(records).items() if len(set(map(str, values))) == len(values) and _are(_coded, values)]


def _add_group(found: dict[str, str], repeated: Sequence[str], unique: Collection[str]) -> None:
    """What is called an id, and repeats, is the group, where another column is the id."""
    free = [column for column in repeated if column not in found.values()]
    if found.get("id") in unique and free:
        found.setdefault("group_id", free[0])


def _currency(column: str) -> str | None:
    last = column.rpartition("_")[2].upper()
    return last if is_currency(last) else None


def _cells(records: Iterable[Record]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for record in records:
        for name, value in record.values.items():
            found.setdefault(name, []).append(value)
    return found


def _near(column: str, words: Sequence[str]) -> float:
    name = utils.default_process(bare(without_brackets(column).replace("_", " ")))
    name = name.rpartition(" ")[0] or name if _currency(column) else name
    return max(max(fuzz.ratio(name, utils.default_process(word)), 0.97 * fuzz.token_sort_ratio(name, word)) for word in map(bare, words))


def _by_token(field: str, column: str) -> float:
    """As near as may be, where one word of a column's name says the field and none that it is another thing."""
    tokens = column.split("_")
    said = field in _TOKENS and not set(_TOKENS[field].split()).isdisjoint(tokens) and _OTHERWISE.isdisjoint(tokens)
    return _NEAR if said else 0.0


def _may_be(field: str, values: Sequence[Any]) -> bool:
    reader = _READERS.get(field)
    return reader is None or _are(reader, values)


def _told(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if value not in (None, "")]


def _are(reader: Callable[[Any], object], values: Iterable[Any]) -> bool:
    said = _told(values)
    return sum(_reads(reader, value) for value in said) >= _MOSTLY * len(said)


def _dated(value: Any) -> None:
    if moment(value) is None:
        msg = "no date"
        raise ValueError(msg)


def _unbroken(value: Any) -> None:
    if " " in str(value).strip():
        msg = "words"
        raise ValueError(msg)


def _coded(value: Any) -> None:
    text = str(value).strip()
    if not _CODE.fullmatch(text) or _NO_CODE.fullmatch(text):
        msg = "no code"
        raise ValueError(msg)


def _no_audience(value: Any) -> None:
    if says_only_whom(str(value)):
        msg = "whom it is for"
        raise ValueError(msg)


def _worded(value: Any) -> None:
    if not any(letter.isalpha() for letter in str(value)):
        msg = "a number"
        raise ValueError(msg)


def _reads(reader: Callable[[Any], object], value: Any) -> bool:
    try:
        reader(value)
    except ValueError:
        return False
    return True


def _written(field: str, column: str, values: Sequence[Any]) -> str | Mapping[str, str]:
    """With ``[-1]`` where a category is the last step of a path, whose steps slashes or commas may part; with ``[0]`` of several paths."""
    if field == "category" and (mark := _between_paths(values)):
        return {"column": f"{column}[0][-1]", "separator": mark}
    paths = sum(len(path_of(str(value).replace("/", ">"))) > 1 for value in values)
    if field != "category" or paths * 2 > len(values):
        return f"{column}[-1]" if field == "category" else column
    listed = sum("," in str(value) for value in values)
    return {"column": f"{column}[-1]", "separator": ","} if listed * 2 > len(values) else column


def _between_paths(values: Sequence[Any]) -> str | None:
    """What parts several paths of one cell: what stands before it is elsewhere the whole of a cell, and a path."""
    whole = {text for text in map(str, values) if len(path_of(text)) > 1}
    marks = {mark for text in whole for mark in ",;|" if (first := text.partition(mark)[0].strip()) != text and first in whole}
    return next(iter(sorted(marks)), None)


def _named_by_another(cells: Mapping[str, Sequence[Any]], columns: Sequence[str]) -> dict[str, str]:
    """Colour and size whose column follows one that says nothing but *colour* or *size*, as those of a shop's options do."""
    said = {name: {*map(str, _told(cells.get(name, [])))} for name in columns}
    named = {f"attributes.{attribute_name(*said[name])}": after for name, after in pairwise(columns) if len(said[name]) == 1}
    return {field: column for field, column in named.items() if field in FIELDS}


def _titles(cells: Mapping[str, Sequence[Any]], columns: Iterable[str]) -> str | None:
    """Of columns that hold names of several words the one whose values differ most."""
    told = {name: _told(cells.get(name, [])) for name in columns}
    named = {name: len({*map(str, values)}) for name, values in told.items() if values and _are(_title, values)}
    return max(named, key=named.__getitem__, default=None)


def _tells_more(column: str, taken: str | None, cells: Mapping[str, Sequence[Any]]) -> bool:
    """Whether a column differs so much more between rows than the one taken for titles that this is none: a brand, a collection."""
    return taken is None or len({*map(str, cells[column])}) > _MORE * len({*map(str, cells.get(taken, []))})


def _title(value: Any) -> None:
    if not _TITLE.fullmatch(str(value).strip()):
        msg = "no name of a piece"
        raise ValueError(msg)


_READERS: Final[Mapping[str, Callable[[Any], object]]] = {
    "price": read_money,
    "sale_price": read_money,
    "in_stock": read_stock,
    "created": _dated,
    "id": _unbroken,
    "category": _no_audience,
    **dict.fromkeys(_WORDED, _worded),
}
"""What reads the values of a field; fails at what is none."""
