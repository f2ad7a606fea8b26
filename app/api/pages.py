"""Pages of the catalogue, by id or sorted: an item keeps its place unless what it is sorted by changes, so who turns pages misses none."""

from __future__ import annotations

import base64
import binascii
import json
import math
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.ground.errors import Detail, refused
from app.words.titles import titles_of
from index.backends.base import BoolArray, IntArray
from index.delta import Overlay
from index.snapshot import Snapshot

Sort = Literal["price", "-price", "created", "-created", "title"]

_BEYOND: Final = "is no cursor; send `next_cursor` of the page before as it is"
_ELSEWHERE: Final = "is a cursor of another order; send it with the `sort` of the page before"
_SORTED: Final = "\0"  # begins what is no id
_ROW: Final = "row"


def check_alone(cursor: str | None, *, offset: int, mixed: bool, sort: str | None = None) -> None:
    """Refuse a cursor beside what says otherwise where a page begins, and two orders.

    Raises:
        RequestError: names the other parameter.
    """
    if mixed and sort is not None:
        raise refused(Detail("mixed", "true", "goes without sort: it is an order of its own"))
    if cursor is not None and (offset or mixed):
        if mixed:
            raise refused(Detail("mixed", "true", "goes without a cursor: an item's place depends on all others then; use offset"))
        raise refused(Detail("offset", str(offset), "goes without a cursor, which says where the page begins"))


def in_order(
    snapshot: Snapshot | Overlay,
    rows: IntArray,
    cursor: str | None,
    *,
    offset: int,
    limit: int,
    sort: Sort | None = None,
    product_N: IntArray | None = None,
) -> tuple[IntArray, str | None]:
    """The rows of a page, and the cursor of the next one; None on the last.

    Args:
        rows: those to choose from.
        cursor: of the page before; an empty one, or None, begins.
        sort: None for the order of ids, which is also that of equals; what has no such value comes last, in either direction.
        product_N: what rows of one product have in common: the first of them in this order takes its place, the others none.

    Raises:
        RequestError: it is not a cursor, or one of another order.
    """
    keys = {**_keys(snapshot, rows, sort), "id": snapshot.items.column("id").take(pa.array(rows))}
    table = pa.table({**keys, _ROW: rows})
    if cursor:
        later = _later(table, _read(cursor, sort))
        before = rows[~np.asarray(later)] if product_N is not None else rows[:0]
        table = table.filter(later)
        if len(before) and product_N is not None:
            table = table.filter(pa.array(~_marked(product_N, before)[product_N[table.column(_ROW).to_numpy()]]))
    found, more = _first(table, [*keys], offset + limit, product_N)
    found = found.slice(offset)
    page: IntArray = found.column(_ROW).to_numpy().astype(rows.dtype)
    return page, _written(found.slice(len(page) - 1).drop_columns([_ROW]).to_pylist()[0], sort) if more and len(page) else None


def _first(table: pa.Table, names: list[str], many: int, product_N: IntArray | None) -> tuple[pa.Table, bool]:
    """The first rows of a table by these columns, of each product one, in this order; and whether there are more."""
    most = many + 1
    while True:
        found = table.take(pc.select_k_unstable(table, k=most, sort_keys=[(name, "ascending") for name in names]))
        if product_N is not None:
            _, first = np.unique(product_N[found.column(_ROW).to_numpy()], return_index=True)
            found = found.take(pa.array(np.sort(first)))
        if len(found) > many or most >= len(table):
            return found.slice(0, many), len(found) > many
        most *= 4


def _marked(product_N: IntArray, rows: IntArray) -> BoolArray:
    """The products that some of these rows are of, by their first row."""
    marked_N = np.zeros(len(product_N), dtype=np.bool_)
    marked_N[product_N[rows]] = True
    return marked_N


def _keys(snapshot: Snapshot | Overlay, rows: IntArray, sort: Sort | None) -> dict[str, Any]:
    """What rows are ordered by before their ids: whether there is no value, and the value, both ascending."""
    if sort is None:
        return {}
    if sort == "title":
        titles = pc.utf8_lower(titles_of(snapshot).of(rows))
        return {"none": pc.cast(pc.equal(titles, ""), pa.int8()), "key": titles}
    columns = snapshot.columns
    figures: NDArray[np.float64] = (columns.prices if sort.endswith("price") else columns.created)[rows]
    missing = np.isnan(figures)
    return {"none": missing.astype(np.int8), "key": np.where(missing, 0.0, -figures if sort.startswith("-") else figures)}


def _later(table: pa.Table, place: dict[str, Any]) -> pa.ChunkedArray:
    """The rows of a table that come after a place, by its first column, then its second, and so on."""
    later: Any = pa.scalar(value=False)
    for name in reversed(place):
        here, column = pa.scalar(place[name], table.schema.field(name).type), table.column(name)
        later = pc.or_(pc.greater(column, here), pc.and_(pc.equal(column, here), later))
    return later


def _written(last: dict[str, Any], sort: Sort | None) -> str:
    text = last["id"] if sort is None else _SORTED + json.dumps([sort, last["none"], last["key"], last["id"]])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, sort: Sort | None) -> dict[str, Any]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        said = json.loads(text.removeprefix(_SORTED)) if text.startswith(_SORTED) else [None, text]
        order, *place = said
        names = ("id",) if order is None else ("none", "key", "id")
        found = dict(zip(names, place, strict=True))
        sound = isinstance(found["id"], str) and found["id"].encode() and (order is None or _is_place(found, order))
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise refused(Detail("cursor", cursor, _BEYOND)) from error
    if not sound:
        raise refused(Detail("cursor", cursor, _BEYOND))
    if order != sort:
        raise refused(Detail("cursor", cursor, _ELSEWHERE))
    return found


def _is_place(found: dict[str, Any], order: object) -> bool:
    key = found["key"]
    of_kind = isinstance(key, str) and key == key.encode().decode() if order == "title" else isinstance(key, float) and math.isfinite(key)
    return of_kind and found["none"] in (0, 1) and isinstance(found["none"], int)
