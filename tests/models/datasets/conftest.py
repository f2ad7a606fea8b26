"""A small shop that is in order, for tests to break."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from models.errors import InputError

ITEMS = [{"id": name, "category": category} for name, category in zip("abcdef", ["tops", "shoes"] * 3, strict=True)]


@pytest.fixture
def write() -> Callable[[Path, Iterable[Any]], Path]:
    """Write values as JSON lines; a string or bytes is written as it stands."""

    def lines(path: Path, rows: Iterable[Any]) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = [row if isinstance(row, bytes) else (row if isinstance(row, str) else json.dumps(row)).encode() for row in rows]
        path.write_bytes(b"".join(row + b"\n" for row in raw))
        return path

    return lines


@pytest.fixture
def shop(tmp_path: Path, write: Callable[[Path, Iterable[Any]], Path]) -> Path:
    """A directory with six items, ``a`` to ``f``, in two categories, and a picture."""
    root = tmp_path / "shop"
    write(root / "items.jsonl", ITEMS)
    (root / "a.png").write_bytes(b"picture")
    return root


@pytest.fixture
def refused() -> Callable[..., str]:
    """Call something that must be refused at a line and field; returns the message, which is one line and begins with the place."""

    def refuse(call: Callable[[], Any], path: Path, line: int | None = None, field: str | None = None) -> str:
        with pytest.raises(InputError) as caught:
            call()
        error = caught.value
        assert (Path(str(error.path)), error.line, error.field) == (path, line, field), str(error)
        assert "\n" not in str(error)
        return str(error)

    return refuse
