"""What a feed is: its form, encoding, separator and layout, by its first bytes and its header."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final, Literal

from models.datasets.feeds.delimited import SEPARATORS, header_of, read_delimited
from models.datasets.feeds.json_records import has_ld_json, read_document, read_json_lines, read_page
from models.datasets.feeds.layouts.base import Layout
from models.datasets.feeds.layouts.known import KNOWN, key_of, layout_of
from models.datasets.feeds.layouts.own import OWN
from models.datasets.feeds.layouts.schema_org import SCHEMA_ORG
from models.datasets.feeds.mapping import Mapped, check_columns, layout_by, layout_over, value_at
from models.datasets.feeds.opened import Encoding, encoding_of, encoding_of_xml, last_line
from models.datasets.feeds.packed import ending_of, head_of, packing_of
from models.datasets.feeds.parquet_records import columns_of, read_parquet_records, rows_of
from models.datasets.feeds.records import Broken, Record
from models.datasets.feeds.words import plain_name
from models.datasets.feeds.xml_records import read_xml
from models.datasets.shown import shown
from models.errors import refuse

Form = Literal["CSV", "JSON lines", "JSON", "XML", "a page with ld+json", "Parquet"]
_LOOKED_AT: Final = 200
"""Records whose names tell the layout where there is no header."""
_NOT_A_FEED: Final = (
    (b"PK\x03\x04", "is a ZIP or a workbook within another file; unpack it, or save the sheet as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook; save the sheet as CSV (UTF-8)"),
    (b"\x89PNG", "is a picture, not a feed; name the feed"),
    (b"\xff\xd8\xff", "is a picture, not a feed; name the feed"),
    (b"%PDF", "is a PDF, not a feed; name the feed"),
)
_TABLES: Final = (".csv", ".tsv", ".txt", ".tab")
_BY_LINE: Final = frozenset({"CSV", "JSON lines"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed, recognised.

    Attributes:
        names: of the columns, as ``plain_name`` has them; of JSON and XML those of the first records.
        header: the line of the header, 0 without one. separator: of CSV.
        layout: None for columns of no known layout. variants: where an item of JSON or XML lists those that are items, as ``A.B``.
    """

    path: Path
    form: Form
    encoding: Encoding
    names: Sequence[str]
    layout: Layout | None
    header: int = 0
    separator: str | None = None
    variants: str | None = None

    def __str__(self) -> str:
        """As a person is told it: *Shopify product CSV (CSV, UTF-8, separated by commas)*."""
        parts = [str(self.form), *(() if self.form == "Parquet" else (str(self.encoding),))]
        parts += [f"separated by {SEPARATORS.get(self.separator, shown(self.separator))}"] if self.separator else []
        return f"{self.layout.name if self.layout else 'columns of no known layout'} ({', '.join(parts)})"

    @property
    def end(self) -> int:
        """The place of its last record, by which it is known how far a reading is; 0 where nobody knows it."""
        if self.form == "Parquet":
            return rows_of(self.path)
        return last_line(self.path) if self.form in _BY_LINE else 0

    def records(self, passed: Counter[str]) -> Iterator[Record | Broken]:
        """Every record from the first, and every line that holds none.

        Args:
            passed: counts what is passed over, by words for it.
        """
        if self.form == "CSV":
            spill = self.layout.spill if self.layout else None
            return read_delimited(self.path, self.encoding, self.separator or ",", (self.header, self.names), passed, spill=spill)
        if self.form == "Parquet":
            return read_parquet_records(self.path)
        nested = self._nested(passed)
        return nested if self.variants is None else (one for record in nested for one in _variants_of(record, self.variants or ""))

    def _nested(self, passed: Counter[str]) -> Iterator[Record | Broken]:
        """The records of a form that has values within values."""
        if self.form == "XML":
            return read_xml(self.path, self.encoding.name if self.encoding.doubt else None)
        if self.form == "JSON lines":
            return map(_known, read_json_lines(self.path, self.encoding, passed))
        return map(_known, read_document(self.path, self.encoding) if self.form == "JSON" else read_page(self.path, self.encoding))


def recognise(path: Path, mapped: Mapped | None = None, encoding: str | None = None) -> Feed:
    """Look at a feed's first bytes, header and records.

    Args:
        mapped: is laid over a known layout and is the layout of other columns; has the encoding and separator that are not recognised.
        encoding: in place of the one that is recognised, where there is no mapping to say it.

    Raises:
        InputError: it cannot be read, is no feed at all, or lacks a column that the mapping names; columns of no known layout are mapped
            without ``id`` or ``category``.
    """
    if not (head := head_of(path)):
        refuse("is empty; fetch it again", path=path)
    for magic, problem in _NOT_A_FEED:
        if head.startswith(magic):
            refuse(problem, path=path)
    if head.startswith(b"PAR1") or path.suffix == ".parquet":
        if packing := packing_of(path):
            refuse(f"is Parquet within a {packing}; unpack it", path=path)
        names = [plain_name(name) for name in columns_of(path)]
        feed = Feed(path=path, form="Parquet", encoding=Encoding("utf-8"), names=names, layout=layout_of(names))
    else:
        feed = _text(path, head, mapped, encoding or (mapped.encoding if mapped else None))
    if mapped is None:
        return feed
    check_columns(mapped, feed.names, path)
    if feed.layout is not None:
        return replace(feed, layout=layout_over(feed.layout, mapped))
    for name in ("id", "category"):
        if name not in mapped.columns:
            refuse(f"the mapping says no column for {name!r}, and these are columns of no known layout: every item has one", path=path)
    return replace(feed, layout=layout_by(mapped))


def _text(path: Path, head: bytes, mapped: Mapped | None, said: str | None) -> Feed:
    form, variants = _form(path, head), mapped.variants if mapped else None
    if form == "XML":
        feed = Feed(path=path, form=form, encoding=encoding_of_xml(path, head), names=(), layout=None, variants=variants)
        names = names_of(feed)
        return replace(feed, names=names, layout=layout_of(names))
    encoding = encoding_of(path, only_utf=form == "JSON lines")
    if said:
        encoding = replace(encoding, name=said, words=())
    if form == "CSV":
        header, separator, names = header_of(path, encoding, KNOWN, mapped.separator if mapped else None)
        if not names:
            refuse("is empty; fetch it again, or write the names of the columns in its first line", path=path)
        for name in names:
            if name in KNOWN and names.count(name) > 1 and layout_of(names) is OWN:
                refuse("the header names this column twice; rename one of the two", path=path, line=header, field=name)
        return Feed(path=path, form=form, encoding=encoding, names=names, layout=layout_of(names), header=header, separator=separator)
    feed = Feed(path=path, form=form, encoding=encoding, names=(), layout=None, variants=variants)
    names = names_of(feed)
    layout = SCHEMA_ORG if form == "a page with ld+json" else layout_of(names)
    return replace(feed, names=names, layout=layout or (OWN if mapped is None and form == "JSON lines" else None))


def _form(path: Path, head: bytes) -> Form:
    text = head.decode("utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig", errors="replace").lstrip()
    ending = ending_of(path)
    if ending in {".jsonl", ".ndjson"}:
        return "JSON lines"
    if text.startswith("<"):
        start = text[:1_000].casefold()
        if "<html" not in start and "<!doctype html" not in start:
            return "XML"
        if not has_ld_json(text):
            refuse("is a web page, not a feed; fetch the feed itself (it may ask for a login)", path=path)
        return "a page with ld+json"
    if text.startswith("[") and ending not in _TABLES:
        return "JSON"
    if text.startswith("{") and ending not in _TABLES:
        first, _, rest = text.partition("\n")
        return "JSON lines" if first.rstrip().endswith("}") and rest.lstrip().startswith("{") else "JSON"
    return "CSV"


def names_of(feed: Feed) -> list[str]:
    """The names of the first records, each once, as first met."""
    found: dict[str, None] = {}
    for record in islice(feed.records(Counter()), _LOOKED_AT):
        if isinstance(record, Record):
            found |= dict.fromkeys(record.values)
    return list(found)


def _variants_of(record: Record | Broken, where: str) -> Iterator[Record | Broken]:
    """A record for each variant that one lists, of what it says and, where it says nothing, its product; one without any as it is."""
    said = None if isinstance(record, Broken) else value_at(record.values, where)
    listed = [one for one in (said if isinstance(said, list) else [said]) if isinstance(one, Mapping)]
    if isinstance(record, Broken) or not listed:
        yield record
        return
    column = plain_name(where.partition(".")[0])
    product = {name: value for name, value in record.values.items() if plain_name(name) != column}
    for variant in listed:
        yield Record(record.line, product | {name: value for name, value in variant.items() if value not in (None, "")})


def _known(record: Record | Broken) -> Record | Broken:
    if isinstance(record, Broken):
        return record
    return Record(record.line, {key_of(name): value for name, value in record.values.items()})
