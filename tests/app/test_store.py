"""The release store on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import HomeError
from app.images import ImageStore
from app.store import ReleaseRecord, ReleaseStore


@pytest.fixture
def store(tmp_path: Path) -> ReleaseStore:
    """An empty home."""
    return ReleaseStore(tmp_path)


def add(store: ReleaseStore, bundle: str = "b") -> ReleaseRecord:
    """A release that is never opened."""
    return store.add(bundle=bundle, snapshot="s", recipe="test", items=1)


def test_a_fresh_home_serves_nothing(store: ReleaseStore) -> None:
    """No current release, no releases, nothing to roll back to."""
    assert store.current() is None
    assert store.records() == []
    with pytest.raises(HomeError, match="no release before the first"):
        store.before_current()


def test_releases_count_up_beyond_nine(store: ReleaseStore) -> None:
    """In the order they were made, not of their names."""
    made = [add(store, f"b{number}").id for number in range(11)]
    assert [record.id for record in store.records()] == made
    assert made[-1].startswith("r11-")


def test_adding_does_not_serve(store: ReleaseStore) -> None:
    """Only activate changes what is served, and leaves nothing half-written behind."""
    first, second = add(store), add(store)
    store.activate(first.id)
    assert store.current() == first
    store.activate(second.id)
    assert store.current() == second
    assert [path.name for path in store.home.glob(".*")] == []


def test_rollback_points_to_the_one_before(store: ReleaseStore) -> None:
    """Of the current one, not of the newest."""
    first, second, _ = add(store), add(store), add(store)
    store.activate(second.id)
    assert store.before_current() == first


@pytest.mark.parametrize("name", ["r9-00000000", "../../etc/passwd", ""])
def test_an_unknown_release_is_refused_with_those_there_are(store: ReleaseStore, name: str) -> None:
    """A name is never a path."""
    known = add(store)
    with pytest.raises(HomeError, match=known.id):
        store.activate(name)


def test_a_broken_record_is_named(store: ReleaseStore) -> None:
    """By its file."""
    record = add(store)
    path = store.home / "releases" / f"{record.id}.json"
    path.write_text("{")
    with pytest.raises(HomeError, match=path.name):
        store.record(record.id)


def test_the_same_picture_is_kept_once(tmp_path: Path) -> None:
    """Under its content's name."""
    images = ImageStore(tmp_path)
    names = {images.put(b"\xff\xd8\xff one"), images.put(b"\xff\xd8\xff one"), images.put(b"\x89PNG two")}
    assert len(names) == 2 == len([path for path in tmp_path.rglob("*") if path.is_file()])


def test_what_is_no_picture_is_not_kept(tmp_path: Path) -> None:
    """Nothing but the accepted formats comes into the store."""
    assert ImageStore(tmp_path).put(b"<html>") is None


@pytest.mark.parametrize("name", ["../../CURRENT", "a.jpg", "0" * 64 + ".exe"])
def test_a_picture_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    """Names that no picture can have are refused."""
    with pytest.raises(ValueError, match="not the name of a stored picture"):
        ImageStore(tmp_path).path(name)
