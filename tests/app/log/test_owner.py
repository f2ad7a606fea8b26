"""A log is one home's; and a home's releases have their place in one kind of log. Whoever mixes them up is told, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.backup.restoring import restore
from app.backup.taking import take
from app.cli import run
from app.ground.errors import OtherLogError
from app.ground.parts import Keys, LogSettings
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.log.base import Event, Stream
from app.log.open import opened_log
from app.main import create_app
from tests.app.homes import copied

pytestmark = pytest.mark.integration

ITEM = {"items": [{"id": "bags-1", "price": 5.0}]}
HEADERS = {"X-API-Key": "a key of the tests"}


@pytest.fixture
def anyio_backend() -> str:
    """The service's."""
    return "asyncio"


@pytest.fixture
def own(home: Path, tmp_path: Path) -> Path:
    """A home of the test's own, without a log."""
    return copied(home, tmp_path / "own")


@pytest.fixture
def redis_log(shared_redis: Any) -> Iterator[LogSettings]:
    """An empty Redis."""
    with shared_redis.client() as client:
        client.flushall()
        yield LogSettings(url=SecretStr(shared_redis.url), timeout_s=1.0)
        client.flushall()


@pytest.fixture(params=["redis", "sqlite"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> LogSettings:
    """An empty log that lies in no home."""
    if request.param == "redis":
        return request.getfixturevalue("redis_log")  # type: ignore[no-any-return]
    return LogSettings(url=SecretStr(f"sqlite://{tmp_path}/elsewhere.sqlite"))


def service(home: Path, log: LogSettings) -> TestClient:
    """The service over a home."""
    return TestClient(create_app(Settings(home=home, log=log, keys=Keys(admin=SecretStr(HEADERS["X-API-Key"])))), headers=HEADERS)


def changed_over(home: Path, log: LogSettings) -> str:
    """Publish a home's bundle with a change that came through this log; returns the release."""
    with service(home, log) as client:
        assert client.patch("/items", json=ITEM).status_code == 200
    store = ReleaseStore(home)
    environment = {"ATTIRE_LOG__URL": log.url.get_secret_value()}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        assert run(["publish", str(store.bundle_path(store.served().bundle)), "--home", str(home)]) == 0
    return store.served().id


@pytest.fixture(params=["redis", "sqlite"])
def moved(request: pytest.FixtureRequest, own: Path, redis_log: LogSettings, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, LogSettings]:
    """A home whose release has its place in one kind of log, and a log of the other, which the environment names."""
    here, other = (redis_log, LogSettings()) if request.param == "redis" else (LogSettings(), redis_log)
    changed_over(own, here)
    monkeypatch.setenv("ATTIRE_LOG__URL", other.url.get_secret_value())
    return own, other


@pytest.mark.parametrize(
    "command",
    [
        "serve --port 0",
        "serve --port 0 --workers 2",
        "publish BUNDLE",
        "import DATA",
        "log check",
        "gc",
        "worker --once",
        "events forget --user ada",
        "releases activate",
        "doctor",
    ],
)
def test_a_release_of_another_kind_of_log_is_refused_with_the_way_out(
    moved: tuple[Path, LogSettings], command: str, catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By whatever would read the log from its place, in one line."""
    home, _ = moved
    store = ReleaseStore(home)
    current = store.served()
    words = command.replace("BUNDLE", str(store.bundle_path(current.bundle))).replace("DATA", str(catalogue)).split()
    words += [current.id] if command.startswith("releases") else []
    assert run([*words, "--home", str(home)]) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert f"release {current.id}: it has its place" in told
    assert "set ATTIRE_LOG__URL to that log" in told
    assert "`attire log adopt`" in told


def test_a_home_goes_on_with_the_log_that_it_adopts(moved: tuple[Path, LogSettings]) -> None:
    """The same catalogue; what comes through the new log is shown, and the earlier release stays out of it."""
    home, log = moved
    before = ReleaseStore(home).served()
    assert run(["log", "adopt", "--home", str(home)]) == 0
    now = ReleaseStore(home).served()
    assert (now.bundle, now.snapshot) == (before.bundle, before.snapshot)
    assert run(["log", "check", "--home", str(home)]) == 0
    assert run(["gc", "--dry-run", "--home", str(home)]) == 0
    with service(home, log) as client:
        assert client.get("/items/bags-1").json()["price"] == 5.0
        assert client.patch("/items", json={"items": [{"id": "bags-1", "price": 6.0}]}).status_code == 200
        assert client.get("/items/bags-1").json()["price"] == 6.0
        assert client.post("/releases/rollback").status_code == 503
        assert client.get("/readyz").json()["release"] == now.id
    assert run(["releases", "rollback", "--home", str(home)]) == 2


def test_adopting_the_log_that_it_has_changes_nothing(own: Path, redis_log: LogSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """No change that waits in it is passed over."""
    release = changed_over(own, redis_log)
    with service(own, redis_log) as client:
        assert client.patch("/items", json={"items": [{"id": "bags-1", "price": 7.0}]}).status_code == 200
    monkeypatch.setenv("ATTIRE_LOG__URL", redis_log.url.get_secret_value())
    assert run(["log", "adopt", "--home", str(own)]) == 0
    with service(own, redis_log) as client:
        assert client.get("/readyz").json()["release"] == release
        assert client.get("/items/bags-1").json()["price"] == 7.0


def test_a_second_home_changes_nothing_in_the_log_of_another(own: Path, home: Path, tmp_path: Path, shared: LogSettings) -> None:
    """It answers, and says so where it is asked how it is; the other goes on."""
    second = copied(home, tmp_path / "second")
    (second / "ID").unlink(missing_ok=True)
    with service(own, shared) as client:
        assert client.patch("/items", json=ITEM).status_code == 200
        with service(second, shared) as other:
            ready = other.get("/readyz")
            assert (ready.status_code, ready.json()["type"]) == (503, "/problems/log-lost")
            assert "another home" in ready.json()["detail"]
            assert "attire_log_lost 1.0" in other.get("/metrics").text
            assert other.post("/complete-outfit", json={"items": ["tops-1"]}).status_code == 200
            assert other.patch("/items", json=ITEM).status_code == 503
            event = {"events": [{"id": "e", "type": "view", "item": "tops-1", "session": "s"}]}
            assert other.post("/events", json=event).status_code == 503
        assert client.post("/events", json=event).status_code == 202
        assert client.get("/readyz").status_code == 200

    async def there() -> list[str]:
        async with opened_log(shared, own) as log:
            return [entry.event.id for entry in await log.read(Stream.EVENTS)]

    assert anyio.run(there) == ["e"]  # no impression of the other


@pytest.mark.anyio
async def test_nothing_that_changes_a_log_is_done_for_another_home(own: Path, tmp_path: Path, shared: LogSettings) -> None:
    """Whatever asks for it: a worker would take events away, and a removal changes that the other needs."""
    async with opened_log(shared, own) as log:
        await log.append(Stream.EVENTS, [Event("a", {})])
    async with opened_log(shared, tmp_path / "second") as log:
        assert "another home" in (await log.examine())[0]
        for asked in (
            lambda: log.append(Stream.CATALOGUE, [Event("b", {})]),
            lambda: log.take(Stream.EVENTS, "archive", "me"),
            lambda: log.trim(Stream.EVENTS),
            log.repair,
        ):
            with pytest.raises(OtherLogError, match="attire log adopt"):
                await asked()
        await log.adopt()
        await log.append(Stream.EVENTS, [Event("c", {})])
    async with opened_log(shared, own) as log:
        with pytest.raises(OtherLogError):
            await log.append(Stream.EVENTS, [Event("d", {})])


@pytest.mark.anyio
async def test_a_backup_is_not_put_over_the_log_of_another_home(
    own: Path, tmp_path: Path, shared: LogSettings, start_redis: Callable[..., Any]
) -> None:
    """Not by force either; it is put into a log of its own, and over that of the home that it is put back to."""
    event = Event("a", {"item": "tops-1"})
    async with opened_log(shared, own) as log:
        await log.append(Stream.EVENTS, [event])
    take(ReleaseStore(own), shared, tmp_path / "b.tar")
    async with opened_log(shared, own) as log:
        await log.append(Stream.EVENTS, [Event("since", {})])
    for force in (False, True):
        with pytest.raises(OtherLogError, match=r"another home.*a database that is nobody's"):
            restore(tmp_path / "b.tar", tmp_path / "rehearsal", shared, force=force)
    async with opened_log(shared, own) as log:
        assert [entry.event.id for entry in await log.read(Stream.EVENTS)] == ["a", "since"]

    sqlite = shared.url.get_secret_value().startswith("sqlite:")
    beside = LogSettings(url=SecretStr(f"sqlite://{tmp_path}/beside.sqlite" if sqlite else start_redis().url))
    restore(tmp_path / "b.tar", tmp_path / "rehearsal", beside)
    async with opened_log(beside, tmp_path / "rehearsal") as log:
        await log.append(Stream.EVENTS, [Event("b", {})])
    restore(tmp_path / "b.tar", own, shared, force=True)
    async with opened_log(shared, own) as log:
        assert await log.examine(thorough=True) == []
        await log.append(Stream.EVENTS, [Event("b", {})])


def test_who_is_gone_leaves_the_log_to_whom_a_person_says(
    own: Path, tmp_path: Path, shared: LogSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The home of before is lost: a new one adopts its log, and takes the backup."""
    with service(own, shared) as client:
        assert client.patch("/items", json=ITEM).status_code == 200
    take(ReleaseStore(own), shared, tmp_path / "b.tar")
    monkeypatch.setenv("ATTIRE_LOG__URL", shared.url.get_secret_value())
    new = str(tmp_path / "new")
    assert run(["restore", str(tmp_path / "b.tar"), "--home", new, "--force"]) == 2
    assert run(["log", "adopt", "--home", new]) == 0
    assert run(["restore", str(tmp_path / "b.tar"), "--home", new, "--force"]) == 0
    with service(Path(new), shared) as client:
        assert client.get("/readyz").status_code == 200
        assert client.get("/items/bags-1").json()["price"] == 5.0
