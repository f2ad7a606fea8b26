"""Pages of the catalogue in the order of ids: an item that is changed keeps its place, so that nobody who turns pages misses it."""

from __future__ import annotations

import base64
import binascii
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from app.ground.errors import Detail, refused
from index.backends.base import IntArray

_BEYOND: Final = "is no cursor; send `next_cursor` of the page before as it is"


def check_alone(cursor: str | None, *, offset: int, mixed: bool) -> None:
    """Refuse a cursor beside what says otherwise where a page begins.

    Raises:
        RequestError: names the other parameter.
    """
    if cursor is not None and (offset or mixed):
        if mixed:
            raise refused(Detail("mixed", "true", "goes without a cursor: an item's place depends on all others then; use offset"))
        raise refused(Detail("offset", str(offset), "goes without a cursor, which says where the page begins"))


def in_order(ids: pa.ChunkedArray, rows: IntArray, cursor: str | None, *, offset: int, limit: int) -> tuple[IntArray, str | None]:
    """The rows of a page, and the cursor of the next one; None on the last.

    Args:
        ids: of all rows; ``rows`` are those to choose from.
        cursor: of the page before; an empty one, or None, begins.

    Raises:
        RequestError: it is not a cursor.
    """
    named = ids.take(pa.array(rows))
    if cursor:
        later = pc.greater(named, _read(cursor)).to_numpy()
        rows, named = rows[later], named.filter(pa.array(later))
    table = pa.table({"id": named, "row": rows})
    first = pc.select_k_unstable(table, k=offset + limit, sort_keys=[("id", "ascending")])
    found = table.take(first).slice(offset)
    page: IntArray = found.column("row").to_numpy().astype(rows.dtype)
    more = len(rows) > offset + limit
    return page, _written(found.column("id")[-1].as_py()) if more and len(page) else None


def _written(item_id: str) -> str:
    return base64.urlsafe_b64encode(item_id.encode()).decode().rstrip("=")


def _read(cursor: str) -> str:
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise refused(Detail("cursor", cursor, _BEYOND)) from error
