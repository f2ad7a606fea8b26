"""A home in object storage: shared by machines, whole or not at all, and nobody's change is lost unseen."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.ground.errors import HomeError, ReplacedError, StorageGoneError
from app.ground.parts import Keys, LogSettings, SwapSettings
from app.ground.places import working_copy
from app.ground.settings import Settings
from app.home import bucket
from app.home.keys import KeyFile
from app.home.origin import origin_of
from app.home.store import ReleaseStore
from app.main import create_app
from app.release.release import Release
from app.rules.book import RuleFile
from app.rules.rule import RULES
from models.errors import InputError

pytestmark = pytest.mark.integration
Machine = Callable[[str], ReleaseStore]
SLOW_PUBLISHER = """
import sys, time
from pathlib import Path
from app.home.bucket import Bucket
from app.home.store import ReleaseStore
write = Bucket.write
def slow(self, name, file):
    write(self, name, file)
    print(name, flush=True)
    time.sleep(1)
Bucket.write = slow
store = ReleaseStore(Path(sys.argv[1]))
store.current()
store.activate(sys.argv[2])
"""


def served(store: ReleaseStore) -> str | None:
    """The release that is current, as this machine sees it."""
    current = store.current()
    return current.id if current else None


def under(store: ReleaseStore, place: str) -> str:
    """A place of the home, as the storage's own client names it."""
    origin = origin_of(store.home)
    assert origin is not None
    return f"{origin.bucket.url.removeprefix('s3://')}/{place}"


def a_rule(name: str) -> Any:
    """A rule that pins an item."""
    return RULES.validate_python([{"id": name, "do": "exclude", "items": {"ids": ["tops-1"]}}])


def test_what_one_machine_publishes_another_serves(first: ReleaseStore, machine: Machine) -> None:
    """The same bytes, checked, and the same way back."""
    other = machine("b")
    one, two = first.records()
    assert served(other) == one.id
    first.activate(two.id)
    assert served(other) == two.id
    assert other.before_current().id == one.id
    release = Release.open(other, two)
    assert release.embed_rows([0]).tolist() == Release.open(first, two).embed_rows([0]).tolist()
    files = {
        path.relative_to(other.home) for kind in ("bundles", "snapshots") for path in (other.home / kind).rglob("*.*") if path.is_file()
    }
    assert {path: (other.home / path).read_bytes() for path in files if "cache" not in path.parts and path.name != ".coming.lock"} == {
        path: (first.home / path).read_bytes() for path in files if "cache" not in path.parts and path.name != ".coming.lock"
    }
    other.activate(one.id, back=True)
    assert served(first) == one.id
    with pytest.raises(HomeError, match="no release served before"):
        first.before_current()


def test_of_two_who_publish_at_once_one_wins_and_the_other_is_told(first: ReleaseStore, machine: Machine) -> None:
    """Both have seen the same release serve."""
    other, (one, two) = machine("b"), first.records()
    first.activate(two.id)
    first.activate(one.id, back=True)
    assert served(other) == one.id
    other.bring(two)
    told: list[str] = []
    at_once = threading.Barrier(2)

    def publish(store: ReleaseStore, name: str) -> None:
        at_once.wait()
        try:
            store.activate(two.id)
        except ReplacedError as error:
            assert f"{first_url}/CURRENT was changed by another meanwhile" in str(error)  # noqa: PT017 - in a thread
        else:
            told.append(name)

    origin = origin_of(first.home)
    assert origin is not None
    first_url = origin.bucket.url
    threads = [threading.Thread(target=publish, args=one) for one in ((first, "a"), (other, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1
    assert served(machine("c")) == two.id


def test_who_published_on_what_is_no_longer_current_changes_nothing(first: ReleaseStore, machine: Machine) -> None:
    """Neither in the bucket nor on its own machine; once it has looked again, it may."""
    other, (one, two) = machine("b"), first.records()
    assert served(other) == one.id
    first.activate(two.id)
    with pytest.raises(ReplacedError):
        other.activate(one.id)
    assert (other.home / "CURRENT").read_text().strip() == one.id
    assert served(other) == two.id
    other.activate(one.id)
    assert served(first) == one.id


def test_who_could_not_look_what_is_current_changes_nothing(first: ReleaseStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another may have published meanwhile; whoever cannot know is not told that one did."""
    one, two = first.records()
    monkeypatch.setattr("app.home.origin._KNOWN", {})  # as the next command
    origin = origin_of(first.home)
    assert origin is not None

    def gone(**_: Any) -> Any:
        msg = "it does not answer"
        raise StorageGoneError(msg)

    with monkeypatch.context() as patched:
        patched.setattr(origin.bucket, "names", gone)
        assert served(first) == one.id
    with pytest.raises(ReplacedError, match="or the storage did not answer when this process was to look at it; so it stays as it is"):
        first.activate(two.id)
    assert served(first) == one.id
    first.activate(two.id)
    assert served(first) == two.id


def test_a_publisher_killed_amid_its_upload_leaves_the_old_release_serving(first: ReleaseStore, machine: Machine) -> None:
    """And publishing again goes well."""
    one, two = first.records()
    process = subprocess.Popen([sys.executable, "-c", SLOW_PUBLISHER, str(first.home), two.id], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert next(process.stdout).startswith(("bundles/", "snapshots/"))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    other = machine("b")
    assert served(other) == one.id
    Release.open(other, one)
    with pytest.raises(HomeError, match=r"no release|missing; publish the release again"):
        other.bring(other.record(two.id))
    first.activate(two.id)
    assert served(other) == two.id
    Release.open(other, two)


@pytest.mark.parametrize("how", ["cut", "altered", "gone"])
def test_a_damaged_object_is_told_and_never_loaded(first: ReleaseStore, machine: Machine, storage: Any, how: str) -> None:
    """By its name; it comes right once it is written again."""
    one, _ = first.records()
    name = under(first, f"snapshots/{one.snapshot}/features.npy")
    whole = storage.files.cat_file(name)
    if how == "gone":
        storage.files.rm_file(name)
    else:
        storage.files.pipe_file(name, whole[:-7] if how == "cut" else whole[:-1] + bytes([whole[-1] ^ 1]))
    other = machine("b")
    with pytest.raises(HomeError, match=rf"features\.npy: {'missing' if how == 'gone' else 'truncated or altered'}.*publish .*again"):
        Release.open(other, other.served())
    assert not other.snapshot_path(one.snapshot).exists()
    if how == "altered":
        storage.files.pipe_file(name, whole)
    else:
        first.activate(one.id)
    Release.open(other, other.served())


def test_a_download_goes_on_where_it_was_killed(first: ReleaseStore, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What had come is not asked for again."""
    one, _ = first.records()
    other = machine("b")
    monkeypatch.setattr(bucket, "BLOCK", 512)
    part, asked, left = bucket.Bucket.part, list[tuple[str, int]](), 3

    def killed(self: bucket.Bucket, name: str, start: int) -> bytes:
        nonlocal left
        asked.append((name, start))
        left -= 1
        if left == 0:
            raise KeyboardInterrupt
        return part(self, name, start)

    monkeypatch.setattr(bucket.Bucket, "part", killed)
    with pytest.raises(KeyboardInterrupt):
        other.bring(other.served())
    other.bring(one)
    assert len(asked) == len(set(asked)) + 1  # the one that did not come
    Release.open(other, one)


def test_a_service_follows_and_serves_on_when_what_it_should_follow_is_broken(first: ReleaseStore, machine: Machine, storage: Any) -> None:
    """Nobody who asks notices; `/readyz` says why, and it follows once it can."""
    one, two = first.records()
    other = machine("b")
    settings = Settings(home=other.home, swap=SwapSettings(poll_s=0.05), keys=Keys(admin=SecretStr("administer")))
    assert served(other) == one.id

    def soon(happens: Callable[[], bool]) -> None:
        until = time.monotonic() + 60
        while not happens():
            assert time.monotonic() < until
            assert client.post("/complete-outfit", json={"items": ["tops-1"]}).status_code == 200
            time.sleep(0.05)

    with TestClient(create_app(settings)) as client:
        first.activate(two.id)
        soon(lambda: client.get("/readyz").json()["release"] == two.id)
        for path in storage.files.find(under(first, f"snapshots/{one.snapshot}")):
            if path.endswith("features.npy"):
                storage.files.pipe_file(path, b"cut")
        shutil.rmtree(other.snapshot_path(one.snapshot))
        first.activate(one.id, back=True)  # which mends what is not as long as here
        soon(lambda: client.get("/readyz").json()["release"] == one.id)
        answer = client.post(f"/releases/{two.id}/activate", headers={"X-API-Key": "administer"})
        assert answer.status_code == 200
        assert served(first) == two.id


def test_rules_and_keys_are_those_of_all_machines(first: ReleaseStore, machine: Machine) -> None:
    """Each change is on top of the others', or refused."""
    here, there = RuleFile(first.home), RuleFile(machine("b").home)
    here.put(a_rule("one"))
    there.put(a_rule("two"))
    with here.changing():
        pass
    assert [rule.id for rule in here.book().rules] == ["one", "two"]
    with here.changing():  # and another machine changes it meanwhile
        there.put(a_rule("three"))
        with pytest.raises(ReplacedError, match=r"rules\.json was changed by another meanwhile"):
            here.write(9, {"rules": []})
    _, token = KeyFile(first.home).create("feed", ["write"])
    other = machine("c")
    assert served(other) == first.records()[0].id
    assert [key.is_of(token) for key in KeyFile(other.home).all()] == [True]
    assert KeyFile(other.home).create_first("first", ["admin"]) is None


def test_a_picture_that_one_machine_was_given_another_shows(first: ReleaseStore, machine: Machine, storage: Any, jpeg: Any) -> None:
    """Under the hash of its bytes, which is looked at."""
    name, other = first.images.put(jpeg("red"), to_disk=True), machine("b").images
    assert name is not None
    assert other.bring(name).read_bytes() == first.images.path(name).read_bytes()
    lost = machine("c").images
    storage.files.pipe_file(under(first, f"images/{name[:2]}/{name}"), b"cut")
    with pytest.raises(HomeError, match="truncated or altered"):
        lost.bring(name)
    nobodys = f"{hashlib.sha256(b'').hexdigest()}.jpg"
    assert not lost.bring(nobodys).exists()


def test_a_release_brings_its_pictures(first: ReleaseStore, machine: Machine, jpeg: Any) -> None:
    """Those of an import are sent when it is published, and all of them come where each is read."""
    name = first.images.put(jpeg("blue"))
    assert name is not None
    first.activate(first.records()[1].id)
    other = machine("b")
    other.bring_pictures()
    assert other.images.path(name).read_bytes() == first.images.path(name).read_bytes()


def test_what_was_taken_over_serves_on_when_the_storage_is_gone(
    start_storage: Any, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that never had anything says that it cannot be asked."""
    storage = start_storage()
    for name, value in storage.asked.items():
        monkeypatch.setenv(name, value)
    stores = [ReleaseStore(working_copy("s3://shops/gone", tmp_path / name)) for name in ("a", "b")]
    for part in ("bundles", "snapshots", "releases"):
        shutil.copytree(home / part, stores[0].home / part)
    assert stores[0].current() is None
    record = stores[0].activate(stores[0].records()[0].id)
    storage.kill()
    Release.open(stores[0], stores[0].served())
    assert served(stores[0]) == record.id
    with pytest.raises(StorageGoneError, match=r"does not give or take it \(Could not connect .*; see that AWS_ENDPOINT_URL names it"):
        stores[1].current()


@pytest.mark.usefixtures("storage")
def test_who_may_not_ask_is_told_what_to_look_at(start_storage: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bucket's name, the keys that are wrong, or that there are none."""

    def why(url: str) -> str:
        with pytest.raises(StorageGoneError) as raised:
            ReleaseStore(working_copy(url, tmp_path / "a")).current()
        return str(raised.value)

    assert "make the bucket, or name another in ATTIRE_HOME" in why("s3://elsewhere/home")
    monkeypatch.setenv("AWS_ENDPOINT_URL", start_storage(trusting=False).url)
    assert "see that AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in why("s3://shops/wrong-key")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert "see that AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in why("s3://shops/no-key")


def test_current_is_one_object_that_is_told_when_it_is_none(first: ReleaseStore, machine: Machine, storage: Any) -> None:
    """What is written by hand is not believed."""
    assert json.loads(storage.files.cat_file(under(first, "CURRENT"))) == {
        "current": first.records()[0].id,
        "served": [first.records()[0].id],
    }
    storage.files.pipe_file(under(first, "CURRENT"), b"r1")
    with pytest.raises(HomeError, match="CURRENT: not as `attire publish` writes it"):
        machine("b").current()


def test_a_home_of_no_bucket_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """So is one with a log that is a file of each machine, and one without what asks the storage."""
    redis = LogSettings(url=SecretStr("redis://127.0.0.1/0"))
    with pytest.raises(InputError, match="names no bucket"):
        Settings.read(home="s3://", log=redis)
    with pytest.raises(InputError, match=r"ATTIRE_LOG__URL.*shared by all machines"):
        Settings.read(home="s3://shops/home")
    found = Settings.read(home="s3://shops/home", log=redis, cache=tmp_path)
    assert found.home.parent == tmp_path / "homes"
    monkeypatch.setattr("app.ground.places.find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"pip install 'attire\[s3\]'"):
        Settings.read(home="s3://shops/home", log=redis, cache=tmp_path)
