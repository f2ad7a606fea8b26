"""A home of when snapshots had format 1 (``data/home-of-format-1``, 9 items) is served, and renewed by the next publish."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.catalogue.publishing import publish
from app.home.store import ReleaseStore
from app.release.release import Release
from index.errors import SnapshotError

OLD = Path(__file__).parent / "data" / "home-of-format-1"


@pytest.fixture
def store(tmp_path: Path) -> ReleaseStore:
    """A copy of the old home."""
    return ReleaseStore(Path(shutil.copytree(OLD, tmp_path / "home")))


def opened(store: ReleaseStore) -> Release:
    """The current release; opening it compares its embeddings with what the bundle makes of the features now."""
    current = store.current()
    assert current is not None
    return Release.open(store, current)


def test_it_is_served(store: ReleaseStore) -> None:
    """Every item is found by its own embedding."""
    snapshot = opened(store).snapshot
    assert snapshot.manifest.format == 1
    assert snapshot.sizes == {"Scarves & hats": 3, "shoes": 3, "tops": 3}
    for row in snapshot.rows:
        _, [[found]] = snapshot.search(snapshot.category_of(row), snapshot.embeddings([row]), 1)
        assert found == row


def test_publishing_renews_it(store: ReleaseStore) -> None:
    """The same items and embeddings, in the format of now; the old release can still be gone back to."""
    before = opened(store)
    publish(store.bundle_path(before.record.bundle), store)
    after = opened(store)
    assert after.snapshot.manifest.format == 2
    np.testing.assert_array_equal(after.snapshot.embeddings(after.snapshot.rows), before.snapshot.embeddings(before.snapshot.rows))
    assert after.snapshot.items.equals(before.snapshot.items)
    store.activate(store.before_current().id, back=True)
    assert opened(store).id == before.id


def flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [flip, Path.unlink])
@pytest.mark.parametrize("name", ["index/shoes.faiss", "manifest.json"])
def test_a_damaged_file_is_refused_by_name(store: ReleaseStore, name: str, damage: Callable[[Path], None]) -> None:
    """As in a snapshot of now."""
    current = store.current()
    assert current is not None
    damage(store.snapshot_path(current.snapshot) / name)
    with pytest.raises(SnapshotError, match=f"{name}.*import the catalogue again"):
        opened(store)
