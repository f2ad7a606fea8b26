"""Reading outfits, questions, sessions and the oracle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.datasets.findings import Findings
from models.datasets.read import read_catalogue, read_dataset
from models.datasets.schema import Compatibility, FillInTheBlank, Outfit, Retrieval, Session, SessionEvent
from models.datasets.sessions import read_sessions

OUTFIT = {"id": "o", "items": ["a", "b"], "split": "train"}
FITB = {"id": "q", "items": ["a"], "candidates": ["b", "d"], "answer": 1, "split": "test"}
LABELLED = {"id": "q", "items": ["a", "b", "a"], "label": 0, "split": "test"}
RETRIEVAL = {"id": "q", "items": ["a"], "answer": "b", "category": "shoes", "split": "test"}
SESSION = {"session": "s", "timestamp": "2026-01-31T12:00:00Z", "events": [{"type": "view", "item": "a"}]}


def test_everything_is_read(shop: Path, write: Callable[..., Path]) -> None:
    """Outfits, all files of questions under their own names, and the oracle come as values."""
    write(shop / "outfits.jsonl", [{**OUTFIT, "user": "u", "timestamp": 1.5, "more": 1}])
    write(shop / "fitb.jsonl", [FITB])
    write(shop / "fitb_popularity.jsonl", [{**FITB, "user": "u"}])
    write(shop / "compatibility.jsonl", [LABELLED])
    write(shop / "retrieval.jsonl", [RETRIEVAL])
    (shop / "oracle.json").write_text('{"fitb": {"fitb_accuracy": 0.9}}')
    dataset = read_dataset(shop)
    assert dataset.name == "shop"
    assert dataset.outfits == (Outfit("o", ("a", "b"), "train", "u", 1.5),)
    assert dataset.tasks == {
        "fitb": (FillInTheBlank("q", ("a",), ("b", "d"), 1, "test"),),
        "fitb_popularity": (FillInTheBlank("q", ("a",), ("b", "d"), 1, "test", "u"),),
        "compatibility": (Compatibility("q", ("a", "b", "a"), 0, "test"),),
        "retrieval": (Retrieval("q", ("a",), "b", "shoes", "test"),),
    }
    assert dataset.oracle == {"fitb": {"fitb_accuracy": 0.9}}


def test_items_are_enough(shop: Path) -> None:
    """A directory with nothing but items has no outfits, no questions and no oracle."""
    dataset = read_dataset(shop)
    assert (dataset.outfits, dataset.tasks, dataset.oracle) == ((), {}, None)


def test_other_splits_are_not_looked_at(shop: Path, write: Callable[..., Path]) -> None:
    """Of a row of another split only the split is checked: unknown items do not matter."""
    write(shop / "outfits.jsonl", [OUTFIT, {"split": "test", "items": ["unknown"]}])
    write(shop / "fitb.jsonl", [FITB])
    dataset = read_dataset(shop, ["train", "valid"])
    assert [outfit.id for outfit in dataset.outfits] == ["o"]
    assert dataset.tasks == {}


def test_tasks_need_not_be_opened(shop: Path) -> None:
    """Without ``tasks`` neither questions nor the oracle are opened, however broken."""
    (shop / "fitb.jsonl").write_text("?")
    (shop / "oracle.json").write_text("?")
    assert read_dataset(shop, tasks=False).tasks == {}


@pytest.mark.parametrize(
    ("name", "good", "change", "field", "problem"),
    [
        ("outfits", OUTFIT, {"id": "o"}, "id", "'o' occurs twice"),
        ("outfits", OUTFIT, {"items": []}, "items", "is an empty list"),
        ("outfits", OUTFIT, {"items": "ab"}, "items", "'ab' should be a valid array"),
        ("outfits", OUTFIT, {"items": ["a", 1]}, "items[1]", "1 should be a valid string"),
        ("outfits", OUTFIT, {"split": "dev"}, "split", "'dev' should be 'train', 'valid' or 'test'"),
        ("outfits", OUTFIT, {"split": ["train"]}, "split", "['train'] should be 'train', 'valid' or 'test'"),
        ("outfits", OUTFIT, {"split": None}, "split", "is missing in 1 of 2 lines (2)"),
        ("outfits", OUTFIT, {"user": 7}, "user", "7 should be a valid string"),
        ("outfits", OUTFIT, {"timestamp": "yesterday"}, "timestamp", "neither ISO 8601"),
        ("outfits", OUTFIT, {"timestamp": True}, "timestamp", "True is neither ISO 8601 nor seconds since 1970"),
        ("fitb", FITB, {"candidates": []}, "candidates", "is an empty list"),
        ("fitb", FITB, {"candidates": ["b", "z"]}, "candidates", "'z' is not an item"),
        ("fitb", FITB, {"answer": 2}, "answer", "2 is not a place among 2 candidates"),
        ("fitb", FITB, {"answer": -1}, "answer", "-1 is not a place"),
        ("fitb", FITB, {"answer": True}, "answer", "True should be a valid integer"),
        ("fitb", FITB, {"answer": "b"}, "answer", "'b' should be a valid integer"),
        ("fitb_hard", FITB, {"items": ["z"]}, "items", "'z' is not an item"),
        ("compatibility", LABELLED, {"label": 2}, "label", "2 should be less than or equal to 1"),
        ("compatibility", LABELLED, {"label": True}, "label", "True should be a valid integer"),
        ("compatibility", LABELLED, {"items": []}, "items", "is an empty list"),
        ("retrieval", RETRIEVAL, {"answer": "c"}, "category", "'shoes' is not that of the answer: 'c' is of category 'tops'"),
        ("retrieval", RETRIEVAL, {"category": "shoos"}, "category", "'shoos' is not that of the answer"),
        ("retrieval", RETRIEVAL, {"answer": "z"}, "answer", "'z' is not an item"),
        ("retrieval", RETRIEVAL, {"items": ["b"]}, "answer", "stands in the question already"),
        ("retrieval", RETRIEVAL, {"category": None}, "category", "is missing"),
    ],
)
def test_broken_row_is_refused(
    *,
    shop: Path,
    write: Callable[..., Path],
    refused: Callable[..., str],
    name: str,
    good: dict[str, Any],
    change: dict[str, Any],
    field: str | None,
    problem: str,
) -> None:
    """A row that cannot be used is refused by file, line and field."""
    path = write(shop / f"{name}.jsonl", [good, {**good, "id": "second", **change}])
    assert problem in refused(lambda: read_dataset(shop), path, 2, field)


def test_each_item_is_one_candidate(shop: Path, write: Callable[..., Path]) -> None:
    """No model could tell an answer from itself; what that leaves no choice is left out, and all of it is counted."""
    asked = [
        {**FITB, "candidates": ["b", "d", "b"], "answer": 2},
        {**FITB, "id": "alone", "candidates": ["b", "b"], "answer": 0},
        {**FITB, "id": "worn", "items": ["a", "d"]},
        {**FITB, "id": "other split", "candidates": ["b", "b"], "answer": 0, "split": "train"},
    ]
    write(shop / "fitb.jsonl", asked)
    read = read_dataset(shop, ["test"], findings=(findings := Findings())).tasks["fitb"]
    assert [(one.id, getattr(one, "candidates", ()), getattr(one, "answer", -1)) for one in read] == [
        ("q", ("b", "d"), 0),
        ("worn", ("b", "d"), 1),
    ]
    told = {kind.first[0].line: kind.first[0].problem for kind in findings.of("warning")}
    assert list(told) == [1, 2, 3]
    assert "each is one candidate" in told[1]
    assert "leaves no choice; the question is left out" in told[2]
    assert "'d' stands in the question already" in told[3]


def test_sizes_of_a_product_are_one_candidate(shop: Path, write: Callable[..., Path]) -> None:
    """They look and are called the same, so nobody can tell which was worn."""
    sizes = [{"id": name, "category": "shoes", "title": "Boots", "group_id": "g"} for name in ("s38", "s39")]
    write(shop / "items.jsonl", [*sizes, *({"id": name, "category": "shoes", "title": name} for name in "ad")])
    write(shop / "fitb.jsonl", [{**FITB, "candidates": ["s39", "d", "s38"], "answer": 2}])
    [question] = read_dataset(shop, ["test"]).tasks["fitb"]
    assert (getattr(question, "candidates", ()), getattr(question, "answer", -1)) == (("s39", "d"), 0)


@pytest.mark.parametrize(("target", "image"), [("private/c.png", "linked"), ("private", "linked/c.png")])
def test_a_link_out_of_the_directory_is_not_followed(
    *, shop: Path, tmp_path: Path, write: Callable[..., Path], target: str, image: str
) -> None:
    """A linked picture or folder may not show other files of this machine; the item is in without it. Links within are fine."""
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "c.png").write_bytes(b"picture")
    (shop / "b.png").symlink_to("a.png")
    items = [{"id": "a", "category": "tops", "image": "b.png"}]
    path = write(shop / "items.jsonl", items)
    assert read_dataset(shop).catalogue.image(0) is not None
    (shop / "linked").symlink_to(tmp_path / target)
    write(path, [*items, *({"id": name, "category": "tops", "image": image} for name in "cd")])
    catalogue = read_dataset(shop, findings=(findings := Findings())).catalogue
    assert [catalogue.image(row) is not None for row in range(3)] == [True, False, False]
    [kind] = findings.of("warning")
    assert (kind.count, "lies behind a link that leaves" in kind.first[0].problem) == (2, True)


@pytest.mark.parametrize("name", ["outfits.jsonl", "fitb.jsonl", "compatibility_hard.jsonl", "retrieval.jsonl"])
def test_empty_file_is_refused(shop: Path, refused: Callable[..., str], name: str) -> None:
    """A file that is there but empty is refused rather than taken for a file that is not there."""
    (shop / name).touch()
    assert "is empty" in refused(lambda: read_dataset(shop), shop / name)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{", None),
        ("[]", None),
        ('{"fitb": 1}', "fitb"),
        ('{"fitb": {"auc": "high"}}', "fitb.auc"),
        ('{"fitb": {"auc": 1e999}}', "fitb.auc"),
    ],
)
def test_broken_oracle_is_refused(shop: Path, refused: Callable[..., str], text: str, field: str | None) -> None:
    """The oracle is an object of tasks, metrics and finite numbers."""
    (shop / "oracle.json").write_text(text)
    refused(lambda: read_dataset(shop), shop / "oracle.json", None, field)


def test_oracle_may_say_more_than_tasks(shop: Path) -> None:
    """With a ``tasks`` object in it, the oracle is that object."""
    (shop / "oracle.json").write_text('{"seed": 0, "tasks": {"fitb": {"fitb_accuracy": 0.9}}}')
    assert read_dataset(shop).oracle == {"fitb": {"fitb_accuracy": 0.9}}


def test_sessions_are_read_one_by_one(shop: Path, write: Callable[..., Path]) -> None:
    """Sessions come as values, up to the line that is broken; their items need not be in the catalogue."""
    second = {"session": "t", "user": "u", "timestamp": 7, "events": [{"type": "purchase", "item": "gone", "price": 1}]}
    write(shop / "sessions.jsonl", [SESSION, second, "?"])
    sessions = (session for _, session in read_sessions(shop / "sessions.jsonl"))
    assert next(sessions) == Session("s", "2026-01-31T12:00:00Z", (SessionEvent("view", "a"),))
    assert next(sessions) == Session("t", 7, (SessionEvent("purchase", "gone"),), "u")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"session": "s"}, "session"),
        ({"session": None}, "session"),
        ({"timestamp": None}, "timestamp"),
        ({"events": []}, "events"),
        ({"events": ["view"]}, "events[0]"),
        ({"events": [{"type": "view", "item": "a"}, {"type": "view"}]}, "events[1].item"),
        ({"events": [{"type": 1, "item": "a"}]}, "events[0].type"),
        ({"user": 1}, "user"),
    ],
)
def test_broken_session_is_refused(
    shop: Path, write: Callable[..., Path], refused: Callable[..., str], change: dict[str, Any], field: str | None
) -> None:
    """A session that cannot be used is refused by line and field, down to the event."""
    path = write(shop / "sessions.jsonl", [SESSION, {**SESSION, "session": "t", **change}])
    refused(lambda: list(read_sessions(shop / "sessions.jsonl")), path, 2, field)


def test_missing_sessions_are_refused(shop: Path, refused: Callable[..., str]) -> None:
    """Asked for sessions, a directory without them says so."""
    assert "No such file" in refused(lambda: list(read_sessions(shop / "sessions.jsonl")), shop / "sessions.jsonl")


def test_maryland_reads_whole() -> None:
    """The official outfits and questions read without a refusal, and their counts are the official ones."""
    root = Path(__file__).resolve().parents[4] / "shared" / "data" / "maryland"
    if not root.is_dir():
        pytest.skip(f"{root} is not there")
    dataset = read_dataset(root)
    assert {split: len(dataset.outfits_of(split)) for split in ("train", "valid", "test")} == {"train": 17316, "valid": 1497, "test": 3076}
    assert {name: len(rows) for name, rows in dataset.tasks.items()} == {"fitb": 3076, "compatibility": 7076}


def test_items_in_a_file_are_those_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a feed of several chunks, the last of them begun; nothing is left of the file."""
    monkeypatch.setattr("models.datasets.feeds.read._CHUNK", 3)
    rows = "".join(f"{number},tops,Tee {number},{number}.5\n" for number in range(7))
    (tmp_path / "items.csv").write_text(f"id,category,title,price\n{rows}")
    found = read_catalogue(tmp_path, scratch=tmp_path / "scratch").table
    assert found == read_catalogue(tmp_path).table
    assert found.num_rows == len(rows.splitlines())
    assert [*(tmp_path / "scratch").iterdir()] == []
