"""Feeds, made in the tests, and what comes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import from_json

from models.datasets.findings import Findings
from models.datasets.read import read_whole
from models.datasets.rejects import Rejects

_JSON = ("attributes", "extras", "sizes")


@dataclass(frozen=True)
class Read:
    """What was read of a feed: items by id without what is null, what it was taken for, what was set aside and passed over, warnings."""

    items: dict[str, dict[str, Any]]
    layout: str
    rows: int
    aside: list[str]
    warnings: list[str]
    rejects: list[dict[str, Any]]
    no_pieces: list[str]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Read]:
    """Write a feed (text or bytes) and read it as an import does."""

    def call(content: str | bytes, name: str = "feed.csv", mapping: str | None = None) -> Read:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        mapped = None
        if mapping is not None:
            mapped = tmp_path / "columns.yaml"
            mapped.write_text(mapping)
        return as_imported(path, tmp_path / "rejects.jsonl", mapped)

    return call


def as_imported(source: Path, rejects: Path, mapping: Path | None = None) -> Read:
    """Read a feed as an import does."""
    with Rejects(rejects) as aside:
        findings = Findings(rejects=aside)
        table = read_whole(source, findings, mapping).catalogue.table
    assert findings.feed is not None
    items = [{name: value for name, value in item.items() if value is not None} for item in table.to_pylist()]
    for item in items:
        item |= {name: from_json(item[name]) for name in _JSON if name in item}
    return Read(
        {item["id"]: item for item in items},
        findings.feed.layout,
        findings.feed.rows,
        [str(kind) for kind in findings.of("rejected")],
        [str(kind) for kind in findings.of("warning")],
        [from_json(line) for line in rejects.read_text().splitlines()] if rejects.exists() else [],
        findings.feed.no_pieces,
    )


@pytest.fixture
def imported() -> Callable[..., Read]:
    """Read a source as an import does."""
    return as_imported
