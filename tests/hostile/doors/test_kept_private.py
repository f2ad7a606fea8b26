"""What shoppers did, and what opens a feed, is read by nobody else on the machine, and told by nothing."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.backup.restoring import restore
from app.backup.taking import take
from app.cli import run
from app.ground.errors import FetchError
from app.ground.parts import KeptFresh
from app.ground.settings import Settings
from app.home.feeds import FeedRecords
from app.home.runs import Runs
from app.home.store import ReleaseStore
from app.log.base import Entry, Event
from app.log.copies import put_back
from app.log.open import opened_log
from app.log.salvage import repaired
from app.rules.book import RuleFile
from app.worker.archive import Archive
from app.worker.feeds import Feeds
from app.worker.loop import Worker
from models.errors import InputError

Asked = Callable[..., AbstractContextManager[TestClient]]
EVENT = {"id": "e1", "type": "view", "item": "tops-01", "session": "s", "user": "ada"}
SECRETS = ("hunter2", "TOKEN")
FEED = "https://joe:hunter2@feeds.invalid/shop.csv?token=TOKEN#TOKEN"


@pytest.fixture
def open_umask() -> Iterator[None]:
    """As a shell has it: what is made is open to everybody's eyes."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(directory: Path, pattern: str) -> dict[str, int]:
    """Name -> mode of the files there."""
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.glob(pattern)}


@pytest.mark.usefixtures("open_umask")
def test_what_shoppers_did_is_the_owners_alone(asked: Asked, home: Path, tmp_path: Path) -> None:
    """The log, what is made of it and beside it, and the archive; what another user may serve is open as the umask says."""
    with asked() as client:
        assert client.post("/events", json={"events": [EVENT]}).status_code == 202
        RuleFile(home).put([])
        written = modes(home, "log.sqlite*")
        assert {"log.sqlite", "log.sqlite-wal", "log.sqlite-shm"} <= written.keys()
        assert set(written.values()) == {0o600}
        assert stat.S_IMODE((home / "rules.json").stat().st_mode) == 0o644
    Archive(home / "archive").write([Entry("1", Event("e1", {**EVENT, "timestamp": 0.0}))])
    assert [*modes(home / "archive", "*").values()] == [0o600]
    repaired(home / "log.sqlite", {})
    assert len(modes(home, "log.sqlite*")) > 1
    assert set(modes(home, "log.sqlite*").values()) == {0o600}
    (tmp_path / "copied").mkdir()
    (home / "log.sqlite").rename(tmp_path / "copied" / "log.sqlite")
    (tmp_path / "copied" / "log.sqlite").chmod(0o644)
    put_back(Settings(home=home).log, home, tmp_path / "copied")
    assert modes(home, "log.sqlite") == {"log.sqlite": 0o600}


@pytest.mark.usefixtures("open_umask")
def test_what_was_open_before_is_shut_by_whoever_opens_it(tmp_path: Path) -> None:
    """Log and archive, what lies beside the log, the reference set and the lists of shoppers; and by a restore of such a home."""
    runs = Runs(tmp_path / "home")
    (runs.begin() / "candidate").mkdir()
    shoppers = runs.directory("0001") / "candidate" / "shoppers.json"
    shoppers.write_text('{"ids": ["ada"]}')
    (runs.root / "reference.jsonl").write_text('{"id": "s", "items": ["a", "b"]}\n')
    Archive(runs.events).write([Entry("1", Event("e1", EVENT))])
    settings = Settings(home=runs.home)
    asyncio.run(opened_and_closed(settings))
    (runs.home / "log.sqlite.broken-1").write_text("")
    said = [runs.home / "log.sqlite", runs.home / "log.sqlite.broken-1", runs.root / "reference.jsonl", shoppers]
    said += runs.events.glob("part-*")

    def open_them() -> None:
        for path in said:
            path.chmod(0o644)

    open_them()
    asyncio.run(opened_and_closed(settings))
    assert {stat.S_IMODE(path.stat().st_mode) for path in said} == {0o600}

    open_them()
    take(ReleaseStore(runs.home), settings.log, tmp_path / "backup.tar")
    restore(tmp_path / "backup.tar", tmp_path / "back", settings.log)
    put = [tmp_path / "back" / path.relative_to(runs.home) for path in said]
    assert {stat.S_IMODE(path.stat().st_mode) for path in put if ".broken" not in path.name} == {0o600}


async def opened_and_closed(settings: Settings) -> None:
    """As a worker opens them."""
    async with opened_log(settings.log, settings.home) as log:
        await Worker(settings, log).drain()


@pytest.mark.usefixtures("open_umask")
def test_no_secret_of_a_feeds_url_is_told_or_kept(asked: Asked, home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Not where it fails, however it is asked; nor those that were kept before."""
    settings = Settings(home=home, feeds={FEED: KeptFresh(every_s=900.0)})
    asyncio.run(Feeds(settings).sync(FEED))
    assert run(["sync", FEED, "--home", str(home)]) != 0
    assert run(["doctor", "--home", str(home)]) == 0
    with asked() as client:
        told = client.get("/metrics").text
    [record] = FeedRecords(home).all()
    out, err = capfd.readouterr()
    told += out + err + str(record) + "".join(path.read_text() for path in (home / "feeds").glob("*.json"))
    assert "https://feeds.invalid/shop.csv" in told
    assert "feed_failed" in told
    assert not [secret for secret in SECRETS if secret in told]
    assert set(modes(home / "feeds", "*.json").values()) == {0o600}
    [kept] = (home / "feeds").glob("*.json")
    before = {**json.loads(kept.read_text()), "source": FEED, "why": f"{FEED}: names a user or password"}
    kept.write_text(json.dumps(before))
    assert not [secret for secret in SECRETS if secret in str(FeedRecords(home).all())]
    assert FeedRecords(home).read(FEED).source == FEED


@pytest.mark.parametrize(
    "url", [FEED, "https://joe:hun/ter2@a.example/?TOKEN", "//joe:hunter2@a.example/x?TOKEN", "ftp://hunter2@a.example/#TOKEN"]
)
def test_an_error_names_no_secret_of_a_url(url: str) -> None:
    """Of any scheme, and where a password is written with signs that should be escaped."""
    told = str(FetchError(url, "is not fetched"))
    assert not [secret for secret in (*SECRETS, "ter2", "joe") if secret in told], told


def test_a_setting_that_is_refused_names_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it says of which feed it speaks."""
    monkeypatch.setenv("ATTIRE_FEEDS", json.dumps({FEED: "often"}))
    with pytest.raises(InputError, match=r"feeds\.invalid") as told:
        Settings.read()
    assert not [secret for secret in SECRETS if secret in str(told.value)]
