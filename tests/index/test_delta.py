"""An overlay answers as a snapshot of the same items would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from index.columns import Filter
from index.delta import Merged, Overlay
from index.errors import SnapshotError, VectorError
from index.segment import Segment
from index.snapshot import Snapshot

SIZE, FEATURES = 4, 6
CATEGORIES = ("tops", "shoes", "bags")


def described(ids: list[str], rng: np.random.Generator) -> dict[str, dict[str, Any]]:
    """Items with everything that a search or a filter looks at."""
    return {
        item: {
            "id": item,
            "category": str(rng.choice(CATEGORIES)),
            "price": float(rng.integers(0, 5)),
            "brand": str(rng.choice(["a", "b"])),
            "in_stock": bool(rng.integers(0, 2)),
            "attributes": '{"season": "Summer"}' if rng.integers(0, 2) else None,
            "features": rng.standard_normal(FEATURES).astype(np.float16),
            "embedding": rng.integers(-1, 2, SIZE).astype(np.float32),  # few values, so that ties are frequent
        }
        for item in ids
    }


def arrays(items: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Items as a snapshot and an overlay take them."""
    columns = ["id", "category", "price", "brand", "in_stock", "attributes"]
    return {
        "items": pa.table({name: [item[name] for item in items.values()] for name in columns}),
        "features": np.array([item["features"] for item in items.values()], dtype=np.float32).reshape(-1, FEATURES),
        "embeddings": np.array([item["embedding"] for item in items.values()], dtype=np.float32).reshape(-1, SIZE),
    }


def snapshot(path: Path, items: dict[str, dict[str, Any]]) -> Snapshot:
    """A snapshot on disk, loaded."""
    given = arrays(items)
    Snapshot.write(
        path,
        items=given["items"],
        features_NF=given["features"],
        embeddings_ND=given["embeddings"],
        bundle_id="b",
        encoder_fingerprint="e",
    )
    return Snapshot.load(path)


def overlay(base: Snapshot, items: dict[str, dict[str, Any]], removed: tuple[str, ...] = ()) -> Overlay:
    """An overlay of a snapshot."""
    return Overlay.over(base, segment(items, removed))


def segment(items: dict[str, dict[str, Any]], removed: tuple[str, ...] = ()) -> Segment:
    """Items that changed together."""
    given = arrays(items)
    return Segment(given["items"], given["features"], given["embeddings"], removed)


FILTERS = [
    Filter(),
    Filter(in_stock=True),
    Filter(price_max=2, brand=["a"]),
    Filter(attributes={"season": ["Summer"]}),
    Filter(exclude=["i1", "n1", "nowhere"]),
    Filter(attributes={"nothing": ["x"]}),
]


@pytest.mark.parametrize("seed", range(6))
def test_it_answers_as_a_new_snapshot_would(tmp_path: Path, seed: int) -> None:
    """Whatever was added, replaced and removed: the same scores, and items that the changes made, through every filter."""
    rng = np.random.default_rng(seed)
    before = described([f"i{n}" for n in range(40)], rng)
    changed = described([*rng.choice(list(before), 8, replace=False).tolist(), *(f"n{n}" for n in range(6))], rng)
    removed = tuple(item for item in rng.choice(list(before), 8, replace=False).tolist() if item not in changed)
    base = snapshot(tmp_path / "base", before)
    laid = overlay(base, changed, removed)
    now = {item: values for item, values in before.items() if item not in changed and item not in removed} | changed
    fresh = snapshot(tmp_path / "fresh", now)
    assert (laid.count, dict(laid.sizes), list(laid.categories)) == (fresh.count, dict(fresh.sizes), list(fresh.categories))
    assert set(laid.row_of) == set(fresh.row_of) == {laid.items.column("id")[int(row)].as_py() for row in laid.rows}
    queries = rng.integers(-1, 2, (3, SIZE)).astype(np.float32)
    name = laid.items.column("id").to_pylist()
    for wanted in FILTERS:
        for category in fresh.categories:
            for k in (1, 3, 100):
                scores, rows = laid.search(category, queries, k, laid.columns.selection(wanted))
                expected, others = fresh.search(category, queries, k, fresh.columns.selection(wanted))
                np.testing.assert_array_equal(scores, expected)
                assert rows.shape == others.shape
                assert {name[row] for row in rows.ravel()} <= set(now)
                if k == 100:
                    assert {name[row] for row in rows.ravel()} == {list(now)[row] for row in others.ravel()}
    having = {row for row in laid.rows.tolist() if laid.embeddings([row])[0, 0] == 1}
    assert set(laid.rows_with(0, np.array([1])).tolist()) == having
    for item, values in now.items():
        row = laid.row_of[item]
        assert laid.category_of(row) == values["category"]
        assert row in laid.rows_in(values["category"])
        np.testing.assert_array_equal(laid.embeddings([row])[0], values["embedding"])
        np.testing.assert_array_equal(laid.features[row], values["features"])


@pytest.mark.parametrize("seed", range(4))
def test_many_changes_answer_as_one(tmp_path: Path, seed: int) -> None:
    """Whenever segments are merged, also while further changes come: the same answers, and few segments."""
    rng = np.random.default_rng(seed)
    now = described([f"i{n}" for n in range(30)], rng)
    laid = Overlay.over(snapshot(tmp_path / "base", now))
    queries = rng.integers(-1, 2, (3, SIZE)).astype(np.float32)
    waiting: list[Merged] = []
    for turn in range(120):
        changed = described([f"i{n}" for n in rng.choice(60, rng.integers(1, 4), replace=False)], rng)
        removed = tuple(item for item in (f"i{n}" for n in rng.choice(60, 2)) if item not in changed)
        laid = laid.extended(segment(changed, removed))
        now = {item: values for item, values in now.items() if item not in changed and item not in removed} | changed
        if waiting and rng.integers(2):
            before, (laid, rows) = laid, laid.with_merged(waiting.pop())
            assert before.take(rows[::-1]).column("id").to_pylist() == laid.items.column("id").to_pylist()[::-1]
            assert before.items.column("id").take(pa.array(rows)).to_pylist() == laid.items.column("id").to_pylist()
        place = laid.to_merge()
        if not waiting and place is not None:
            waiting.append(laid.merge(place))
        if turn % 20 != 0:
            continue
        fresh = snapshot(tmp_path / f"fresh{turn}", now)
        assert (laid.count, dict(laid.sizes)) == (fresh.count, dict(fresh.sizes))
        assert set(laid.row_of) == set(now)
        ever = [*(laid.items.column("id").to_pylist()), *(f"never{number}" for number in range(20))]
        assert laid.row_of.known(ever) == {item: laid.row_of[item] for item in now}
        for wanted in FILTERS:
            for category in fresh.categories:
                scores, rows = laid.search(category, queries, 7, laid.columns.selection(wanted))
                np.testing.assert_array_equal(scores, fresh.search(category, queries, 7, fresh.columns.selection(wanted))[0])
                assert laid.live_N[rows].all()
        for item, values in now.items():
            np.testing.assert_array_equal(laid.embeddings([laid.row_of[item]])[0], values["embedding"])
            np.testing.assert_array_equal(laid.features[laid.row_of[item]], values["features"])
    assert len(laid.segments) <= 16


def test_brands_are_those_of_all_parts(tmp_path: Path) -> None:
    """Of the snapshot and of what changed since."""
    items = described(["i0", "n0"], np.random.default_rng(0))
    items["i0"]["brand"], items["n0"]["brand"] = "old", "new"
    laid = overlay(snapshot(tmp_path, {"i0": items["i0"]}), {"n0": items["n0"]})
    assert laid.columns.brands == {"old", "new"}


def test_a_removed_item_is_nowhere(tmp_path: Path) -> None:
    """It has no row, and is in no category and no search; an empty category is not listed."""
    rng = np.random.default_rng(0)
    before = described(["a", "b", "c"], rng)
    for item, category in zip(before.values(), ("tops", "tops", "bags"), strict=True):
        item["category"] = category
    laid = overlay(snapshot(tmp_path / "s", before), {}, ("b", "c", "never there"))
    assert "b" not in laid.row_of
    assert laid.row_of.get("c") is None
    assert laid.categories == ("tops",)
    assert laid.rows_in("tops").tolist() == laid.rows.tolist() == [0]
    assert laid.search("tops", np.ones((1, SIZE), np.float32), 5)[1].tolist() == [[0]]
    for ask in (laid.rows_in, lambda name: laid.search(name, np.ones((1, SIZE), np.float32), 1)):
        with pytest.raises(KeyError):
            ask("bags")


def test_many_hidden_rows_are_filtered(tmp_path: Path) -> None:
    """More hidden rows than are over-fetched are filtered."""
    before = described([f"i{n}" for n in range(400)], np.random.default_rng(0))
    for item in before.values():
        item["category"] = "tops"
    laid = overlay(snapshot(tmp_path / "s", before), {}, tuple(f"i{n}" for n in range(300)))
    scores, rows = laid.search("tops", np.ones((2, SIZE), np.float32), 150)
    assert rows.shape == scores.shape == (2, 100)
    assert rows.min() == 300


def test_the_snapshot_and_an_earlier_overlay_stay_as_they_were(tmp_path: Path) -> None:
    """Their answers stay the same."""
    rng = np.random.default_rng(0)
    base = snapshot(tmp_path / "s", described(["a", "b"], rng))
    first = overlay(base, described(["c"], rng))
    overlay(base, described(["a", "c", "d"], rng), ("b",))
    assert set(base.row_of) == {"a", "b"}
    assert set(first.row_of) == {"a", "b", "c"}
    assert first.count == 3


def test_features_are_read_as_an_array(tmp_path: Path) -> None:
    """A row, rows in any order, columns, a slice."""
    rng = np.random.default_rng(0)
    before, changed = described(["a", "b"], rng), described(["c", "d"], rng)
    laid = overlay(snapshot(tmp_path / "s", before), changed)
    whole = np.array([item["features"] for item in (before | changed).values()])
    for key in (3, 0, [2, 0, 3], np.array([1]), (np.array([3, 1]), slice(1, 4)), (2, slice(0, 2)), slice(1, 3), []):
        np.testing.assert_array_equal(laid.features[key], whole[key if not isinstance(key, list) else np.array(key, dtype=int)])


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    """Other sizes, an id twice, a vector that is no number."""
    rng = np.random.default_rng(0)
    base = snapshot(tmp_path / "s", described(["a"], rng))
    given = arrays(described(["b", "c"], rng))
    for features, embeddings in ((given["features"][:1], given["embeddings"]), (given["features"], given["embeddings"][:1])):
        with pytest.raises(SnapshotError, match="one row each"):
            Segment(given["items"], features, embeddings)
    twice = pa.table({"id": ["b", "b"], "category": ["tops", "tops"]})
    with pytest.raises(SnapshotError, match="'b' occurs twice"):
        Segment(twice, given["features"], given["embeddings"])
    with pytest.raises(VectorError, match="NaN"):
        Segment(given["items"], given["features"], np.full((2, SIZE), np.nan))
    with pytest.raises(SnapshotError, match="of \\(6, 5\\) numbers"):
        Overlay.over(base, Segment(given["items"], given["features"], np.ones((2, 5), np.float32)))
    with pytest.raises(IndexError):
        overlay(base, described(["b"], rng)).embeddings([2])
