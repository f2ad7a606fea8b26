"""How many pieces of an order line were bought and kept, by whatever columns count them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from models.datasets.feeds.bad import bad
from models.datasets.feeds.stock import SAYS_YES
from models.datasets.feeds.words import bare
from models.datasets.orders.statuses import ends_named, words_apart
from models.datasets.shown import shown

_LESS: Final = ("quantity_refund", "menge_rückerstattung")
"""What was sent back taken off already: ``Quantity (- Refund)``."""
QUANTITY: Final = (
    *_LESS,
    *("quantity", "qty", "lineitem_quantity", "units", "menge", "anzahl", "stückzahl"),
    *("product_quantity", "quantité", "quantite", "cantidad", "quantità", "aantal"),
    *("qty_ordered", "quantity_ordered", "ordered_qty", "ordered_quantity", "bestellte_menge"),
    *("quantidade", "quantidade_comprada", "qtd", "qtde", "ilość", "liczba_sztuk", "antal", "antall"),
    *("adet", "miktar", "sipariş_adedi", "数量", "個数", "注文数", "注文数量", "購入数", "購入数量"),
)
_LISTED: Final = re.compile(r"(\d+)\s*x(?:\s+(\S.*))?")
_COUNT_WORDS: Final = (
    "quantity qty units pieces menge anzahl stückzahl stück quantité cantidad quantità aantal quantidade ilość antal antall "
    "adet adedi miktar miktarı 数 数量 個数 点数"
)
_COUNTS: Final = frozenset(map(bare, _COUNT_WORDS.split()))
_YES: Final = frozenset(map(bare, SAYS_YES.split())) | {"x"}
_IS: Final = frozenset({"is", "was", "ist", "est"})


def pieces_kept(values: Mapping[str, Any]) -> float:
    """Pieces of a line less those that were cancelled or sent back, as far as it says; below 0 where all of it says what came back.

    A piece that was returned and refunded counts once.

    >>> pieces_kept({"qty_ordered": "2.0000", "qty_refunded": "1.0000"}), pieces_kept({"quantity": -1}), pieces_kept({})
    (1.0, -1.0, 1.0)
    >>> pieces_kept({"quantity": 2, "geretourneerd": "1"}), pieces_kept({"reso": "sì"}), pieces_kept({"refunded": "19.90"})
    (1.0, 0.0, 1.0)

    Raises:
        BadValueError: a count is no number.
    """
    quantity = pieces_bought(values)
    if quantity <= 0 or any(name in values for name in _LESS):
        return quantity
    lost = {"cancelled": 0.0, "refunded": 0.0, "returned": 0.0}
    for column in values:
        if values[column] in (None, ""):
            continue
        if (end := _lost_by(column)) is not None:
            lost[end] += abs(_number(values, column))
        elif (end := _said_by(column)) is not None:
            lost[end] += _of_these(values[column], quantity)
    return max(quantity - lost["cancelled"] - max(lost["refunded"], lost["returned"]), 0.0)


def pieces_listed(cell: Any, field: str) -> Iterator[tuple[int, str]]:
    """Pieces and item of each part of a cell; of what is no product there is no item.

    >>> list(pieces_listed("2x A-1|1x B-2|1x ", "line_items"))
    [(2, 'A-1'), (1, 'B-2'), (1, '')]

    Raises:
        BadValueError: a part of it is written otherwise.
    """
    for part in str(cell or "").split("|"):
        if part.strip():
            found = _LISTED.fullmatch(part.strip()) or bad(f"{shown(part.strip())} is no piece; write it as 2x ID", field)
            yield int(found[1]), found[2] or ""


def pieces_bought(values: Mapping[str, Any]) -> float:
    """Pieces of a line, whatever became of them; 1 where it does not say.

    Raises:
        BadValueError: it says no number.
    """
    name = next((name for name in QUANTITY if values.get(name) not in (None, "")), None)
    return 1.0 if name is None else _number(values, name)


def _number(values: Mapping[str, Any], name: str) -> float:
    try:
        return float(str(values[name]).replace(",", "."))
    except ValueError:
        bad(f"{shown(values[name])} is no number; write how many pieces", name)


def _of_these(said: object, quantity: float) -> float:
    """How many pieces of so many a cell says, a number of them or yes; 0 of all else, such as a sum of money or a day."""
    text = str(said).strip()
    if text.isdecimal():
        return float(text) if int(text) <= quantity else 0.0
    return quantity if bare(text) in _YES else 0.0


@lru_cache(maxsize=4_096)
def _said_by(column: str) -> str | None:
    """What became of pieces by a column that is called by that alone: ``Geretourneerd``, ``is_returned``; None of any other."""
    words = [word for word in words_apart(bare(column)) if word not in _IS]
    return next(iter(ends_named(words)), None) if len(words) == 1 else None


@lru_cache(maxsize=4_096)
def _lost_by(column: str) -> str | None:
    """What became of the pieces that a column counts: ``qty_refunded``, ``Stornierte Menge``; None where that is something else."""
    words = words_apart(bare(column))
    if column in QUANTITY or _COUNTS.isdisjoint(words) or "to" in words:
        return None
    return next(iter(ends_named(words)), None)
