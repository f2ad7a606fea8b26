"""Opening a release: everything is checked before anything is served."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.ground.errors import HomeError, NotReadyError
from app.home.store import ReleaseStore
from app.release.release import Release
from app.release.serving import Serving
from index.errors import SnapshotError
from models.errors import BundleError
from tests.app.homes import copied


@pytest.fixture
def own(home: Path, tmp_path: Path) -> ReleaseStore:
    """A copy of the home, to break."""
    return ReleaseStore(copied(home, tmp_path / "home"))


def reopen(store: ReleaseStore) -> Release:
    """Open the current release."""
    current = store.current()
    assert current is not None
    return Release.open(store, current)


@pytest.mark.parametrize("name", ["weights.safetensors", "slots.json", "manifest.json"])
def test_an_altered_bundle_file_is_refused_by_name(own: ReleaseStore, name: str) -> None:
    """One byte is enough."""
    current = own.current()
    assert current is not None
    path = own.bundle_path(current.bundle) / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(BundleError, match=name):
        reopen(own)


@pytest.mark.parametrize("kind", ["items.parquet", "features.npy", "embeddings.npy"])
def test_a_missing_snapshot_file_is_refused_by_name(own: ReleaseStore, kind: str) -> None:
    """Items, features or embeddings."""
    current = own.current()
    assert current is not None
    (own.snapshot_path(current.snapshot) / kind).unlink()
    with pytest.raises(SnapshotError, match=kind):
        reopen(own)


def test_a_snapshot_of_another_bundle_is_refused(own: ReleaseStore) -> None:
    """The release's two halves belong together."""
    first, second = own.records()
    path = own.home / "releases" / f"{second.id}.json"
    body = json.loads(path.read_text())
    path.write_text(json.dumps({**body, "bundle": first.bundle}))
    with pytest.raises(SnapshotError, match=first.bundle):
        reopen(own)


def test_a_bundle_that_embeds_otherwise_now_is_refused(own: ReleaseStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The canonical vectors catch what no digest can: another library, another machine."""
    monkeypatch.setattr("models.bundle.Bundle.embed", lambda *given: given[1] * 0)
    with pytest.raises(HomeError, match="publish the bundle again"):
        reopen(own)


def test_a_request_keeps_its_release(release: Release) -> None:
    """Publishing another does not change the one that a request holds."""
    serving = Serving()
    with pytest.raises(NotReadyError):
        serving.current()
    serving.release = release
    assert serving.current() is release
