"""A log that lost something is told, takes nothing more, and can be repaired; nothing that was acknowledged is silently missing."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.cli import run
from app.ground.errors import LogLostError, LogUnavailableError
from app.ground.parts import Keys, LogSettings
from app.ground.settings import Settings
from app.home.alone import alone
from app.home.replicas import ServingNote
from app.log.base import Event, Stream
from app.log.mark import Mark
from app.log.open import opened_log
from app.main import create_app

pytestmark = pytest.mark.anyio
ENTRIES = 400
SETTINGS = LogSettings()
KEY = "a key of the tests"


async def filled(home: Path, count: int = ENTRIES) -> Path:
    """A home whose log has acknowledged entries."""
    async with opened_log(SETTINGS, home) as log:
        for start in range(0, count, 20):
            await log.append(Stream.EVENTS, [Event(f"e{n}", {"type": "view", "item": f"item {n}"}) for n in range(start, start + 20)])
        await log.append(Stream.CATALOGUE, [Event("c", {"type": "delete", "item": {"id": "a"}})])
    return home


async def found(home: Path) -> list[str]:
    """What a thorough look finds."""
    async with opened_log(SETTINGS, home) as log:
        return await log.examine(thorough=True)


async def offsets(home: Path) -> list[int]:
    """Of the events that can be read."""
    async with opened_log(SETTINGS, home) as log:
        return [int(entry.offset) for entry in await log.read(Stream.EVENTS)]


async def refuses(home: Path) -> None:
    """The log takes nothing."""
    async with opened_log(SETTINGS, home) as log:
        with pytest.raises(LogLostError):
            await log.append(Stream.EVENTS, [Event("late", {})])


async def test_a_sound_log_is_sound(tmp_path: Path) -> None:
    """Also after it was trimmed, and in the eyes of a home that sees it for the first time."""
    await filled(tmp_path)
    assert await found(tmp_path) == []
    async with opened_log(SETTINGS, tmp_path) as log:
        entries = await log.take(Stream.EVENTS, "g", "c", limit=100)
        await log.acknowledge(Stream.EVENTS, "g", [entry.offset for entry in entries])
        assert await log.trim(Stream.EVENTS) == 100
    assert await found(tmp_path) == []
    shutil.rmtree(tmp_path / "acknowledged")
    assert await found(tmp_path) == []


async def test_a_log_that_is_just_being_made_is_sound(tmp_path: Path) -> None:
    """As another process may find it at a first start: a file without a table. After something was acknowledged it is not."""
    (tmp_path / "log.sqlite").touch()
    assert await found(tmp_path) == []
    home = await filled(tmp_path)
    for left in home.glob("log.sqlite*"):
        left.unlink()
    (tmp_path / "log.sqlite").touch()
    assert await found(tmp_path) == ["the file is empty, and has acknowledged entries"]


async def test_a_torn_wal_is_told(tmp_path: Path) -> None:
    """SQLite itself reads what is whole of it and says nothing."""
    home = tmp_path / "home"
    async with opened_log(SETTINGS, home) as log:
        await log.append(Stream.EVENTS, [Event("first", {})])
        for n in range(50):
            await log.append(Stream.EVENTS, [Event(f"e{n}", {})])
        shutil.copytree(home, tmp_path / "torn")
    wal = tmp_path / "torn" / "log.sqlite-wal"
    (tmp_path / "torn" / "log.sqlite-shm").unlink()
    with wal.open("r+b") as file:
        file.truncate(wal.stat().st_size * 2 // 3)
    [said] = await found(tmp_path / "torn")
    assert "up to 51 were acknowledged" in said
    await refuses(tmp_path / "torn")
    assert await asyncio.to_thread(run, ["log", "check", "--home", str(tmp_path / "torn")]) == 1


_TORN_WHILE_RUNNING = """
import asyncio, os, sys
from pathlib import Path
from app.ground.parts import LogSettings
from app.log.base import Event, Stream
from app.log.open import opened_log

async def run(home: Path, after: int) -> None:
    async with opened_log(LogSettings(), home) as log:
        for n in range(40):
            await log.append(Stream.EVENTS, [Event(f"e{n}", {"said": "x" * 300})])
        wal = home / "log.sqlite-wal"
        os.truncate(wal, wal.stat().st_size // 2)
        for n in range(after):
            await log.append(Stream.EVENTS, [Event(f"later{n}", {})])
        if sys.argv[3] == "told":
            assert await log.examine(thorough=True)
        if sys.argv[3] == "killed":
            os._exit(9)

asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2])))
"""


@pytest.mark.parametrize("after", [0, 1])
def test_a_wal_torn_while_it_runs_is_not_spoiled_by_stopping(tmp_path: Path, after: int) -> None:
    """The manual says: stop, then repair. What a kill would have left is saved after an orderly end, too, noticed or not."""
    saved = {}
    for end in ("killed", "told", "stopped"):
        home = tmp_path / end
        subprocess.run([sys.executable, "-c", _TORN_WHILE_RUNNING, str(home), str(after), end], check=False, timeout=60)

        async def repaired(home: Path = home) -> int:
            async with opened_log(SETTINGS, home) as log:
                await log.repair()
                return len(await log.read(Stream.EVENTS))

        saved[end] = asyncio.run(repaired())
    assert saved["killed"] > 10
    assert saved["told"] == saved["stopped"] == saved["killed"]


@pytest.mark.parametrize("seed", range(5))
async def test_garbled_pages_are_told_and_what_is_left_is_saved(tmp_path: Path, seed: int) -> None:
    """Wherever they are: the rest is saved, what is lost is listed, and offsets go on behind what was acknowledged."""
    home, dice = await filled(tmp_path / "home"), np.random.default_rng(seed)
    file = home / "log.sqlite"
    data = bytearray(file.read_bytes())
    pages = len(data) // 4096
    for page in {0} if seed == 0 else set(dice.choice(np.arange(20, pages), 3, replace=False).tolist()):
        data[page * 4096 : (page + 1) * 4096] = dice.bytes(4096)
    file.write_bytes(data)
    assert await found(home)
    assert await asyncio.to_thread(run, ["log", "check", "--home", str(home)]) == 1
    async with opened_log(SETTINGS, home) as log:
        said = await log.repair()
    assert await found(home) == []
    left = await offsets(home)
    events = next(line for line in said if line.startswith("events: "))
    assert f"{len(left):,} entries saved" in events
    assert len(left) >= ENTRIES // 4
    with sqlite3.connect(home / "log.sqlite") as connection:
        gone = connection.execute("SELECT first, last FROM lost WHERE stream = 'events'").fetchall()
    assert sorted([*left, *(n for first, last in gone for n in range(first, last + 1))]) == list(range(1, ENTRIES + 1))
    async with opened_log(SETTINGS, home) as log:
        assert (await log.append(Stream.EVENTS, [Event("new", {})])).end == str(ENTRIES + 1)


async def test_an_altered_entry_is_told(tmp_path: Path) -> None:
    """A page in good form with another text in it."""
    home = await filled(tmp_path)
    file = home / "log.sqlite"
    data = file.read_bytes()
    assert data.count(b'"item":"item 77"') == 1
    file.write_bytes(data.replace(b'"item":"item 77"', b'"item":"item 78"'))
    assert await found(home) == ["events: 1 of what was acknowledged cannot be read: 78"]


@pytest.mark.parametrize(
    "alter",
    [
        "UPDATE streams SET last = 1 << 50 WHERE name = 'events'",
        "UPDATE streams SET last = 'x'",
        "UPDATE streams SET trimmed = last + 1 WHERE name = 'catalog'",
        "UPDATE streams SET last = 30 WHERE name = 'events'",
        "DELETE FROM streams",
        "UPDATE entries SET offset = 7.5 WHERE offset = 7",
        "UPDATE entries SET offset = 1 << 60 WHERE offset = 7",
        "UPDATE entries SET id = NULL, data = '{' WHERE offset = 7",
        "UPDATE groups SET delivered = 'x'",
        "UPDATE pending SET offset = x'ff' WHERE offset = 7",
        "DROP TABLE ids",
    ],
)
async def test_a_figure_that_cannot_be_is_told_and_harms_nobody(tmp_path: Path, alter: str) -> None:
    """In a page of good form: who asks meanwhile is told to try again, and a repair saves the rest, in no time however large it is."""
    home = await filled(tmp_path, 40)
    async with opened_log(SETTINGS, home) as log:
        await log.take(Stream.EVENTS, "g", "c", limit=20)
    with sqlite3.connect(home / "log.sqlite") as connection:
        connection.execute(alter)
    async with opened_log(SETTINGS, home) as log:
        for asked in (
            lambda: log.read(Stream.EVENTS),
            lambda: log.append(Stream.EVENTS, [Event("late", {})]),
            lambda: log.lag(Stream.EVENTS),
            lambda: log.claim(Stream.EVENTS, "g", "d", idle_s=0),
        ):
            with suppress(LogUnavailableError, LogLostError):
                await asked()
    assert await found(home)
    async with opened_log(SETTINGS, home) as log:
        await log.repair()
    assert await found(home) == []
    assert len(await offsets(home)) >= 39


async def test_a_log_that_is_gone_is_told(tmp_path: Path) -> None:
    """Removed, or replaced by an empty one; a repair takes what there is, and offsets are not given twice."""
    home = await filled(tmp_path)
    for left in home.glob("log.sqlite*"):
        left.unlink()
    assert await found(home) == ["log.sqlite is not there, and has acknowledged entries"]
    await refuses(home)
    assert "another log" in (await found(home))[0]
    assert await asyncio.to_thread(run, ["log", "repair", "--home", str(home)]) == 0
    assert await found(home) == []
    async with opened_log(SETTINGS, home) as log:
        assert (await log.append(Stream.EVENTS, [Event("e1", {})])).end == str(ENTRIES + 1)


async def test_a_log_that_is_in_use_is_not_repaired(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither while a replica serves nor while a worker works; told what to do, and done all the same where that is said."""
    home = await filled(tmp_path)
    for left in home.glob("log.sqlite*"):
        left.unlink()
    repair = ["log", "repair", "--home", str(home)]
    replica = ServingNote(home)
    replica.write("r1-00000000")
    assert await asyncio.to_thread(run, repair) == 2
    said = capsys.readouterr().err
    assert str(home) in said
    assert "r1-00000000" in said
    assert "--force" in said
    replica.remove()
    with alone(home):
        assert await asyncio.to_thread(run, repair) == 2
        assert "worker" in capsys.readouterr().err
        assert not list(home.glob("log.sqlite*"))
        assert await asyncio.to_thread(run, [*repair, "--force"]) == 0
    assert await found(home) == []


async def test_a_repair_of_a_sound_log_does_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And says so."""
    home = await filled(tmp_path)
    assert await asyncio.to_thread(run, ["log", "repair", "--home", str(home)]) == 0
    assert "nothing was done" in capsys.readouterr().out
    assert len(await offsets(home)) == ENTRIES


async def test_a_log_of_before_reads_as_before(tmp_path: Path) -> None:
    """One without epoch and checksums goes on, and is watched from then on."""
    home = await filled(tmp_path)
    with sqlite3.connect(home / "log.sqlite") as connection:
        for table in ("epoch", "sums", "lost"):
            connection.execute(f"DROP TABLE {table}")
    shutil.rmtree(home / "acknowledged")
    assert await found(home) == []
    async with opened_log(SETTINGS, home) as log:
        assert (await log.append(Stream.EVENTS, [Event("new", {})])).end == str(ENTRIES + 1)
        assert len(await log.read(Stream.EVENTS)) == ENTRIES + 1
    assert await found(home) == []


async def test_the_mark_outlives_half_a_write(tmp_path: Path) -> None:
    """One of its records may be torn; not both."""
    home = await filled(tmp_path)
    [path] = (home / "acknowledged").iterdir()
    whole, before = path.read_bytes(), Mark(path).read()
    path.write_bytes(b"\0" * 300 + whole[300:])
    first = Mark(path).read()
    path.write_bytes(whole[:700] + b"\0" * (len(whole) - 700))
    assert before in (first, Mark(path).read())
    path.write_bytes(b"\0" * len(whole))
    assert "is damaged" in (await found(home))[0]


def test_the_service_is_not_ready_with_a_damaged_log(home: Path) -> None:
    """It says why; what shoppers do is refused, and a catalogue that lacks what was acknowledged is not shown as the current one."""
    settings = Settings(home=home, keys=Keys(admin=SecretStr(KEY)), log=LogSettings(check_s=0.05))
    with TestClient(create_app(settings), headers={"X-API-Key": KEY}) as client:
        assert client.delete("/items/shoes-1").status_code == 200
    for left in home.glob("log.sqlite*"):
        left.unlink()
    with TestClient(create_app(settings), headers={"X-API-Key": KEY}) as client:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/log-lost")
        assert any(word in answer.json()["detail"] for word in ("acknowledged", "damaged"))  # as its new tables are there already, or not
        assert "attire_log_lost 1.0" in client.get("/metrics").text
        asked = [client.get("/items"), client.get("/items/shoes-1"), client.post("/complete-outfit", json={"items": ["tops-1"]})]
        assert [(one.status_code, one.json()["type"]) for one in asked] == [(503, "/problems/log-lost")] * 3
        assert "the catalogue is not shown without what is missing" in asked[0].json()["detail"]
        assert client.get("/readyz?serving=true").status_code == 503
        assert client.delete("/items/shoes-2").status_code == 503


def test_a_lost_log_whose_changes_are_shown_goes_on(home: Path) -> None:
    """By who has them still, and by a release that was made with them; and where nothing but events is missing."""
    settings = Settings(home=home, keys=Keys(admin=SecretStr(KEY)), log=LogSettings(check_s=0.05))
    view = {"id": "e1", "type": "view", "session": "s", "item": "tops-1"}
    with TestClient(create_app(settings), headers={"X-API-Key": KEY}) as client:
        assert client.post("/events", json={"events": [view]}).status_code == 202
    for left in home.glob("log.sqlite*"):
        left.unlink()
    with TestClient(create_app(settings), headers={"X-API-Key": KEY}) as client:
        assert (client.get("/readyz").status_code, client.get("/items/shoes-1").status_code) == (503, 200)
        probed = client.get("/readyz?serving=true")
        assert (probed.status_code, probed.json()["log"]["status"]) == (200, "degraded")
        assert "acknowledged" in probed.json()["log"]["problem"]


def test_nothing_goes_into_a_log_that_is_known_to_be_damaged(home: Path) -> None:
    """Garbled pages where no acknowledged position is missing: what would be written there may be lost with them."""
    settings = Settings(home=home, keys=Keys(admin=SecretStr(KEY)), log=LogSettings(check_s=60))
    with TestClient(create_app(settings), headers={"X-API-Key": KEY}) as client:
        client.app.state.services.watch.lost = "log.sqlite: page 7 is garbled"  # type: ignore[attr-defined]
        answers = [
            client.patch("/items", json=[{"id": "shoes-1", "price": 1.0}]),
            client.delete("/items/shoes-1"),
            client.post("/events", json={"events": [{"id": "e1", "type": "view", "session": "s", "item": "shoes-1"}]}),
        ]
        assert [(answer.status_code, answer.json()["type"]) for answer in answers] == [(503, "/problems/log-lost")] * 3


@pytest.mark.integration
async def test_a_redis_that_came_back_empty_is_told(home: Path, start_redis: Callable[..., Any]) -> None:
    """While it runs and after a restart, until somebody has looked; nothing is written beside the hole."""
    server = start_redis()
    settings = Settings(home=home, keys=Keys(admin=SecretStr(KEY)), log=LogSettings(url=SecretStr(server.url), check_s=0.05))

    def served() -> None:
        with TestClient(create_app(settings), headers={"X-API-Key": KEY}) as client:
            assert client.delete("/items/shoes-3").status_code == 200
            with server.client() as redis:
                redis.flushall()
            assert client.delete("/items/shoes-4").status_code == 503
            assert (client.get("/items/shoes-3").status_code, client.get("/items/shoes-4").status_code) == (404, 200)
        with TestClient(create_app(settings), headers={"X-API-Key": KEY}) as client:
            assert client.get("/readyz").json()["type"] == "/problems/log-lost"
            assert client.get("/items/shoes-3").json()["type"] == client.get("/items").json()["type"] == "/problems/log-lost"
        with server.client() as redis:
            assert not redis.exists("attire:{catalog}")

    await asyncio.to_thread(served)
    async with opened_log(settings.log, home) as log:
        assert "another log, or an empty one" in (await log.examine())[0]
        assert (await log.repair())[0].startswith("catalog: 0 entries are there; this is another log")
        assert await log.examine() == []
        await log.append(Stream.CATALOGUE, [Event("again", {})])
