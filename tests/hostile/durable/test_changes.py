"""Catalogue changes: what they cost, what outlives a restart, and what they leave alone."""

from __future__ import annotations

import json
import shutil
import threading
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.catalogue.changes import ChangedItem, patch, removal, replayed, upsert
from app.catalogue.importing import import_catalogue
from app.catalogue.showing import overlaid, with_merged
from app.ground.parts import Keys
from app.ground.settings import Settings
from app.home.encodings import Encodings
from app.home.store import ReleaseStore
from app.log.base import Entry, Event
from app.main import create_app
from app.release.photo_encoder import PhotoEncoder
from app.release.release import Release
from index.delta import Overlay
from models.errors import EncoderError

KEY = "a key of the tests"


def client_of(home: Path) -> TestClient:
    """The service over a home."""
    return TestClient(create_app(Settings(home=home, keys=Keys(admin=SecretStr(KEY)))), headers={"X-API-Key": KEY})


def opened(home: Path) -> Release:
    """The current release."""
    store = ReleaseStore(home)
    return Release.open(store, store.served())


@pytest.fixture(scope="session")
def titled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose items are encoded by the shipped encoder."""
    root = tmp_path_factory.mktemp("titled")
    lines = [{"id": f"i{n}", "category": ("tops", "shoes")[n % 2], "title": f"item {n}"} for n in range(8)]
    (root / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    import_catalogue(root, ReleaseStore(root / "home"), default_encoder="shipped")
    return root / "home"


def test_changes_that_are_replayed_together_take_memory_by_their_number(home: Path) -> None:
    """And not by its square: 20,000 take less than 100 MB."""
    base = opened(home).snapshot
    entries = [Entry(str(number), patch({"id": "tops-1", "price": float(number)})) for number in range(20_000)]
    tracemalloc.start()
    try:
        now, refused = replayed(base, {}, entries)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    [item] = now.values()
    assert (item is not None and item.item["price"], refused) == (19_999.0, [])
    assert peak < 100_000_000


def test_a_change_costs_as_much_however_many_came_before(home: Path) -> None:
    """At 6,000 changed items, one more takes about as long as at 200."""
    release = opened(home)
    changes: dict[str, ChangedItem | None] = {}
    base, features = release.snapshot, np.random.default_rng(0).normal(size=16).tolist()
    assert not isinstance(base, Overlay)
    took: list[float] = []
    for turn in range(300):
        events = [upsert({"id": f"n{turn}-{n}", "category": "tops", "title": f"{turn} {n}"}, features) for n in range(20)]
        started = time.thread_time()
        delta, refused = replayed(base, changes, [Entry("1", event) for event in events])
        changes.update(delta)
        release = overlaid(release, delta)
        took.append(time.thread_time() - started)
        assert not refused
        if isinstance(release.snapshot, Overlay) and (place := release.snapshot.to_merge()) is not None:
            release = with_merged(release, release.snapshot.merge(place))
    assert release.snapshot.count == 48 + 6_000
    assert median(took[-50:]) < 4 * median(took[5:15])


def test_variants_are_told_after_segments_are_merged(home: Path) -> None:
    """A merge leaves out hidden rows, and each product keeps its first variant among those left."""
    release, changes = opened(home), dict[str, ChangedItem | None]()
    base = release.snapshot
    assert not isinstance(base, Overlay)
    shirt = {"category": "tops", "title": "shirt", "price": 5.0, "attributes": '{"group_id": "g"}'}
    for turn in range(40):
        events = [upsert({"id": f"v{turn % 3}", **shirt}, [1.0] * 16), removal(f"tops-{turn % 12}")]
        delta, _ = replayed(base, changes, [Entry("1", event) for event in events])
        changes |= delta
        release = overlaid(release, delta)
        if isinstance(release.snapshot, Overlay) and (place := release.snapshot.to_merge()) is not None:
            release = with_merged(release, release.snapshot.merge(place))
    rows = [release.snapshot.row_of[f"v{n}"] for n in range(3)]
    assert len({int(release.traits.first_N[row]) for row in rows}) == 1
    assert len(release.traits.label_N) == release.snapshot.items.num_rows < 48 + 20


def test_five_hundred_deletes_take_no_time(home: Path) -> None:
    """Each is shown when it is answered, without waiting for somebody to look."""
    with client_of(home) as client:
        started = time.process_time()
        for turn in range(10):
            for n in range(12):
                if turn:
                    item = {"id": f"shoes-{n}", "category": "shoes", "features": [1.0] * 16}
                    client.put("/items", json={"items": [item]}).raise_for_status()
                assert client.delete(f"/items/shoes-{n}").json() == {"accepted": 1, "live": True}
        assert time.process_time() - started < 228 * 0.04


def test_a_put_that_leaves_stock_out_keeps_it(home: Path) -> None:
    """A sold-out item stays sold out, a new one is not known; null is not known, too."""
    with client_of(home) as client:
        for item, stock in (
            ({"id": "tops-10", "category": "tops", "price": 1.0}, False),
            ({"id": "tops-9", "category": "tops", "price": 1.0}, True),
            ({"id": "tops-10", "category": "tops", "in_stock": None}, None),
            ({"id": "tops-10", "category": "tops", "in_stock": False}, False),
            ({"id": "tops-10", "category": "tops"}, False),
            ({"id": "new", "category": "tops", "features": [1.0] * 16}, None),
        ):
            client.put("/items", json={"items": [item]}).raise_for_status()
            assert client.get(f"/items/{item['id']}").json().get("in_stock") is stock
    with client_of(home) as client:
        assert client.get("/items/tops-10").json()["in_stock"] is False


def test_an_old_upsert_without_stock_reads_as_before(home: Path) -> None:
    """It empties the field."""
    changes, _ = replayed(
        opened(home).snapshot, {}, [Entry("1", Event("a", {"type": "upsert", "item": {"id": "tops-10", "category": "tops"}}))]
    )
    changed = changes["tops-10"]
    assert changed is not None
    assert changed.item["in_stock"] is None


def test_a_patch_changes_what_it_names(home: Path) -> None:
    """And nothing else, also after a restart; ids that are not there are all named, and then nothing is changed."""
    with client_of(home) as client:
        before = client.get("/items/tops-3").json()
        answer = client.patch(
            "/items", json={"items": [{"id": "tops-3", "price": 5.5, "in_stock": False}, {"id": "tops-4", "title": None}]}
        )
        assert answer.json() == {"accepted": 2, "live": True}
        refused = client.patch(
            "/items", json=[{"id": "ghost", "price": 1.0}, {"id": "tops-3", "price": 1.0}, {"id": "spirit", "price": 1.0}]
        )
        assert (refused.status_code, [error["value"] for error in refused.json()["errors"]]) == (404, ["ghost", "spirit"])
        for wrong in (
            [{"id": "tops-3"}],
            [{"id": "tops-3", "price": 1.0}] * 2,
            [{"id": "tops-3", "image": None}],
            [{"id": "tops-3", "price": -1.0}],
        ):
            assert client.patch("/items", json=wrong).status_code == 422
        assert client.patch("/items", json=[{"id": "tops-3", "price": 1.0}], headers={"X-API-Key": "no"}).status_code in {401, 403}
    with client_of(home) as client:
        assert client.get("/items/tops-3").json() == before | {"price": 5.5, "in_stock": False}
        assert "title" not in client.get("/items/tops-4").json()
        client.delete("/items/tops-3").raise_for_status()
        assert client.patch("/items", json=[{"id": "tops-3", "price": 1.0}]).status_code == 404


def test_features_of_changes_outlive_a_restart(titled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shown at once, without the encoder; a damaged file is encoded again, and the replica is not ready until then."""
    home = shutil.copytree(titled, tmp_path / "home")
    with client_of(home) as client:
        client.put("/items", json={"items": [{"id": "new", "category": "tops", "title": "a red shirt"}]}).raise_for_status()
        until(lambda: client.get("/items/new").status_code == 200)
    encode = PhotoEncoder.encode

    def refuse(*_: object) -> None:
        msg = "it cannot be had"
        raise EncoderError(msg)

    monkeypatch.setattr(PhotoEncoder, "encode", refuse)
    with client_of(home) as client:
        assert client.get("/readyz").json()["catalogue"] == {"status": "ok", "encoding": 0}
        assert client.get("/items/new").status_code == 200
        client.put("/items", json={"items": [{"id": "other", "category": "tops", "title": "a blue shirt"}]}).raise_for_status()
        said = client.get("/readyz").json()["catalogue"]
        assert (said["status"], said["encoding"], said["problem"]) == ("degraded", 1, "it cannot be had")
        assert "attire_catalogue_encoder_failing 1.0" in client.get("/metrics").text
    [kept] = (home / "encoded").glob("*/??/*")
    kept.write_bytes(kept.read_bytes()[:-1] + b"x")
    go = threading.Event()

    def slow(encoder: PhotoEncoder, *given: object) -> object:
        go.wait(10)
        return encode(encoder, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(PhotoEncoder, "encode", slow)
    with client_of(home) as client:
        answer = client.get("/readyz")
        go.set()
        assert (answer.status_code, answer.json()["detail"]) == (503, "2 items that were changed before the start are still encoded")
        until(lambda: client.get("/readyz").status_code == 200)
        assert {client.get(f"/items/{one}").status_code for one in ("new", "other")} == {200}


def test_kept_features_are_checked(tmp_path: Path) -> None:
    """By picture, title, size and digest."""
    kept, vector = Encodings(tmp_path), np.arange(4, dtype=np.float16)
    kept.keep(("p.jpg", "t"), vector)
    found = kept.recall(("p.jpg", "t"), 4)
    assert found is not None
    assert found.tolist() == vector.tolist()
    assert kept.recall(("p.jpg", "t"), 5) is kept.recall(("p.jpg", None), 4) is None
    shutil.copyfile(kept.path(("p.jpg", "t")), kept.root / "x")
    kept.path(("p.jpg", "u")).parent.mkdir(exist_ok=True)
    shutil.copyfile(kept.root / "x", kept.path(("p.jpg", "u")))
    assert kept.recall(("p.jpg", "u"), 4) is None


def until(check: Callable[[], bool]) -> None:
    """Wait for what happens by itself."""
    end = time.monotonic() + 20
    while not check():
        assert time.monotonic() < end
        time.sleep(0.02)
