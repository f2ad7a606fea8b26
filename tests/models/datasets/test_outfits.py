"""Outfits: what a line may leave out, what is put up with, and sessions in their place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.datasets.findings import Findings
from models.datasets.read import read_dataset, read_whole
from models.datasets.schema import Dataset, Outfit
from models.datasets.splits import near_duplicates

Write = Callable[..., Path]


def read(shop: Path, *splits: Any) -> tuple[Dataset, list[str]]:
    """The dataset, and each kind of warning as reported."""
    findings = Findings()
    dataset = read_dataset(shop, *splits, findings=findings)
    return dataset, [str(kind).removeprefix(f"{shop}/") for kind in findings.of("warning")]


def many(shop: Path, write: Write, outfits: list[dict[str, Any]]) -> Dataset:
    """A shop of all items that these outfits name."""
    items = sorted({item for outfit in outfits for item in outfit["items"]})
    write(shop / "items.jsonl", [{"id": item, "category": "c"} for item in items])
    write(shop / "outfits.jsonl", outfits)
    return read(shop)[0]


def test_items_are_enough_of_an_outfit(shop: Path, write: Write) -> None:
    """Its id is the line, and never one that is given; a blank one is none."""
    write(shop / "outfits.jsonl", [{"items": ["a", "b"]}, "", {"id": "o1", "items": ["c", "d"]}, {"id": " ", "items": ["e", "f"]}])
    assert [outfit.id for outfit in read(shop)[0].outfits] == ["o1_", "o1", "o4"]


def test_without_splits_the_latest_outfits_are_tested(shop: Path, write: Write) -> None:
    """Whatever their order in the file and the form of the moment; one without a zone is UTC."""
    order = [7, 2, 19, 0, 11, 5, 3, 8, 1, 18, 13, 17, 4, 9, 16, 6, 15, 12, 14, 10]
    moments = [86_400 * day if day % 2 else f"1970-01-{day + 1:02}" for day in order]
    outfits = [{"id": str(day), "items": [f"a{day}", f"b{day}"], "timestamp": moment} for day, moment in zip(order, moments, strict=True)]
    dataset = many(shop, write, outfits)
    assert {outfit.id for outfit in dataset.outfits_of("test")} == {"18", "19"}
    assert {outfit.id for outfit in dataset.outfits_of("valid")} == {"16", "17"}
    assert len(dataset.outfits_of("train")) == 16


def test_near_duplicates_go_where_the_earliest_is(shop: Path, write: Write) -> None:
    """So that what is tested was not learned."""
    outfits = [{"id": str(day), "items": [f"a{day}", f"b{day}", f"c{day}"], "timestamp": day} for day in range(19)]
    dataset = many(shop, write, [*outfits, {"id": "late", "items": ["a0", "b0", "x"], "timestamp": 99}])
    assert "late" in {outfit.id for outfit in dataset.outfits_of("train")}


def test_near_duplicates_may_be_of_other_sizes(shop: Path, write: Write) -> None:
    """An outfit that is bought again in another size is no new one."""
    sizes = [{"id": f"{part}0{size}", "category": "c", "group_id": part, "attributes": {"size": size}} for part in "ab" for size in "SM"]
    write(shop / "items.jsonl", [*sizes, *({"id": f"{part}{day}", "category": "c"} for part in "ab" for day in range(1, 20))])
    outfits = [{"items": [f"a{day}", f"b{day}"], "timestamp": day} for day in range(1, 20)]
    first, last = {"items": ["a0S", "b0S"], "timestamp": 0}, {"id": "late", "items": ["a0M", "b0M"], "timestamp": 99}
    write(shop / "outfits.jsonl", [first, *outfits, last])
    assert {outfit.split for outfit in read(shop)[0].outfits if outfit.id == "late"} == {"train"}


def test_without_times_groups_of_near_duplicates_are_drawn(shop: Path, write: Write) -> None:
    """The same ones each time; a group that is larger than the test part is learned from."""
    alone = [{"items": [f"a{number}", f"b{number}"]} for number in range(70)]
    looks = [{"items": ["x", "y", f"z{number}"]} for number in range(30)]
    dataset = many(shop, write, [*alone, *looks])
    group = near_duplicates([frozenset(outfit.items) for outfit in dataset.outfits])
    assert len({(look, outfit.split) for look, outfit in zip(group, dataset.outfits, strict=True)}) == len(set(group))
    assert {outfit.split for outfit in dataset.outfits[70:]} == {"train"}
    assert [len(dataset.outfits_of(split)) for split in ("train", "valid", "test")] == [80, 10, 10]
    assert dataset.outfits == read(shop)[0].outfits


def test_default_splits_do_not_depend_on_what_is_asked_for(shop: Path, write: Write) -> None:
    """Training and evaluation, which read other parts, agree."""
    dataset = many(shop, write, [{"items": [f"a{number}", f"b{number}"]} for number in range(30)])
    assert list(read(shop, ["test"])[0].outfits) == dataset.outfits_of("test")


def test_some_with_and_some_without_a_split_is_refused(shop: Path, write: Write, refused: Callable[..., str]) -> None:
    """Naming the lines: nobody knows what those without were left for."""
    path = write(
        shop / "outfits.jsonl",
        [{"items": ["a", "b"], "split": "test"}, *({"items": [item, "f"]} for item in "abcde"), {"items": ["a", "c"]}],
    )
    problem = "is missing in 6 of 7 lines (2, 3, 4, 5, 6, …); give every outfit a split, or none"
    assert problem in refused(lambda: read_dataset(shop), path, 2, "split")


def test_what_is_left_of_an_outfit_is_used_and_told(shop: Path, write: Write) -> None:
    """Items that are gone or named twice, and outfits of which one item is left."""
    write(
        shop / "outfits.jsonl",
        [{"items": ["a", "b", "gone"]}, {"items": ["a", "gone"]}, {"items": ["c", "c", "d"]}, {"items": ["e", "e"]}, {"items": ["f"]}],
    )
    dataset, warnings = read(shop)
    assert [outfit.items for outfit in dataset.outfits] == [("a", "b"), ("c", "d")]
    assert warnings == [
        "outfits.jsonl, field 'items': 2 lines (1, 2): 'gone' is not an item of the catalogue; left out",
        "outfits.jsonl, field 'items': 3 lines (2, 4, 5): has fewer than two items of the catalogue; left out",
        "outfits.jsonl, field 'items': 2 lines (3, 4): names 'c' twice; counted once",
    ]


def test_the_same_outfit_again_is_told(shop: Path, write: Write) -> None:
    """Above all where it is learned from and asked about."""
    rows = [  # what is chosen on may be what was learned from, as it comes
        (["b", "a"], "test"),
        (["a", "b"], "train"),
        (["a", "b"], "train"),
        (["c", "d"], "test"),
        (["d", "c"], "test"),
        (["b", "a"], "valid"),
    ]
    lines = [{"items": items, "split": split} for items, split in rows]
    bought = [{"items": ["e", "f"], "split": "train", "user": user, "timestamp": time} for user, time in (("u", 1), ("v", 1), ("u", 2))]
    write(shop / "outfits.jsonl", [*lines, *bought])
    assert read(shop)[1] == [
        "outfits.jsonl, field 'items': 1 line (1): of this test outfit are those of training outfit 'o2': its figures flatter",
        "outfits.jsonl, field 'items': 2 lines (3, 5): are those of outfit 'o2'",
    ]


def session(name: str, *events: str, **more: Any) -> dict[str, Any]:
    """A session with events such as ``purchase a``."""
    pairs = [event.split() for event in events]
    return {"session": name, "timestamp": len(name), "events": [{"type": kind, "item": item} for kind, item in pairs], **more}


def test_what_a_session_bought_is_an_outfit(shop: Path, write: Write) -> None:
    """Two different items or more, known and not sent back; with its shopper and moment."""
    sessions = [
        session("s", "view f", "purchase a", "add_to_cart c", "purchase b", "purchase a", user="u"),
        session("ss", "purchase a"),
        session("sss", "purchase c", "purchase d", "return d"),
        session("ssss", "purchase c", "purchase gone"),
        session("sssss", "view c", "view d"),
    ]
    write(shop / "sessions.jsonl", sessions)
    dataset, warnings = read(shop)
    assert dataset.outfits == (Outfit("s", ("a", "b"), "train", "u", 1, part=True),)
    assert [line.split(": ")[1:] for line in warnings] == [
        ["1 line (4)", "'gone' is not an item of the catalogue; left out"],
        ["1 line (4)", "has fewer than two items of the catalogue; left out"],
    ]


def test_outfits_go_before_sessions_which_are_checked_all_the_same(shop: Path, write: Write, refused: Callable[..., str]) -> None:
    """Training does not look at what it does not use; an import refuses a broken file."""
    write(shop / "outfits.jsonl", [{"items": ["a", "b"]}])
    path = write(shop / "sessions.jsonl", [session("s", "purchase c", "purchase d")])
    assert [outfit.items for outfit in read_whole(shop, Findings()).outfits] == [("a", "b")]
    write(path, ["not JSON"])
    assert len(read_dataset(shop).outfits) == 1
    assert "is not JSON" in refused(lambda: read_whole(shop, Findings()), path, 1)


@pytest.mark.parametrize("name", ["outfits.jsonl", "sessions.jsonl"])
def test_an_empty_file_is_refused(shop: Path, refused: Callable[..., str], name: str) -> None:
    """Whichever of both."""
    (shop / name).write_text("\n")
    assert "is empty" in refused(lambda: read_dataset(shop), shop / name)
