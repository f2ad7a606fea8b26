"""Writing the files of a dataset directory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from models.datasets.read import read_catalogue, read_dataset
from models.datasets.schema import Compatibility, FillInTheBlank, Outfit, Retrieval, Session, SessionEvent
from models.datasets.sessions import read_sessions
from models.datasets.write import write_items, write_lines

ITEMS = pa.table({"id": ["a", "b"], "category": ["tops", "shoes"], "price": [1, 2], "image": [{"bytes": b"1", "path": None}, None]})


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Items and every kind of record come back as they were."""
    rows = {
        "outfits": [Outfit("o", ("a", "b"), "train", timestamp="2026-01-31")],
        "fitb": [FillInTheBlank("q", ("a",), ("b", "a"), 0, "test")],
        "compatibility": [Compatibility("q", ("a", "b"), 1, "valid", "u")],
        "retrieval": [Retrieval("q", ("a",), "b", "shoes", "test")],
    }
    sessions = [Session("s", 1.5, (SessionEvent("view", "a"),))]
    write_items(tmp_path, ITEMS)
    for name, records in rows.items():
        write_lines(tmp_path, f"{name}.jsonl", records)
    write_lines(tmp_path, "sessions.jsonl", sessions)
    dataset = read_dataset(tmp_path)
    assert dataset.catalogue.table.select(ITEMS.column_names).to_pylist() == ITEMS.to_pylist()
    assert {"outfits": list(dataset.outfits), **{name: list(questions) for name, questions in dataset.tasks.items()}} == rows
    assert [session for _, session in read_sessions(tmp_path / "sessions.jsonl")] == sessions


def test_none_is_left_out(tmp_path: Path) -> None:
    """A field that is None is not written, of a value and of a mapping alike."""
    path = write_lines(tmp_path, "outfits.jsonl", [Outfit("o", ("ä",), "train"), {"id": "p", "user": None}])
    assert path.read_text(encoding="utf-8") == '{"id":"o","items":["ä"],"split":"train"}\n{"id":"p"}\n'


def test_failure_leaves_the_old_file(tmp_path: Path) -> None:
    """When writing fails, the file that was there stays and nothing is left beside it."""
    path = write_lines(tmp_path, "outfits.jsonl", [{"id": "old"}])
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_lines(tmp_path, "outfits.jsonl", [{"id": "new"}, {"id": float("nan")}])
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [(path.name, '{"id":"old"}\n')]


def test_unknown_column_is_an_error(tmp_path: Path) -> None:
    """Writing a column outside the schema is refused."""
    with pytest.raises(KeyError, match="colour"):
        write_items(tmp_path, pa.table({"id": ["a"], "category": ["tops"], "colour": ["red"]}))


def test_written_items_are_checked_like_any_other(tmp_path: Path, refused: Callable[..., str]) -> None:
    """The writer does not check values; the reader does."""
    path = write_items(tmp_path, pa.table({"id": ["a", "a"], "category": ["tops", "tops"]}))
    refused(lambda: read_catalogue(tmp_path), path, 2, "id")
