"""Checks a dataset directory: every error and warning by kind, and what each missing piece would bring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from models.datasets.feeds.mapping import is_mapped
from models.datasets.feeds.propose import code_columns, proposed
from models.datasets.feeds.recognise import recognise
from models.datasets.feeds.unread import first_of
from models.datasets.findings import Findings
from models.datasets.items import items_file, mapping_of
from models.datasets.lacking import COLUMNS, DETAILS, Missing, of_items
from models.datasets.orders.read import orders_beside
from models.datasets.outfits import OUTFITS, SESSIONS
from models.datasets.read import question_files, read_whole
from models.datasets.schema import ENOUGH_OUTFITS, SPLITS, Catalogue, Dataset, Outfit
from models.datasets.shown import shown
from models.datasets.splits import distinct, near_sets, products_of
from models.errors import InputError
from models.progress import Progress, silent

FEW_OUTFITS: Final = 200
"""Training outfits below which counting or plain likeness may well be the better model; ``attire evaluate`` tells."""
FEW_TESTED: Final = 30
"""Test outfits below which the intervals of an evaluation say little."""
_MOSTLY: Final = 0.7
_LOOKED_AT: Final = 20_000  # ids whose words are read
_FIELDS: Final[Mapping[str, str]] = {
    "user": "whose outfit it is, for recipe personal",
    "timestamp": "a split by time where none is given: earlier outfits to train, later ones to test",
}


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Attributes:
        dataset: None where not even the items can be read; has an item without values for each that cannot be used.
        catalogue: the items that an import would take.
    """

    root: Path
    findings: Findings
    dataset: Dataset | None
    catalogue: Catalogue | None
    missing: tuple[Missing, ...]

    def as_json(self) -> dict[str, Any]:
        """For machines; every text is as a person is shown it."""
        outfits = Counter(outfit.split for outfit in self.dataset.outfits) if self.dataset else Counter()
        return {
            "data": str(self.root),
            "layout": self.findings.feed.layout if self.findings.feed else None,
            "rows": self.findings.feed.rows if self.findings.feed else 0,
            "items": len(self.catalogue) if self.catalogue else 0,
            "outfits": {split: outfits[split] for split in SPLITS},
            "questions": {name: len(asked) for name, asked in self.dataset.tasks.items()} if self.dataset else {},
            "errors": [kind.as_json() for kind in self.findings.of("error")],
            "warnings": [kind.as_json() for kind in self.findings.of("warning")],
            "missing": [asdict(piece) for piece in self.missing],
        }


def check(root: Path, mapping: Path | None = None, progress: Progress = silent) -> Checked:
    """Read all of a dataset directory or a feed and gather what is wrong with it; ``mapping`` says which column is which."""
    findings = Findings(gather=True, progress=progress)
    try:
        dataset = read_whole(root, findings, mapping)
    except InputError as error:
        findings.error(error)
        _count_rows(findings, root, mapping)
        return Checked(root, findings, None, None, ())
    _warn_of_leaks(dataset, findings)
    catalogue = _accepted(dataset.catalogue, findings)
    _warn_of_titles(catalogue, findings)
    missing = _missing(replace(dataset, catalogue=catalogue), findings)
    return Checked(root, findings, dataset, catalogue, tuple(_with_columns(missing, root, mapping)))


def _count_rows(findings: Findings, root: Path, mapping: Path | None) -> None:
    """Count the rows of a feed that is refused as a whole."""
    if findings.feed is not None and not findings.feed.rows:
        with suppress(InputError):
            findings.feed.rows = sum(1 for _ in recognise(findings.feed.path, mapping_of(root, mapping)).records(Counter()))


def _with_columns(missing: Iterator[Missing], root: Path, mapping: Path | None) -> Iterator[Missing]:
    """Name beside what no item has the column that probably holds it, of those that nothing reads."""
    columns: Mapping[str, Any] | None = None
    for piece in missing:
        field = piece.piece.removesuffix(" of items")
        if piece.of != piece.count or field not in {*COLUMNS, *DETAILS}:
            yield piece
            continue
        columns = _unread_columns(root, mapping) if columns is None else columns
        column = columns.get(f"attributes.{field}" if field in DETAILS else field)
        held = f"; {str(column)!r} probably holds it: --map takes it from there" if isinstance(column, str) else ""
        yield replace(piece, brings=piece.brings + held)


def _unread_columns(root: Path, mapping: Path | None) -> Mapping[str, Any]:
    """Field -> the column of a feed that is proposed for it and that its mapping does not name."""
    mapped = mapping_of(root, mapping)
    with suppress(InputError):  # it may be read by its mapping alone
        columns = proposed(recognise(items_file(root))).columns
        return {name: column for name, column in columns.items() if not (mapped and is_mapped(mapped, str(column)))}
    return {}


def _warn_of_titles(catalogue: Catalogue, findings: Findings) -> None:
    """Say that ids are words, as titles are, where the feed has a column of codes; orders and events name items by such."""
    ids = catalogue.table.column("id").slice(0, _LOOKED_AT).drop_null().to_pylist()
    if findings.feed is None or sum(" " in one for one in ids) <= len(ids) * _MOSTLY:
        return
    if codes := code_columns(first_of(recognise(findings.feed.path))):
        problem = (
            f"ids look like titles, such as {shown(ids[0])}; codes, none of them twice, are in {', '.join(codes)}: --map takes ids from it"
        )
        findings.warn(problem, path=findings.feed.path, field="id")


def _accepted(catalogue: Catalogue, findings: Findings) -> Catalogue:
    rows = findings.feed.accepted if findings.feed else None
    return catalogue if rows is None else replace(catalogue, table=catalogue.table.take(pa.array(rows)))


def _warn_of_leaks(dataset: Dataset, findings: Findings) -> None:
    """Count the test outfits that are nearly a training outfit; those that are one have a warning already."""
    outfits = [outfit for outfit in dataset.outfits if outfit.split != "valid"]
    sets, place_N = distinct(products_of(outfits, dataset.catalogue))
    near = near_sets(sets)
    learned = {frozenset(outfit.items): place for place, outfit in zip(place_N, outfits, strict=True) if outfit.split == "train"}
    trained = set(learned.values())
    leaked = [
        outfit
        for place, outfit in zip(place_N, outfits, strict=True)
        if outfit.split == "test" and frozenset(outfit.items) not in learned and not trained.isdisjoint(near[place])
    ]
    if leaked:
        problem = (
            f"{len(leaked):,} test outfits share half of their items or more with a training outfit, such as {leaked[0].id!r}: "
            "their figures flatter; leave `split` out, and near-duplicates stay on one side"
        )
        findings.warn(problem, path=dataset.root / OUTFITS, field="split")


def _missing(dataset: Dataset, findings: Findings) -> Iterator[Missing]:
    yield from of_items(dataset.catalogue, findings.progress)
    if dataset.outfits:
        yield from _of_outfits(dataset, dataset.outfits)
    elif not findings.of("error"):  # which may be why there are none
        brings = f"what goes together is learned from {OUTFITS} or {SESSIONS}; without, only similar items, and suggestions by likeness"
        if dataset.root.is_dir() and (files := orders_beside(dataset.root)):
            brings += f"; `attire import {dataset.root}` makes outfits of {', '.join(path.name for path in files)}"
        yield Missing("outfits", FEW_OUTFITS, None, brings)


def _of_outfits(dataset: Dataset, outfits: tuple[Outfit, ...]) -> Iterator[Missing]:
    train, test = dataset.outfits_of("train"), dataset.outfits_of("test")
    if len(train) < FEW_OUTFITS:
        brings = f"there are {len(train):,}; below {FEW_OUTFITS}, counting or likeness may be better than what is learned"
        brings += f"; below {ENOUGH_OUTFITS}, answers have no probabilities" if len(train) < ENOUGH_OUTFITS else ""
        yield Missing("training outfits", FEW_OUTFITS - len(train), None, brings)
    if len(test) < FEW_TESTED:
        brings = f"there are {len(test):,}; below {FEW_TESTED}, the figures of an evaluation are vague"
        yield Missing("test outfits", FEW_TESTED - len(test), None, brings)
    first_row_of = dataset.catalogue.first_row_of
    worn = [first_row_of[item] for outfit in train for item in outfit.items if item in first_row_of]
    if unworn := int((~np.isin(dataset.catalogue.first_sizes, worn)).sum()):
        brings = "an item that no training outfit has is suggested by its picture and words alone"
        yield Missing("a training outfit of each item", unworn, len(dataset.catalogue), brings)
    for name, brings in _FIELDS.items():
        lacking = sum(getattr(outfit, name) is None for outfit in outfits)
        if lacking:
            yield Missing(f"{name} of outfits", lacking, len(outfits), brings)
    if test and not question_files(dataset.root):
        brings = "`attire evaluate` draws its own from the test outfits; `attire questions` writes them"
        yield Missing("questions about test outfits", len(test), len(test), brings)
