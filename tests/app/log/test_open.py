"""From a setting to a log."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from app.ground.log_urls import databases
from app.ground.parts import LogSettings
from app.ground.settings import Settings
from app.log.base import Event, Log, Stream
from app.log.open import open_log
from app.log.redis import RedisLog
from models.errors import InputError

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("url", "file"),
    [("sqlite:log.sqlite", "home/log.sqlite"), ("sqlite:sub/x", "home/sub/x"), ("sqlite:{}/y", "y"), ("sqlite://{}/z", "z")],
)
async def test_a_file_is_under_the_home_unless_its_path_is_whole(tmp_path: Path, url: str, file: str) -> None:
    """Its directory is made."""
    log: Log = open_log(LogSettings(url=SecretStr(url.format(tmp_path))), tmp_path / "home")
    await log.append(Stream.EVENTS, [Event("a", {})])
    assert (tmp_path / file).is_file()
    await log.close()


async def test_opening_touches_nothing(tmp_path: Path) -> None:
    """Neither a file nor a server: what is gone may come back."""
    for url in ("sqlite:log.sqlite", "redis://127.0.0.1:1/0"):
        await open_log(LogSettings(url=SecretStr(url)), tmp_path / "home").close()
    assert not (tmp_path / "home").exists()


async def test_a_redis_url_is_redis(tmp_path: Path) -> None:
    """Of any of its kinds."""
    for url in ("redis://:p%40ss@h:6379/1", "rediss://h", "unix:///run/redis.sock"):
        log = open_log(LogSettings(url=SecretStr(url)), tmp_path)
        assert isinstance(log, RedisLog)
        await log.close()


@pytest.mark.parametrize(
    "url",
    ["", "sqlite:", "postgres://u:s3cret@h/db", "redis://:s3cret@h:port/0", "redis:/s3cret", "redis://:s3cret@h/one", "unix://"],
)
def test_another_url_is_refused_without_telling_its_password(url: str) -> None:
    """Naming the variable."""
    with pytest.raises(InputError, match="ATTIRE_LOG__URL") as refused:
        Settings.read(log={"url": url})
    assert "s3cret" not in str(refused.value)


async def test_what_only_redis_client_refuses_names_the_variable_too(tmp_path: Path) -> None:
    """Such as an option of the URL."""
    with pytest.raises(InputError, match="ATTIRE_LOG__URL"):
        open_log(LogSettings(url=SecretStr("redis://h/0?socket_timeout=long")), tmp_path)


def test_a_database_is_known_however_its_url_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the addresses of its host, its port and its number, whatever the password; another one is another."""
    found = {"redis": ["10.0.0.5"], "cache": ["10.0.0.6", "10.0.0.5"], "localhost": ["::1", "127.0.0.1"]}

    def addresses(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        if host == "gone":
            raise OSError
        return [(0, 0, 0, "", (one, port)) for one in found.get(host, [host])]

    monkeypatch.setattr("socket.getaddrinfo", addresses)
    same = (
        ("redis://127.0.0.1:7391/5", "redis://localhost:7391/5"),
        ("redis://[::1]", "redis://localhost"),
        ("redis://redis:6379", "rediss://:secret@redis/0"),
        ("redis://redis/3", "redis://cache?db=3"),
        ("redis://Gone./1", "redis://gone/1"),
        ("unix:///run/r.sock", "unix://:secret@/run/r.sock?db=0"),
    )
    for one, other in same:
        assert set(databases(one)) & set(databases(other)), (one, other)
    for other in ("redis://redis/1", "redis://redis:6380", "redis://127.0.0.1", "unix:///redis"):
        assert not set(databases("redis://redis")) & set(databases(other)), other
