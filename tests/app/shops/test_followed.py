"""Shops that a file names: they come, go and change while the service and the worker run."""

from __future__ import annotations

import asyncio
import json
import pickle
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.cli import run
from app.ground.parts import Keys, SwapSettings
from app.ground.settings import Settings
from app.log.base import Event, Stream
from app.log.open import opened_log
from app.shops.followed import Followed
from app.shops.learning import learn_for
from app.shops.service import Shops
from app.worker.loop import Worker
from models.errors import InputError
from tests.app.homes import copied

OPERATOR = {"X-API-Key": "the-operators-own-key"}
QUESTION = {"items": ["tops-1"]}


@pytest.fixture
def told(home: Path, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """What is said of two shops."""
    return {name: {"home": str(copied(home, tmp_path / name)), "hosts": [f"{name}.example"]} for name in "ab"}


@pytest.fixture
def file(tmp_path: Path, told: dict[str, Any]) -> Path:
    """It says so."""
    path = tmp_path / "shops.json"
    path.write_text(json.dumps(told))
    return path


@pytest.fixture
def settings(file: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation that looks at it often."""
    monkeypatch.setenv("ATTIRE_SHOPS_FILE", str(file))
    monkeypatch.setenv("ATTIRE_SWAP__POLL_S", "0.05")
    return Settings.read(keys=Keys(admin=SecretStr("the-operators-own-key")), swap=SwapSettings(poll_s=0.05))


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """Both shops."""
    with TestClient(Shops(settings)) as opened:
        yield opened


def say(file: Path, what: str | dict[str, Any]) -> None:
    """Have it say something else, all at once."""
    new = file.with_suffix(".new")
    new.write_text(what if isinstance(what, str) else json.dumps(what))
    new.replace(file)


def asked(client: TestClient, name: str) -> int:
    """The status of a shop's answer."""
    return client.post(f"http://{name}.example/complete-outfit", json=QUESTION).status_code


def states(client: TestClient) -> dict[str, str]:
    """How each shop is."""
    told: dict[str, str] = client.get("http://10.0.0.7/readyz", headers=OPERATOR).json()["shops"]
    return told


def until(met: Any) -> None:
    """Wait for it, a minute at most."""
    end = time.monotonic() + 60
    while not met():
        assert time.monotonic() < end
        time.sleep(0.02)


def refused(client: TestClient) -> bool:
    """Whether the figure says that the file is of no use."""
    return "attire_shops_file_refused 1.0" in client.get("http://10.0.0.7/metrics", headers=OPERATOR).text


def test_shops_come_and_go_while_the_others_answer(
    client: TestClient, file: Path, told: dict[str, Any], home: Path, tmp_path: Path
) -> None:
    """Also one that has no release yet, which says so; and all of them. What goes leaves the memory."""
    found: list[int] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            found.append(asked(client, "a"))

    release = weakref.ref(client.app._shops["b"].app.state.services.serving.release)  # type: ignore[attr-defined]
    asks = threading.Thread(target=ask)
    asks.start()
    came = {"home": str(copied(home, tmp_path / "c")), "hosts": ["c.example"]}
    say(file, {"a": told["a"], "c": came, "d": {"home": str(tmp_path / "d"), "hosts": ["d.example"]}})
    until(lambda: states(client) == {"a": "ready", "c": "ready", "d": "no release yet"})
    assert [asked(client, name) for name in "bcd"] == [421, 200, 503]
    assert release() is None
    assert not list((tmp_path / "b" / "serving").iterdir())  # and so it may be put back
    stop.set()
    asks.join()
    assert set(found) == {200}
    say(file, "{}")
    until(lambda: not states(client))
    assert asked(client, "a") == 421
    say(file, told)
    until(lambda: states(client) == {"a": "ready", "b": "ready"})


def test_a_shop_that_is_told_otherwise_is_started_anew_alone(client: TestClient, file: Path, told: dict[str, Any]) -> None:
    """Who asks it meanwhile waits for it; nobody is refused."""
    apps = {name: one.app for name, one in client.app._shops.items()}  # type: ignore[attr-defined]
    say(file, {**told, "b": {**told["b"], "limits": {"max_k": 3}}})

    def changed() -> bool:
        answer = client.post("http://b.example/complete-outfit", json={**QUESTION, "k": 4})
        assert answer.status_code in {200, 422}
        return answer.status_code == 422

    until(changed)
    assert {name: one.app is apps[name] for name, one in client.app._shops.items()} == {"a": True, "b": False}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("holds", "why"),
    [
        (None, "cannot be read"),
        ("{\n  nonsense", "shops.json:2: is not JSON"),
        ('{"a": {}, "a": {}}', "names 'a' twice"),
        ('{"No": {"home": "x"}}', "field 'No': String should match"),
        ('{"a": 3}', "field 'a': Input should be a valid dictionary"),
        ('{"a": {"hosts": []}}', "shops.json['a']\": a shop has a home of its own"),
        ('{"a": {"home": "x"}, "b": {"home": "./x"}}', "'a' and 'b' have the same home"),
        ('{"a": {"home": "HOME/shops.json"}}', "no directory that can be read"),
    ],
)
def test_a_file_of_no_use_changes_nothing(
    client: TestClient, file: Path, capsys: pytest.CaptureFixture[str], holds: str | None, why: str
) -> None:
    """It is told in the log, once, and by a figure, until it is mended."""
    told = file.read_text()
    assert not refused(client)
    file.unlink() if holds is None else say(file, holds.replace("HOME", str(file.parent)))
    until(lambda: refused(client))
    assert [asked(client, name) for name in "ab"] == [200, 200]
    say(file, told)
    until(lambda: not refused(client))
    assert states(client) == {"a": "ready", "b": "ready"}
    lines = [line for line in capsys.readouterr().err.splitlines() if "shops_file_refused" in line]
    assert len(lines) == 1
    assert why in lines[0].replace("\\'", "'").replace('\\"', '"')


def test_no_two_places_tell_of_shops(settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch, told: dict[str, Any]) -> None:
    """A home is read by what the file says of its shop; one that the file does not name, by the installation's settings."""
    say(file, {**told, "b": {**told["b"], "deadline_s": 7}})
    found = [Settings.read(home=home) for home in (told["b"]["home"], "elsewhere")]
    assert [(one.deadline_s, one.of_shops) for one in found] == [(7.0, False), (30.0, False)]
    assert settings.of_shops
    monkeypatch.setenv("ATTIRE_SHOPS", "{}")
    assert len(Settings.read().shops) == 2
    monkeypatch.setenv("ATTIRE_SHOPS", '{"a": {"home": "a"}}')
    with pytest.raises(InputError, match=r"ATTIRE_SHOPS_FILE.*as well"):
        Settings.read()


def test_whoever_starts_processes_hands_on_what_was_last_of_use(settings: Settings, file: Path, told: dict[str, Any]) -> None:
    """One that takes the place of another while the file is of no use has the shops of the others."""
    followed = Followed(settings)
    followed.keep_looking()
    say(file, {"b": told["b"]})
    until(lambda: len(followed.shops) == 1)
    say(file, "nonsense")
    until(lambda: followed.trouble is not None)
    handed = pickle.loads(pickle.dumps(followed))  # noqa: S301 - its own
    assert ([shop.name for shop in handed.shops], handed.look()) == (["b"], False)


def test_commands_go_by_it(settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One for one home asks which; a doctor says what is wrong with it, as whoever is started with it does."""
    assert settings.of_shops
    assert run(["keys", "list"]) == 2
    assert f"say which: a {file.parent / 'a'}, b {file.parent / 'b'}" in capsys.readouterr().err
    say(file, "nonsense")
    for command in ("doctor", "serve", "worker"):
        assert run([command]) == 2
        assert f"{file}:1: is not JSON" in capsys.readouterr().err


def test_the_worker_follows_it(settings: Settings, file: Path, told: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop that goes is left at once; one that is told otherwise after what takes long; one that comes is worked for."""
    often = {"archive_s": 0.02, "gc_s": 0, "guard_s": 0, "publish_share": 0}
    shops = {name: {**one, "worker": often} for name, one in told.items()}
    say(file, {"a": shops["a"]})
    learns, learned, ended = asyncio.Event(), asyncio.Event(), list[str]()

    async def learn(self: Worker) -> None:
        learns.set()
        try:
            await learned.wait()
        except asyncio.CancelledError:
            ended.append(self._settings.home.name)
            raise
        monkeypatch.setattr(Worker, "due", lambda _: False)

    monkeypatch.setattr(Worker, "_run", learn)
    monkeypatch.setattr(Worker, "due", lambda _: True)

    async def bought(name: str) -> None:
        async with opened_log(settings.log, Path(told[name]["home"])) as log:
            when = "2026-11-01T12:00:00.000+00:00"
            data = {"timestamp": when, "received": when, "type": "purchase", "item": "tops-1", "session": "s"}
            await log.append(Stream.EVENTS, [Event(f"of-{name}", data)])

    def archived(name: str) -> bool:
        return any((Path(told[name]["home"]) / "worker" / "events").glob("*.parquet"))

    async def follow() -> None:
        await bought("b")
        followed = Followed(Settings.read())
        learning = asyncio.create_task(learn_for(followed, 0.05))
        async with asyncio.timeout(60):
            await learns.wait()
            say(file, {"a": {**shops["a"], "deadline_s": 7}, "b": shops["b"]})
            while not archived("b"):  # noqa: ASYNC110 - files tell nobody
                await asyncio.sleep(0.02)
            assert not ended
            learns.clear()
            say(file, {"b": shops["b"]})
            while not ended:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        learning.cancel()
        await asyncio.gather(learning, return_exceptions=True)

    asyncio.run(follow())
    assert ended[0] == "a"
