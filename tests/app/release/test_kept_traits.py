"""The traits of a snapshot are read from its items once."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.home.store import ReleaseStore
from app.release import kept_traits
from app.release.kept_traits import traits_of
from app.release.sized import Sized
from app.release.traits import Traits
from index.snapshot import Snapshot
from models.datasets.size_scale import place_of


@pytest.fixture
def directory(home: Path, tmp_path: Path) -> Path:
    """A snapshot without a cache."""
    store = ReleaseStore(home)
    return Path(
        shutil.copytree(store.snapshot_path(store.served().snapshot), tmp_path / "snapshot", ignore=shutil.ignore_patterns("cache"))
    )


def same(one: Traits, other: Traits) -> bool:
    """Whether all of two traits is equal."""
    arrays = ((one.label_N, other.label_N), (one.key_N, other.key_N), (one.first_N, other.first_N))
    return one.labels == other.labels and all(np.array_equal(left, right) and left.dtype == right.dtype for left, right in arrays)


def test_they_are_kept_and_not_read_again(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was kept is what was read."""
    snapshot = Snapshot.load(directory)
    expected = Traits.of(snapshot)
    assert same(traits_of(directory, snapshot), expected)
    monkeypatch.setattr(Traits, "of", lambda _: pytest.fail("read again"))
    assert same(traits_of(directory, snapshot), expected)


@pytest.mark.parametrize("name", ["label.npy", "labels.json", "manifest.json"])
def test_what_is_damaged_is_read_again(directory: Path, name: str) -> None:
    """And kept anew."""
    snapshot = Snapshot.load(directory)
    expected = traits_of(directory, snapshot)
    [path] = directory.glob(f"cache/traits-*/{name}")
    path.write_bytes(path.read_bytes()[:-3])
    assert same(traits_of(directory, snapshot), expected)
    assert same(kept_traits._read(path.parent, marks_men=False), expected)


def test_other_code_reads_the_words_anew(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that reads words otherwise believes nothing that another one kept."""
    snapshot = Snapshot.load(directory)
    traits_of(directory, snapshot)
    monkeypatch.setattr(kept_traits, "_version", lambda: "other")
    traits_of(directory, snapshot)
    assert len(list(directory.glob("cache/traits-*"))) == 2


def test_a_directory_that_cannot_be_written_is_no_trouble(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read at every start then."""
    snapshot = Snapshot.load(directory)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(kept_traits, "staged", refuse)
    assert same(traits_of(directory, snapshot), Traits.of(snapshot))


def test_sizes_of_one_offs_are_kept(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that have no place, too."""
    snapshot = Snapshot.load(directory)
    read = Traits.of(snapshot)
    places = (None, place_of("UK 10", "top", "women adult"))
    made = replace(read, sized=Sized(places, (np.arange(len(read.label_N)) % 2).astype(np.int32), "uk"))
    monkeypatch.setattr(Traits, "of", lambda _, **__: made)
    traits_of(directory, snapshot)
    monkeypatch.setattr(Traits, "of", lambda _: pytest.fail("read again"))
    kept = traits_of(directory, snapshot).sized
    assert kept is not None
    assert made.sized is not None
    assert (kept.places, kept.small) == (places, "uk")
    assert np.array_equal(kept.place_N, made.sized.place_N)
