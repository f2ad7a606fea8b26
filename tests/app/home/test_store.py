"""The release store on disk."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from app.ground.errors import HomeError
from app.home import store as home_store
from app.home.images import ImageStore
from app.home.store import ReleaseRecord, ReleaseStore


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
    with pytest.raises(HomeError, match="no release here yet; run `attire import DATA"):
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
    assert [path.name for path in store.home.glob(".*")] == [".releases.lock"]


def test_rollback_points_to_the_one_before(store: ReleaseStore) -> None:
    """What served before the current one, and with a second rollback what served before that."""
    first, second, third = add(store), add(store), add(store)
    for one in (first, second, third):
        store.activate(one.id)
    assert store.activate(store.before_current().id, back=True) == second
    assert store.activate(store.before_current().id, back=True) == first
    with pytest.raises(HomeError, match=f"no release served before {first.id}"):
        store.before_current()


def test_rollback_never_serves_what_did_not_serve(store: ReleaseStore) -> None:
    """A candidate that was rejected, and a release that was rolled back, are behind the current one in number alone."""
    first, bad, _rejected, now = (add(store) for _ in range(4))
    store.activate(first.id)
    store.activate(bad.id)
    store.activate(store.before_current().id, back=True)
    store.activate(now.id)
    assert store.before_current() == first


def test_two_who_publish_at_once_leave_a_way_back(store: ReleaseStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is second waits, amid whatever the first writes; each release has a number of its own."""
    first, made, others = add(store), list[ReleaseRecord](), list[threading.Thread]()
    store.activate(first.id)
    write = home_store.write_whole

    def publish(bundle: str) -> None:
        made.append(add(store, bundle))
        store.activate(made[-1].id)

    def written(path: Path, text: str) -> None:
        if not others:
            others.append(threading.Thread(target=publish, args=("second",)))
            others[0].start()
        if threading.current_thread() is not others[0]:
            others[0].join(0.1)
        write(path, text)

    monkeypatch.setattr(home_store, "write_whole", written)
    publish("first")
    others[0].join()
    assert sorted(record.id[:3] for record in made) == ["r2-", "r3-"]
    now = store.current()
    assert now in made
    assert store.before_current() == next(record for record in made if record != now)
    assert (store.home / "SERVED").read_text().split()[0] == first.id


def test_rollback_passes_over_a_release_that_is_gone(store: ReleaseStore) -> None:
    """Its record was removed by hand."""
    first, gone, now = add(store), add(store), add(store)
    for one in (first, gone, now):
        store.activate(one.id)
    (store.home / "releases" / f"{gone.id}.json").unlink()
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


def flip(path: Path) -> None:
    """Change one byte."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_two_who_write_at_once_write_to_places_of_their_own(store: ReleaseStore) -> None:
    """Also where both are process 1, each of its container."""
    places = [store.staging("snapshots") for _ in range(2)]
    for number, place in enumerate(places):
        place.mkdir()
        (place / "file").write_text(str(number))
    assert [(place / "file").read_text() for place in places] == ["0", "1"]


def test_a_damaged_directory_is_replaced_by_a_whole_one(store: ReleaseStore) -> None:
    """That is what keeping it again is for; one that is as it was stays, whenever its like was made."""

    def made(created: str) -> Path:
        staged = store.staging("bundles")
        (staged / "index").mkdir(parents=True)
        (staged / "manifest.json").write_text(json.dumps({"id": "b", "created": created}))
        (staged / "index" / "file").write_bytes(b"content")
        return staged

    store.keep(made("now"), "b")
    final = store.bundle_path("b")
    store.keep(made("later"), "b")
    assert "now" in (final / "manifest.json").read_text()
    for name in ("index/file", "manifest.json"):
        flip(final / name)
        store.keep(made("later"), "b")
        assert (final / "index" / "file").read_bytes() == b"content"
        assert "later" in (final / "manifest.json").read_text()
    (final / "more").write_text("")
    store.keep(made("later"), "b")
    assert not (final / "more").exists()
    assert [path.name for path in final.parent.iterdir()] == ["b"]


@pytest.mark.parametrize("field", [{"bundle": 5}, {"items": "many"}, {"bundle": "../x"}, {"snapshot": "a/b"}, {"id": "r9-00000000"}])
def test_a_record_that_says_nonsense_is_refused(store: ReleaseStore, field: dict[str, object]) -> None:
    """By its file; and it hides none of the others."""
    first, second = add(store), add(store)
    path = store.home / "releases" / f"{first.id}.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **field}))
    with pytest.raises(HomeError, match=rf"{path.name}: not a release \({next(iter(field)) if 'id' not in field else 'its id'}"):
        store.record(first.id)
    assert store.records() == [second]
    assert [path.name in str(why) for why in store.survey()[1]] == [True]


def test_a_current_that_cannot_be_read_is_told(store: ReleaseStore, tmp_path: Path) -> None:
    """Bytes that are no text, a directory, a home that is a file."""
    (store.home / "CURRENT").write_bytes(b"\xff\xfe")
    with pytest.raises(HomeError, match="CURRENT: cannot be read"):
        store.current()
    (store.home / "CURRENT").unlink()
    (store.home / "CURRENT").mkdir()
    with pytest.raises(HomeError, match="CURRENT: cannot be read"):
        store.current()
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeError, match="not a directory; choose another --home"):
        ReleaseStore(tmp_path / "file").current()


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
