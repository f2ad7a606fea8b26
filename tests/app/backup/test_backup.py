"""A backup is taken while a home is served and learned from, the home is destroyed, and put back: nothing that was acknowledged is lost."""

from __future__ import annotations

import itertools
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
import redis
from pydantic import SecretStr
from starlette.testclient import TestClient

import app.backup.taking
from app.backup.restoring import restore
from app.backup.taking import take
from app.catalogue.importing import import_catalogue
from app.cli import run
from app.ground.errors import HomeError
from app.ground.parts import Keys, LogSettings
from app.ground.settings import Settings
from app.home.keys import KeyFile
from app.home.runs import Runs
from app.home.store import ReleaseStore
from app.log.base import Stream
from app.log.open import opened_log
from app.main import create_app
from app.worker.archive import Archive, read_archive
from models.errors import InputError

KEY = "a key of the tests"
BODY = {"items": ["tops-1"], "k": 5, "session": "s"}
OLD = Path(__file__).parents[1] / "release" / "data" / "home-of-format-1"


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory, write_catalogue: Callable[..., Path]) -> Path:
    """A home of its own."""
    root = tmp_path_factory.mktemp("backed-up")
    import_catalogue(write_catalogue(root / "shop"), ReleaseStore(root / "home"), default_encoder="shipped")
    return root / "home"


@pytest.fixture
def home(imported: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(imported, tmp_path / "home"))


@pytest.fixture(params=["sqlite", "redis"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> LogSettings:
    """The log of either kind."""
    if request.param == "sqlite":
        return LogSettings()
    socket = tmp_path / "redis.sock"
    request.getfixturevalue("start_redis")("--unixsocket", str(socket))
    return LogSettings(url=SecretStr(f"unix://{socket}"))


def client_of(home: Path, log: LogSettings) -> TestClient:
    """The service over a home."""
    return TestClient(create_app(Settings(home=home, log=log, keys=Keys(admin=SecretStr(KEY)))), headers={"X-API-Key": KEY})


def purchase(number: int) -> dict[str, Any]:
    """An event."""
    return {"id": f"e{number}", "type": "purchase", "item": "tops-1", "session": f"s{number}"}


def answers(client: TestClient) -> Any:
    """What is suggested, without what differs with each answer."""
    return [{**answer, "recommendation_id": ""} for answer in (client.post("/complete-outfit", json=BODY).json(),)]


def destroy(home: Path, log: LogSettings) -> None:
    """Nothing is left."""
    shutil.rmtree(home)
    if not log.url.get_secret_value().startswith("sqlite:"):
        redis.Redis.from_url(log.url.get_secret_value()).flushall()


async def archived(home: Path, log: LogSettings, limit: int = 1_000) -> set[str]:
    """Archive as the worker does; returns all that the archive has then."""
    archive = Archive(Runs(home).events)
    async with opened_log(log, home) as opened:
        entries = await opened.take(Stream.EVENTS, "archive", "me", limit=limit)
        archive.write(entries)
        await opened.acknowledge(Stream.EVENTS, "archive", [entry.offset for entry in entries])
        await opened.trim(Stream.EVENTS)
    return set(read_archive(Runs(home).events, ["id"]).column("id").to_pylist())


@pytest.fixture
def anyio_backend() -> str:
    """The service's."""
    return "asyncio"


@pytest.mark.anyio
async def test_destroyed_and_put_back_it_answers_as_before_and_has_every_event(home: Path, log: LogSettings, tmp_path: Path) -> None:
    """Changed items, rules, keys, events that are archived and such as are not, ids that count once; and it goes on from there."""
    with client_of(home, log) as client:
        client.put("/items", json={"items": [{"id": "new", "category": "shoes", "title": "new", "features": [1.0] * 16}]})
        client.put("/rules", json={"rules": [{"id": "r", "do": "pin", "ids": ["new"]}]})
        client.post("/events", json={"events": [purchase(number) for number in range(20)]})
        before = answers(client)
        await archived(home, log, limit=10)
        assert (about := take(ReleaseStore(home), log, tmp_path / "b.tar.zst")).log
    token = KeyFile(home).create("late", ["admin"])[1]
    destroy(home, log)
    restore(tmp_path / "b.tar.zst", home, log)
    with client_of(home, log) as client:
        assert client.get("/readyz").status_code == 200
        assert answers(client) == before
        assert client.get("/items/new").json()["title"] == "new"
        assert [rule["id"] for rule in client.get("/rules").json()["rules"]] == ["r"]
        again = client.post("/events", json={"events": [purchase(3), purchase(100)]}).json()
        assert (again["accepted"], again["repeated"]) == (1, 1)
        assert client.post("/events", json={"events": [purchase(7)]}, headers={"X-API-Key": token}).status_code == 403
        got = await archived(home, log)
        assert {f"e{number}" for number in (*range(20), 100)} <= got
        assert about.release == client.get("/readyz").json()["release"]
        removed = client.delete("/items/new")
        assert removed.status_code == 200
        assert client.get("/items/new").status_code == 404


@pytest.mark.anyio
async def test_a_backup_while_everything_is_written_lacks_nothing_that_was_acknowledged_before(
    home: Path, log: LogSettings, tmp_path: Path
) -> None:
    """Shoppers buy, items change, rules come and the archive takes events over, all the time."""
    stop, begun, acknowledged, items, trouble = threading.Event(), threading.Event(), list[str](), list[str](), list[BaseException]()

    def write(client: TestClient) -> None:
        try:
            for number in itertools.count():
                if stop.is_set():
                    return
                assert client.post("/events", json={"events": [purchase(number)]}).status_code == 202
                acknowledged.append(f"e{number}")
                put = {"id": f"n{number}", "category": "shoes", "title": "new", "features": [float(number % 7)] * 16}
                assert client.put("/items", json={"items": [put]}).status_code == 200
                items.append(f"n{number}")
                begun.set()
                if number % 5 == 0:
                    client.put("/rules", json={"rules": [{"id": f"r{number}", "do": "bury", "items": {"ids": ["tops-2"]}}]})
        except BaseException as error:  # noqa: BLE001 - told by the test
            trouble.append(error)

    taken = []
    with client_of(home, log) as client:
        writer = threading.Thread(target=write, args=(client,))
        writer.start()
        for turn in range(3):
            await anyio.sleep(0.4)
            await anyio.to_thread.run_sync(begun.wait, 30)
            await archived(home, log, limit=20)
            events, changes = list(acknowledged), list(items)
            file = tmp_path / f"b{turn}.tar"
            take(ReleaseStore(home), log, file)
            taken.append((file, events, changes))
        stop.set()
        writer.join()
    assert trouble == []
    for file, events, changes in taken:
        destroy(home, log)
        restore(file, home, log)
        with client_of(home, log) as client:
            assert client.get("/readyz").status_code == 200
            assert len(changes) > 0
            assert [item for item in changes[-20:] if client.get(f"/items/{item}").status_code != 200] == []
            assert not set(events) - await archived(home, log)


def test_a_release_that_comes_meanwhile_is_left_out_with_what_it_has_of_the_log(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may hold changes behind the end of the copied log, whose places others would take."""
    store, copy = ReleaseStore(home), app.backup.taking.copy_out
    before = store.served()

    def copy_and_publish(*given: Any) -> Any:
        try:
            return copy(*given)
        finally:
            later = store.add(bundle=before.bundle, snapshot=before.snapshot, recipe="x", items=1, catalog_offset="999")
            store.activate(later.id)

    monkeypatch.setattr(app.backup.taking, "copy_out", copy_and_publish)
    take(store, LogSettings(), tmp_path / "b.tar")
    restore(tmp_path / "b.tar", tmp_path / "back", LogSettings())
    assert ReleaseStore(tmp_path / "back").records() == [before]
    assert ReleaseStore(tmp_path / "back").served() == before


def test_a_place_that_is_none_is_told(home: Path, tmp_path: Path) -> None:
    """Rather than made, where nobody would look for a backup."""
    with pytest.raises(InputError, match="no directory"):
        take(ReleaseStore(home), LogSettings(), tmp_path / "typo" / "b.tar")
    assert not (tmp_path / "typo").exists()


@pytest.mark.parametrize("file", ["snapshots/*/embeddings.npy", "snapshots/*/items.parquet", "bundles/*/manifest.json"])
def test_a_release_that_is_damaged_is_not_packed_unless_told(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str
) -> None:
    """Or it would push the last good backup out; that one stays as it was."""
    out = tmp_path / "b.tar"
    assert run(["backup", str(out), "--home", str(home)]) == 0
    before, [damaged] = out.read_bytes(), home.glob(file)
    content = damaged.read_bytes()
    damaged.write_bytes(content[:-9] + bytes(byte ^ 1 for byte in content[-9:]))
    assert run(["backup", str(out), "--home", str(home)]) == 2
    assert re.search(rf"^attire: {damaged}: .*--force packs it as it is$", capsys.readouterr().err, re.MULTILINE)
    assert out.read_bytes() == before
    assert run(["backup", str(out), "--home", str(home), "--force"]) == 0
    assert re.search(rf"^warning: {damaged}: .*; packed as it is$", capsys.readouterr().err, re.MULTILINE)
    restore(out, tmp_path / "back", LogSettings())
    assert (tmp_path / "back" / damaged.relative_to(home)).read_bytes() == damaged.read_bytes()
    damaged.unlink()
    with pytest.raises(HomeError, match=r"is missing|missing from the snapshot"):
        take(ReleaseStore(home), LogSettings(), out)
    shutil.rmtree(home / file.partition("/")[0])
    with pytest.raises(HomeError, match=r"no (snapshot|bundle) here"):
        take(ReleaseStore(home), LogSettings(), out)


def test_a_home_that_is_not_empty_is_kept_unless_told(home: Path, tmp_path: Path) -> None:
    """And one that is served is, even so."""
    log = LogSettings()
    take(ReleaseStore(home), log, tmp_path / "b.tar")
    (home / "mine").write_text("mine")
    with pytest.raises(HomeError, match=r"not empty.*--force"):
        restore(tmp_path / "b.tar", home, log)
    with client_of(home, log) as client:
        assert client.post("/events", json={"events": [purchase(1)]}).status_code == 202
        with pytest.raises(HomeError, match=r"stop it first; if it was killed just now, remove .*/serving, or wait 15 minutes$"):
            restore(tmp_path / "b.tar", home, log, force=True)
    assert (home / "mine").read_text() == "mine"
    restore(tmp_path / "b.tar", home, log, force=True)
    assert not (home / "mine").exists()
    assert not (home / "log.sqlite").exists()
    assert [path.name for path in home.iterdir() if path.name.startswith(".re")] == []


def test_a_file_that_is_cut_or_changed_is_refused_and_changes_nothing(home: Path, tmp_path: Path) -> None:
    """At whatever place it was cut; and there is nothing then that would be taken for a home."""
    file, new = tmp_path / "b.tar", tmp_path / "new"
    take(ReleaseStore(home), LogSettings(), file)
    whole = file.read_bytes()
    place = whole.index(b"tops number 3") if b"tops number 3" in whole else len(whole) // 2
    for content in (b"", b"no tar", whole[:700], whole[: len(whole) // 2], whole[:-12_000], whole[:place] + b"X" + whole[place + 1 :]):
        file.write_bytes(content)
        with pytest.raises(HomeError, match=r"not a whole backup|damaged|not a backup"):
            restore(file, new, LogSettings())
        assert not new.exists()
    file.write_bytes(whole)
    restore(file, new, LogSettings())
    assert ReleaseStore(new).served() == ReleaseStore(home).served()


def test_a_restore_that_is_killed_leaves_a_home_that_serves_nothing_or_all(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each step that moves something; done again, it is whole."""
    log, file = LogSettings(), tmp_path / "b.tar"
    with client_of(home, log) as client:
        client.post("/events", json={"events": [purchase(1)]})
    take(ReleaseStore(home), log, file)
    replace, states = Path.replace, set()
    for kill_at in itertools.count():
        left = kill_at

        def dying(path: Path, target: Path) -> Path:
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
            return replace(path, target)

        monkeypatch.setattr(Path, "replace", dying)
        monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)  # a kill tidies nothing up
        try:
            restore(file, home, log, force=True)
        except KeyboardInterrupt:
            monkeypatch.undo()
            states.add((home / "CURRENT").exists())
            if (home / "CURRENT").exists():
                assert ReleaseStore(home).served()
            restore(file, home, log, force=True)
        else:
            monkeypatch.undo()
            break
        assert {path.name for path in home.iterdir() if path.name.startswith(".re")} == set()
    assert kill_at > 8
    assert False in states


@pytest.mark.integration
def test_a_backup_that_is_killed_leaves_the_one_before(home: Path, tmp_path: Path) -> None:
    """Its name is given to it when it is whole."""
    (home / "worker").mkdir(exist_ok=True)
    (home / "worker" / "large").write_bytes(b"0" * 200_000_000)
    file = tmp_path / "b.tar.gz"
    file.write_text("the one before")
    process = subprocess.Popen([sys.executable, "-c", "from app.cli import main; main()", "backup", str(file), "--home", str(home)])
    until = time.monotonic() + 60
    while not list(tmp_path.glob(".b.tar.gz.*")):
        assert time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert file.read_text() == "the one before"


def test_an_old_home_goes_through_a_backup_and_answers(tmp_path: Path) -> None:
    """One of snapshots of format 1."""
    home = Path(shutil.copytree(OLD, tmp_path / "old"))
    take(ReleaseStore(home), LogSettings(), tmp_path / "b.tar.gz")
    restore(tmp_path / "b.tar.gz", tmp_path / "new", LogSettings())
    with client_of(home, LogSettings()) as one, client_of(tmp_path / "new", LogSettings()) as other:
        ids = [item["id"] for item in one.get("/items?limit=9").json()["items"]]
        body = {"items": ids[:1], "k": 3}
        told = [client.post("/complete-outfit", json=body).json()["slots"] for client in (one, other)]
        assert told[0] == told[1]
        assert told[0]
