"""The sizes of an item, each with whether it is in stock."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from pydantic_core import from_json

from models.datasets.feeds.bad import bad
from models.datasets.feeds.layouts.base import given
from models.datasets.feeds.stock import read_stock
from models.datasets.feeds.words import plain
from models.datasets.shown import shown

_SIZES: Final = ("size", "name", "label", "value")
_STOCKS: Final = ("in_stock", "stock", "quantity", "qty", "inventory", "availability", "available")


def sizes_text(value: Any) -> str | None:
    """The JSON text that the catalogue keeps: a list of ``{"size", "in_stock"}``; None where there are none.

    >>> sizes_text("S|M=0|L=3")
    '[{"size":"S","in_stock":null},{"size":"M","in_stock":false},{"size":"L","in_stock":true}]'

    Raises:
        BadValueError: a stock that is none; says what to do.
    """
    if isinstance(value, str) and value.strip().startswith(("[", "{")):
        try:
            value = from_json(value)
        except ValueError:
            bad(f'{shown(value)} is not JSON; write [{{"size": "M", "in_stock": true}}], or M=1|L=0')
    if isinstance(value, str):
        pairs = [re.split(r"\s*[=:]\s*", part, maxsplit=1) for part in re.split(r"[|,;]", value) if part.strip()]
        value = [{"size": pair[0], "in_stock": pair[1] if len(pair) > 1 else None} for pair in pairs]
    elif isinstance(value, dict):
        value = [{"size": size, "in_stock": stock} for size, stock in value.items()]
    found: dict[str, bool | None] = {}
    for one in value if isinstance(value, list) else [value]:
        size, stock = (given(one, *_SIZES), given(one, *_STOCKS)) if isinstance(one, dict) else (one, None)
        if size is None and isinstance(one, dict):
            bad(f'{shown(one)} names no size; write {{"size": "M", "in_stock": true}}')
        if size is not None and (name := plain(str(size))):
            found[name] = read_stock(stock)
    kept = [{"size": size, "in_stock": stock} for size, stock in found.items()]
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if kept else None
