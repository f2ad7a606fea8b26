"""What the demo's shop says of its items."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq

from models.wardrobe.generate import generate
from models.wardrobe.shop_window import furnish

NEW = ("currency", "sale_price", "sizes", "attributes")


def test_items_say_what_a_shop_says_and_keep_what_models_read(tmp_path: Path) -> None:
    """Currency and colour of all, sizes of what is worn by size, a sale of some; pictures, titles, prices and questions are the same."""
    generate(tmp_path, items=120, outfits=60, shoppers=5, seed=1)
    before = pq.read_table(tmp_path / "items.parquet")
    others = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name != "items.parquet"}
    furnish(tmp_path)
    after = pq.read_table(tmp_path / "items.parquet")
    assert after.drop_columns([*NEW]).equals(before.drop_columns([*NEW]))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name != "items.parquet"} == others
    rows = after.to_pylist()
    assert {row["currency"] for row in rows} == {"EUR"}
    assert all(json.loads(row["attributes"]).keys() == {"department", "colour"} for row in rows)
    assert {bool(row["sizes"]) for row in rows if row["category"] in {"shoes", "tops"}} == {True}
    assert {row["sizes"] for row in rows if row["category"] == "bags"} == {None}
    sold_out = [json.loads(row["sizes"]) for row in rows if row["sizes"] and not row["in_stock"]]
    assert not any(size["in_stock"] for sizes in sold_out for size in sizes)
    on_sale = [row for row in rows if row["sale_price"] is not None]
    assert 0 < len(on_sale) < len(rows) / 3
    assert all(row["sale_price"] < row["price"] for row in on_sale)
