"""From a shop's orders and looks to the outfits of a dataset directory, by the hygiene that sessions go through; and the split by time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow as pa

from app.ground.parts import WorkerSettings
from app.home.runs import Dropped
from app.worker.beside import Beside
from app.worker.hygiene import Basket, Described, clean, described_items
from app.worker.incomplete import Incomplete, without_incomplete
from app.worker.outfits import split_by_time, worn
from app.worker.products import first_variants, ids_by_shop
from app.worker.sessions import COLUMNS, visits_of
from models.datasets.findings import Findings
from models.datasets.orders.read import Orders, Written, dates_told, read_orders
from models.datasets.orders.services import is_among, is_service
from models.datasets.outfits import OUTFITS
from models.datasets.rejects import Rejects
from models.datasets.schema import Catalogue
from models.datasets.write import write_lines
from models.errors import InputError
from models.progress import Progress, silent

_LEAST: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The result.

    Attributes:
        outfits: by split; ``undivided`` are those without a time, which reading divides.
        orders: how many there were. small: those of them with one item. shoppers: how many bought an outfit.
        unknown: SKUs that the catalogue does not have, with the number of their lines. services: likewise those that are no pieces.
        by_product: lines whose SKU is a product's, for which its first variant stands. by_case: lines that write an id in another case.
        incomplete: outfits that lost an item which the catalogue does not have.
        dropped: what each rule removed.
    """

    path: Path
    outfits: Mapping[str, int]
    orders: int
    small: int
    shoppers: int
    unknown: Mapping[str, int]
    services: Mapping[str, int]
    by_product: int
    by_case: int
    incomplete: Incomplete
    dropped: Sequence[Dropped]


def import_orders(
    files: Mapping[Path, Findings],
    out: Path,
    beside: Beside,
    worker: WorkerSettings,
    *,
    rejects: Rejects | None = None,
    most: float = 1.0,
    written: Written | None = None,
    passed_over: Collection[str] = (),
    progress: Progress = silent,
) -> Made:
    """Write ``outfits.jsonl`` of a dataset directory, and its items where it has none.

    Args:
        files: each with the findings that say whether a line that cannot be used is set aside.
        beside: the items of the directory, which are written where they are not there yet, once outfits came of the orders.
        most: the largest share of lines that may be among ``rejects``.
        written: what the files do not say of themselves.
        passed_over: SKUs of what was passed over when the catalogue was imported, beside that of the directory's items: no pieces.

    Raises:
        InputError: a file cannot be read or is of no known layout, too much is set aside, or no outfit comes of all of them.
    """
    items = beside.items
    written, ids = written or Written(), frozenset(items.column("id").to_pylist())
    if written.dates is None and len(files) > 1:  # one day's file tells less than the year's beside it
        told = {path: dates_told(path, written, ids=ids) for path in files}
        known = {dates for dates in told.values() if dates}
        others = next(iter(known)) if len(known) == 1 else None
        as_written = {path: replace(written, dates=dates or others) for path, dates in told.items()}
    else:
        as_written = dict.fromkeys(files, written)
    read = [read_orders(path, found, as_written[path], ids=ids) for path, found in files.items()]
    _check_rejected(files, rejects.rows if rejects else 0, sum(orders.meant for orders in read), most)
    events = pl.concat([_frame(orders) for orders in read])
    events = events.with_columns(pl.col("item").replace(ids_by_shop(events["item"], items)))
    by_product, by_case = _meant(events["item"], items)
    meant = [int(events["item"].is_in(list(skus)).sum()) for skus in (by_product, by_case)]
    events = events.with_columns(pl.col("item").replace(by_product | by_case))
    described = described_items(items, events["item"].unique(), progress)
    lines = events.filter(pl.col("type") == "purchase")["item"].value_counts(sort=True)
    no_piece = pl.col("item").is_in(_no_pieces(lines["item"], described, written.no_pieces, {*passed_over, *beside.no_pieces}))
    services, pieces, events = lines.filter(no_piece), lines.filter(~no_piece), events.filter(~no_piece)
    unknown = pieces.filter(~pl.col("item").is_in(list(described)))
    bought = events.filter(pl.col("type") == "purchase")
    sizes = bought.group_by("session").agg(pl.col("item").n_unique())
    several = events.filter(pl.col("session").is_in(sizes.filter(pl.col("item") >= _LEAST)["session"].to_list()))
    several, incomplete = without_incomplete(several, described)
    dated, undated = several.filter(pl.col("timestamp").is_not_null()), several.filter(pl.col("timestamp").is_null())
    whole = {session for orders in read if orders.looks for session in orders.table.column("session").to_pylist()}
    looks, of_looks = _baskets(
        undated.with_columns(pl.lit(0).cast(several.schema["timestamp"]).alias("timestamp")), described, worker, whole
    )
    baskets, of_orders = _baskets(dated, described, worker, whole)
    outfits, between = _outfits(looks, baskets, whole, Catalogue(items))
    if not outfits:
        aside = f"{rejects.rows if rejects else 0:,} cannot be used{_first_of(files, ' (the first: {})')}"
        raise InputError(_why_none(events, bought, len(sizes), unknown, aside), path=next(iter(files)))
    beside.write(out)
    write_lines(out, OUTFITS, outfits)
    return Made(
        path=out / OUTFITS,
        outfits=Counter(str(outfit["split"] or "undivided") for outfit in outfits),
        orders=len(sizes),
        small=int((sizes["item"] < _LEAST).sum()),
        shoppers=len({outfit["user"] for outfit in outfits if outfit.get("user")}),
        unknown=dict(unknown.rows()),
        services=dict(services.rows()),
        by_product=meant[0],
        by_case=meant[1],
        incomplete=incomplete,
        dropped=[
            *(_both(*rule) for rule in zip(of_looks, of_orders, strict=True)),
            Dropped("between", "a near-duplicate of outfits on two sides of the split by time", between),
        ],
    )


def _meant(skus: pl.Series, items: pa.Table) -> tuple[dict[str, str], dict[str, str]]:
    """Ids for SKUs that are none: of a product its first variant; and the only id that differs in case alone."""
    ids = items.column("id").to_pylist()
    unknown = set(skus.unique().to_list()).difference(ids)
    if not unknown:
        return {}, {}
    by_product = first_variants(unknown, items)
    folded = Counter(map(str.casefold, ids))
    id_of = {item.casefold(): item for item in ids}
    return by_product, {sku: id_of[name] for sku in unknown - by_product.keys() if folded[name := sku.casefold()] == 1}


def _no_pieces(skus: pl.Series, described: Collection[str], patterns: Sequence[str], passed_over: Collection[str]) -> list[str]:
    """The SKUs that a pattern names, and what the catalogue passed over or never had: shipping, gift cards and the like."""
    return [sku for sku in skus if is_among(sku, patterns) or (sku not in described and (sku in passed_over or is_service(sku)))]


def _check_rejected(files: Mapping[Path, Findings], rejected: int, lines: int, most: float) -> None:
    if rejected > most * max(lines, 1):
        msg = f"{rejected:,} of {lines:,} lines cannot be used, more than {most:.0%}; mend them, or give --force"
        raise InputError(msg + _first_of(files, "; the first: {}"), path=next(iter(files)))


def _first_of(files: Mapping[Path, Findings], told: str) -> str:
    """The first line that cannot be used, told so; empty where there is none."""
    return next((told.format(kind.first[0]) for findings in files.values() for kind in findings.of("rejected")), "")


def _frame(orders: Orders) -> pl.DataFrame:
    frame = pl.from_arrow(orders.table)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table gives a frame
    return frame


def _baskets(
    events: pl.DataFrame, described: Mapping[str, Described], worker: WorkerSettings, whole: Collection[str]
) -> tuple[list[Basket], list[Dropped]]:
    """Each order as a visit, however long its lines lie apart."""
    visits = visits_of(events.select(COLUMNS).to_arrow(), gap_s=math.inf, longest_s=math.inf)
    most = {"bot_events": worker.bot_events, "most_items": worker.most_items}
    return clean(visits, described, **most, hygiene=worker.hygiene, looks=whole)


def _outfits(
    looks: Sequence[Basket], baskets: Sequence[Basket], whole: Collection[str], catalogue: Catalogue
) -> tuple[list[dict[str, Any]], int]:
    """Orders divided by time, with looks to learn from, and how many are on no side; looks alone are not divided, which reading does.

    Args:
        looks: those without a time. whole: ids of those that are whole outfits.
    """
    worn_so = [replace(worn(look, "train"), timestamp=None, part=None if look.id in whole else True) for look in looks]
    if not baskets:
        return [{**asdict(look), "split": None, "timestamp": None} for look in worn_so], 0
    earlier = [replace(look, id=f"look {look.id}") for look in worn_so]
    split = split_by_time(baskets, earlier=earlier, one_size=catalogue.one_size)
    return [asdict(outfit) for outfit in (*split.train, *split.valid, *split.recent)], split.between


def _both(one: Dropped, two: Dropped) -> Dropped:
    return replace(one, visits=one.visits + two.visits, items=one.items + two.items)


def _why_none(events: pl.DataFrame, bought: pl.DataFrame, orders: int, unknown: pl.DataFrame, aside: str) -> str:
    lines, lost = len(bought), int(unknown["count"].sum())
    if lost == lines and lines:
        names = ", ".join(map(repr, unknown["item"].head(3).to_list()))
        what = f"no SKU of {lines:,} lines of orders and pieces of looks is an id of the catalogue"
        return f"{what} (such as {names}); give those of the feed, or of its `group_id`"
    returned = f"{len(events) - lines:,} were sent back"
    counts = f"of its lines {lost:,} name unknown SKUs, {returned}, {aside}"
    return f"no outfit comes of its {orders:,} orders, as none has two items that are in the catalogue and were kept; {counts}"
