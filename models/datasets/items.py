"""Reads the items of a dataset directory, or a feed: in whatever layout they come, in ``ITEM_SCHEMA``, with what holds for all checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from models.datasets.catch_all import placed_by_titles
from models.datasets.feeds.mapping import Mapped, mapping_beside, read_mapping
from models.datasets.feeds.packed import PACKED
from models.datasets.feeds.read import read_feed
from models.datasets.feeds.recognise import Feed, recognise
from models.datasets.feeds.words import plain_name
from models.datasets.findings import Findings, Recognised
from models.datasets.item_checks import ItemFile, check_features, check_names, check_unique, check_values, is_blank
from models.datasets.item_columns import has_own_types, read_parquet
from models.datasets.item_pictures import check_pictures
from models.datasets.names import spelling_of
from models.datasets.orders.layouts import are_orders
from models.datasets.schema import ITEM_SCHEMA
from models.errors import refuse

ITEM_FILES: Final = ("items.parquet", "items.jsonl", "items.csv", "items.tsv", "items.xml", "items.json", "items.txt")
"""Names of the items file of a dataset directory; each but the first may have ``.gz`` or ``.zip`` behind it."""
PUBLIC_FILES: Final = ("articles.csv", "styles.csv")


def read_items(
    root: Path, findings: Findings, mapping: Path | None = None, scratch: Path | None = None, beside: pa.Table | None = None
) -> pa.Table:
    """Read and check the items of a dataset directory, or a feed, in ``ITEM_SCHEMA``; blank texts become null.

    Args:
        mapping: says which column is which; None takes the one of the directory, if it has one.
        scratch: the directory in which those of a large feed lie meanwhile, so that not all are in memory; None for memory.
        beside: items of the catalogue that are there already, which tell where a garment is.

    Raises:
        InputError: no directory or feed, no items file or several, or one that cannot be read at all.
    """
    path = items_file(root)
    mapped = mapping_of(root, mapping)
    feed = recognise(path, mapped)
    if mapped is None:
        check_no_orders(feed)
    file = _read(feed, findings, mapped, scratch)
    _place_by_titles(file, None if mapped is None else mapped.catch_all, beside)
    if not len(file.table) and not findings.about(file.path) and not findings.of("rejected"):
        refuse("is empty: it holds no items; fill it or remove it", path=file.path)
    check_names(file)
    check_values(file)
    check_features(file)
    check_pictures(file, path.parent)
    stubs = frozenset(file.stubs)  # before ids that come twice, of which the first counts
    check_unique(file)
    if findings.feed is not None and stubs | file.stubs:
        findings.feed.accepted = file.accepted(stubs)
    return _one_spelling(_blanks_to_null(file.kept()), file)


def check_no_orders(feed: Feed) -> None:
    """See that columns of no known layout are not those of orders.

    Raises:
        InputError: they are.
    """
    if feed.layout is None and are_orders(frozenset(map(plain_name, feed.names))):
        refuse(f"these are order lines, not items; `attire import-orders {feed.path}` learns from them", path=feed.path)


def mapping_of(root: Path, mapping: Path | None) -> Mapped | None:
    """The mapping that is given, else that of the directory."""
    mapping = mapping or (mapping_beside(root) if root.is_dir() else None)
    return None if mapping is None else read_mapping(mapping)


def items_file(root: Path) -> Path:
    """The items file of a dataset directory, or the feed itself; nothing of it is read.

    Raises:
        InputError: no directory or feed, no items file, or several.
    """
    if root.is_file():
        return root
    if not root.is_dir():
        fetched = "; a URL is fetched by `attire sync`" if root.parts[:1] in {("https:",), ("http:",)} else ""
        refuse(f"there is no such directory, and no such feed{fetched}", path=root)
    found = [root / name for name in _names(ITEM_FILES) if (root / name).is_file()]
    found = found or [root / name for name in _names(PUBLIC_FILES) if (root / name).is_file()]
    if not found:
        otherwise = "a feed of another name is given itself, several of one catalogue one by one to `attire sync`"
        refuse(f"holds no items; looked for {', '.join((*ITEM_FILES, *PUBLIC_FILES))}; {otherwise}", path=root)
    if len(found) > 1:
        refuse(f"holds {' and '.join(path.name for path in found)}; keep one of them", path=root)
    return found[0]


def _names(names: tuple[str, ...]) -> list[str]:
    return [f"{name}{packed}" for packed in PACKED for name in names if not (packed and name.endswith(".parquet"))]


def _read(feed: Feed, findings: Findings, mapped: Mapped | None, scratch: Path | None) -> ItemFile:
    findings.feed = Recognised(feed.path, str(feed))
    if mapped is None and feed.form == "Parquet" and has_own_types(feed.path):
        table = read_parquet(feed.path, findings)
        findings.feed.rows = len(table)
        return ItemFile(feed.path, table, None, findings)
    read = read_feed(feed, findings, mapped, scratch)
    findings.feed.rows, findings.feed.passed = read.records, read.passed
    return ItemFile(feed.path, read.table, read.numbers, findings, read.stubs)


def _place_by_titles(file: ItemFile, asked: Collection[str] | None, beside: pa.Table | None) -> None:
    """Put items whose category names no garment where their titles say, and tell it; what Attire's own types hold is taken as it is."""
    if file.numbers is None:
        return
    placed = placed_by_titles(file.table, asked, beside, file.findings.progress)
    file.table = placed.table
    if problem := str(placed):
        file.findings.warn(problem, path=file.path, field="category")


def _one_spelling(table: pa.Table, file: ItemFile) -> pa.Table:
    """Categories that differ by case and blanks become one, in the spelling of most items."""
    column = table.column("category")
    sizes = [(str(size["values"]), int(size["counts"])) for size in pc.value_counts(column).to_pylist() if size["values"] is not None]
    ways: dict[str, Counter[str]] = {}
    for name, count in sizes:
        ways.setdefault(spelling_of(name), Counter())[name.strip()] += count
    chosen = {key: several.most_common(1)[0][0] for key, several in ways.items()}
    new = [chosen[spelling_of(name)] for name, _ in sizes]
    for key, several in ways.items():
        if len(several) > 1:
            problem = f"{', '.join(map(repr, sorted(several)))} are one category, {chosen[key]!r}"
            file.findings.warn(problem, path=file.path, field="category")
    if all(name == one for (name, _), one in zip(sizes, new, strict=True)):
        return table
    encoded = column.combine_chunks().dictionary_encode()
    place = dict(zip([name for name, _ in sizes], new, strict=True))
    spelt = pa.array([place.get(name) for name in encoded.dictionary.to_pylist()], pa.string())
    return table.set_column(table.schema.get_field_index("category"), ITEM_SCHEMA.field("category"), spelt.take(encoded.indices))


def _blanks_to_null(table: pa.Table) -> pa.Table:
    for place, field in enumerate(ITEM_SCHEMA):
        if field.type == pa.string() and field.nullable:
            column = table.column(place)
            blank = is_blank(column)
            if pc.any(blank).as_py():
                table = table.set_column(place, field, pc.if_else(blank, pa.scalar(None, pa.string()), column))
    return table
