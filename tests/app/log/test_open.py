"""From a setting to a log."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from app.ground.settings import LogSettings
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


@pytest.mark.parametrize("url", ["", "sqlite:", "postgres://u:s3cret@h/db", "redis://:s3cret@h:port/0"])
def test_another_url_is_refused_without_telling_its_password(tmp_path: Path, url: str) -> None:
    """Naming the variable."""
    with pytest.raises(InputError, match="ATTIRE_LOG__URL") as refused:
        open_log(LogSettings(url=SecretStr(url)), tmp_path)
    assert "s3cret" not in str(refused.value)
