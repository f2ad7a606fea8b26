"""Small inputs made after public reports and layouts, each as its note says; they lie beside the project, and this is skipped without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from models.datasets.findings import Findings
from models.datasets.read import read_whole
from models.datasets.rejects import Rejects
from models.errors import InputError

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases"
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Right:
    """What is right of a case: so many items and so many rows set aside, these words in what is told, and this of the items."""

    items: int
    aside: int = 0
    told: str = ""
    of: Callable[[Rows], bool] = lambda _: True


def _first(**expected: Any) -> Callable[[Rows], bool]:
    return lambda rows: all(rows[0][name] == value for name, value in expected.items())


RIGHT = {
    "01-shopify-rows-per-variant": Right(2, of=lambda rows: rows[0]["sizes"].count("size") == 3 and len(rows[0]["images"]) == 2),
    "02-merchant-feed-tsv": Right(2, of=_first(category="Shirts & Tops", group_id="A", price=15, currency="USD")),
    "02b-merchant-price": Right(1, of=_first(price=15, currency="USD")),
    "02c-merchant-availability": Right(1, of=_first(in_stock=True)),
    "02d-image-url": Right(1, of=_first(images=["https://shop.example/a1.jpg"])),
    "02e-header-tab": Right(1, told="tabs"),
    "02f-header-case-space": Right(1),
    "03a-semicolon": Right(1, told="semicolons", of=_first(price=29.9)),
    "03b-decimal-comma": Right(1, of=_first(price=29.9)),
    "03c-cp1252": Right(1, told="Windows-1252", of=_first(title="Robe été")),
    "03d-utf16": Right(1, told="UTF-16", of=_first(title="Robe été")),
    "03e-cr-only": Right(2),
    "03f-thousands": Right(1, of=_first(price=1299)),
    "03g-underscore-price": Right(1, 1, "'1_299' is not a number", _first(price=12)),
    "03h-bom-crlf": Right(2, of=_first(title='Red "big" tee, blue')),
    "03i-unquoted-comma": Right(2, 2, "1 line (3): has 4 cells"),
    "03j-long-description": Right(2, told="'description'"),
    "03k-nul": Right(1, told="1 line (2): 'Red\\x00tee' holds NUL"),
    "03l-trailing-comma": Right(2, told="1 columns of nothing"),
    "03m-excel-empty-lines": Right(1, told="2 rows of nothing"),
    "04a-jsonl-number-id": Right(0, 1, "leading zeros are lost"),
    "04b-leading-zero-csv": Right(2, of=_first(id="0108775015")),
    "04c-parquet-int-id": Right(-1, told="numbers lose leading zeros"),
    "04d-parquet-float-id": Right(-1, told="pandas makes fractions"),
    "04e-parquet-category-dict-int-stock": Right(2),
    "05a-missing-picture": Right(2, told="there is no file 'images/none.jpg'"),
    "05b-case-of-extension": Right(1, told="spelt 'images/a.png'"),
    "05c-backslash-path": Right(1, of=lambda rows: rows[0]["image"]["path"] == "images/a.png"),
    "05d-several-pictures": Right(1, of=_first(images=["images/a.png", "images/b.png"])),
    "05e-comma-pictures": Right(1, of=_first(images=["images/a.png", "images/b.png"])),
    "06-odd-pictures": Right(32),
    "07b-nbsp-category": Right(1, of=_first(category="Robes\u00a0d'été")),
    "07c-emoji-zwj": Right(1),
    "07d-emoji": Right(1, of=_first(id="👗-1")),
    "07f-hindi": Right(3),
    "07g-soft-hyphen-title": Right(1, of=_first(title="Baumwollhemd blau")),
    "07h-taxonomy": Right(4, told="are one category", of=lambda rows: len({row["category"] for row in rows}) == 2),
    "07i-ids": Right(30),
    "08c-other-length": Right(60),
    "08d-zero-vector": Right(60),
    "08e-nan": Right(59, 1, "(item 'i4')"),
    "08f-nan-parquet": Right(59, 1, "of item 'i4'"),
    "08g-null-vector": Right(59, 1, "of item 'i4'"),
    "08h-numpy-tensor": Right(-1, told="use lists of floats"),
    "09a-amazon-like": Right(0, 1, "is a range of prices"),
    "09b-category-list": Right(1, of=_first(category="Dresses")),
    "09c-python-dicts": Right(0, 1, "a Python dict; write it with json.dumps"),
    "09d-woo-like": Right(1, of=_first(id="tee-red", group_id="tee", category="Tees", in_stock=True)),
    "10-broken-sessions": Right(-1, told="sessions.jsonl:1: is not JSON"),
    "11-outfit-with-gone-item": Right(2, told="'GONE' is not an item"),
    "12-outfits-dev": Right(-1, told="'validation' should be"),
    "12-outfits-nosplit": Right(2),
    "12-outfits-numbers": Right(-1, told='write "1"'),
    "12-outfits-oneitem": Right(2, told="fewer than two items"),
    "12-outfits-twice": Right(2, told="counted once"),
    "13-attribute-values": Right(1, of=_first(attributes='{"size":"42","vegan":"true","colour":["red","blue"]}')),
    "13b-attribute-csv": Right(0, 1, "a Python dict"),
    "13c-attribute-pairs": Right(1, of=_first(attributes='{"size":"42","colour":"red"}')),
    "16-tiny-own-features": Right(20, of=lambda rows: any(rows[0]["features"])),
    "17-html-entities": Right(1, of=_first(title="Men's & Women's Tee")),
    "18-same-category-three-ways": Right(4, told="are one category", of=lambda rows: len({row["category"] for row in rows}) == 2),
    "19a-stock-quantity": Right(1, of=_first(in_stock=True)),
    "19b-stock-yes": Right(1, of=_first(in_stock=True)),
    "19c-stock-json-1": Right(1, of=_first(in_stock=True)),
    "19d-stock-csv-1": Right(2, of=lambda rows: all(row["in_stock"] for row in rows)),
    "19e-gz": Right(1, told="gzip"),
    "19f-price-json-string": Right(1, of=_first(price=19.99)),
    "19g-duplicate-id": Right(2, 1, "1 line (4): 'A-1' stands already in line 2"),
    "19h-many-problems": Right(200, of=_first(price=0, currency="EUR")),
    "21-outfits-in-train-and-test": Right(160, told="100 lines"),
}
"""The cases that are inputs of an import; -1 items: refused."""


@pytest.mark.parametrize("name", RIGHT)
def test_case(name: str) -> None:
    """Read as its note says."""
    if not (CASES / name).is_dir():
        pytest.skip(f"{CASES / name} is not there")
    right, rejects = RIGHT[name], Rejects()
    findings, table, error = Findings(rejects=rejects), pa.table({}), ""
    try:
        table = read_whole(CASES / name, findings).catalogue.table
    except InputError as refused:
        error = str(refused)
    lines: list[str] = [error, str(findings.feed), *(str(kind) for severity in ("rejected", "warning") for kind in findings.of(severity))]  # type: ignore[arg-type]
    told = "\n".join(lines)
    assert (-1 if error else table.num_rows, rejects.rows) == (right.items, right.aside), told
    assert right.told in told
    assert right.of(table.to_pylist())
    assert error or not pc.any(pc.is_null(table.column("id"))).as_py()


def test_every_input_is_known() -> None:
    """A case that comes with items has its right answer here."""
    if not CASES.is_dir():
        pytest.skip(f"{CASES} is not there")
    inputs = {path.parent.name for path in CASES.glob("*/items.*")}
    assert inputs <= set(RIGHT)
