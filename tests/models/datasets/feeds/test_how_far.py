"""Reading tells how far it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.datasets.feeds.recognise import recognise
from models.datasets.findings import Findings
from models.datasets.orders.read import read_orders
from models.datasets.read import read_catalogue
from models.progress import Advance

ROWS = 1_500


def _csv(path: Path) -> Path:
    path.write_text("id,category,title\n" + "".join(f'{row},Dresses,"of\ntwo lines"\n' for row in range(ROWS)))
    return path


def _jsonl(path: Path) -> Path:
    path.write_text("".join(f'{{"id": "{row}", "category": "Dresses"}}\n' for row in range(ROWS)))
    return path


def _parquet(path: Path) -> Path:
    pq.write_table(pa.table({"id": list(map(str, range(ROWS))), "category": ["Hats"] * ROWS}), path)
    return path


def _orders(path: Path) -> Path:
    path.write_text("order_id,sku,created_at\n" + "".join(f"{row // 2},{row},2026-01-02\n" for row in range(ROWS)))
    return path


@pytest.mark.parametrize(
    ("name", "write", "total"), [("f.csv", _csv, 2 * ROWS + 2), ("f.jsonl", _jsonl, ROWS + 1), ("o.csv", _orders, ROWS + 2)]
)
def test_a_feed_and_orders_tell_the_line(tmp_path: Path, name: str, write: Callable[[Path], Path], total: int) -> None:
    """Of how many."""
    path, steps = write(tmp_path / name), Counter[tuple[str, int]]()

    @contextmanager
    def heard(title: str, of: int) -> Iterator[Advance]:
        def advance(done: int = 1, **_: float | str) -> None:
            steps[title, of] += done

        yield advance

    (read_orders if write is _orders else read_catalogue)(path, Findings(progress=heard))
    assert steps[f"reading {path}", total] == total


def test_rows_of_parquet_are_known(tmp_path: Path) -> None:
    """By its end."""
    assert recognise(_parquet(tmp_path / "f.parquet")).end == ROWS
