"""An order that lost an item is no outfit to learn from, unless most of them did."""

from __future__ import annotations

import polars as pl
import pytest

from app.worker.incomplete import Incomplete, without_incomplete

CATALOGUE = {"top", "jeans", "shoes"}


def lines(*orders: str) -> pl.DataFrame:
    """Lines of orders; ``-`` before an item sends it back."""
    rows = [
        ("return" if item.startswith("-") else "purchase", f"o{number}", item.removeprefix("-"))
        for number, order in enumerate(orders)
        for item in order.split()
    ]
    return pl.DataFrame(rows, schema=["type", "session", "item"], orient="row")


@pytest.mark.parametrize(
    ("orders", "left", "told"),
    [
        (["jeans shoes gone", "top jeans"], ["o1"], Incomplete(1, 2, left_out=True)),
        (["jeans shoes gone", "top shoes gone", "top jeans"], ["o0", "o1", "o2"], Incomplete(2, 3, left_out=False)),
        (["jeans shoes gone -gone", "top jeans"], ["o0", "o1"], Incomplete(0, 2, left_out=False)),
        (["jeans gone", "top jeans"], ["o1"], Incomplete(1, 2, left_out=True, undone=1)),
        (["jeans gone", "gone missing", "top shoes gone", "top jeans"], ["o2", "o3"], Incomplete(3, 4, left_out=False, undone=2)),
    ],
    ids=["left out", "more than half", "sent back", "one is left", "most have none left"],
)
def test_what_lost_an_item_is_left_out(orders: list[str], left: list[str], told: Incomplete) -> None:
    """Where that leaves half of the outfits or more."""
    kept, incomplete = without_incomplete(lines(*orders), CATALOGUE)
    assert (sorted(set(kept["session"])), incomplete) == (left, told)
