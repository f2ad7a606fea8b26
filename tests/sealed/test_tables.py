"""Tables in files without names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from sealed.tables import in_a_file


def test_tables_are_what_they_were_and_leave_no_file(tmp_path: Path) -> None:
    """Of any columns; Arrow holds none of their memory."""
    tables = [pa.table({"a": [None, "x" * 10_000]}), pa.table({"b": [[1, 2], None], "c": [1.5, None]}), pa.table({"a": pa.nulls(0)})]
    before = pa.total_allocated_bytes()
    found = in_a_file(tables, tmp_path / "made")
    assert pa.total_allocated_bytes() - before < 10_000
    assert found == tables
    assert in_a_file([], tmp_path) == []
    assert [*(tmp_path / "made").iterdir()] == []


def test_each_is_written_before_the_next_is_asked_for(tmp_path: Path) -> None:
    """So that one is in memory at a time."""
    alive: list[int] = []

    def parts() -> Iterator[pa.Table]:
        for _ in range(3):
            alive.append(pa.total_allocated_bytes())
            yield pa.table({"a": ["x" * 100_000] * 10})

    in_a_file(parts(), tmp_path)
    assert max(alive) - min(alive) < 1_500_000
