"""What can be bought: by what is said of an item, and of each of its sizes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from index.backends.base import IntArray
from index.errors import SnapshotError


class Size(BaseModel):
    """A size of an item; null is not known."""

    model_config = ConfigDict(strict=True)

    size: str
    in_stock: bool | None = None


_SIZES: Final = TypeAdapter(list[Size])


def can_be_bought(in_stock: bool | None, sizes: Collection[bool | None]) -> bool | None:  # noqa: FBT001 - a column's value
    """Whether an item can be bought: not where it is said to be out of stock, nor where each of its sizes is; None is not known.

    >>> can_be_bought(True, [False, False]), can_be_bought(None, [False, True]), can_be_bought(False, [True])
    (False, True, False)
    >>> can_be_bought(None, [False, None]), can_be_bought(True, [])
    (None, True)
    """
    if in_stock is False or (sizes and all(size is False for size in sizes)):
        return False
    return True if any(sizes) else in_stock


def sizes_of(text: str, rows: IntArray, ids: pa.ChunkedArray) -> list[Size]:
    """The sizes of rows, from their JSON.

    Raises:
        SnapshotError: it is something else; names the first of the items.
    """
    try:
        return _SIZES.validate_json(text)
    except ValidationError:
        item = ids[int(rows[0])].as_py()
        msg = f'item {item!r}: its sizes are not a JSON list of {{"size", "in_stock"}}; correct the item and import again'
        raise SnapshotError(msg) from None
