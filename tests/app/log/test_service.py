"""The service while its Redis dies and returns."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.ground.parts import LogSettings
from app.ground.settings import Settings
from app.log import impressions
from app.main import create_app

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def own_redis(start_redis: Callable[..., Any]) -> Any:
    """A server to be killed."""
    return start_redis()


@pytest.fixture
def client(home: Path, own_redis: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The service over the home, with its log in Redis."""
    monkeypatch.setattr(impressions, "_RETRY_S", 0.05)
    with own_redis.client() as redis:
        redis.flushall()
    shutil.rmtree(home / "acknowledged", ignore_errors=True)  # by what is flushed
    settings = Settings(home=home, log=LogSettings(url=SecretStr(own_redis.url), timeout_s=0.5, impressions=3))
    with TestClient(create_app(settings)) as opened:
        yield opened


def complete(client: TestClient) -> str:
    """Ask for a recommendation; returns its id."""
    answer = client.post("/complete-outfit", json={"items": ["tops-1"], "k": 2})
    assert answer.status_code == 200
    return str(answer.json()["recommendation_id"])


def purchase(client: TestClient, event_id: str) -> Any:
    """Post an event."""
    return client.post("/events", json={"events": [{"id": event_id, "type": "purchase", "item": "tops-1", "session": "s"}]})


def kept(server: Any, count: int) -> list[str]:
    """The ids in Redis, once there are that many."""
    until = time.monotonic() + 5
    with server.client() as client:
        while True:
            found = [fields["id"] for _, fields in client.xrange("attire:{events}")]
            if len(found) >= count or time.monotonic() > until:
                return found
            time.sleep(0.02)


def test_without_redis_completing_and_scoring_go_on(client: TestClient, own_redis: Any) -> None:
    """Ready, but degraded; what shoppers do is refused for now; impressions wait, and what overflows is counted."""
    shown = [complete(client)]
    assert purchase(client, "before").status_code == 202
    assert set(kept(own_redis, 2)) == {f"impression:{shown[0]}", "before"}
    own_redis.kill()

    shown += [complete(client) for _ in range(5)]
    assert client.post("/score-outfit", json={"outfits": [{"items": ["tops-1", "shoes-1"]}]}).status_code == 200
    refused = purchase(client, "during")
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "/problems/log-unavailable"
    ready = client.get("/readyz")
    assert ready.status_code == 200
    log = ready.json()["log"]
    assert (log["status"], log["impressions_waiting"], log["impressions_dropped"]) == ("degraded", 3, 2)
    assert str(own_redis.port) not in log["problem"] + refused.text

    own_redis.start()
    assert set(kept(own_redis, 5)) == {"before", *(f"impression:{one}" for one in shown[:4])}
    assert purchase(client, "during").json() == {"accepted": 1, "repeated": 0, "unknown_items": []}
    assert purchase(client, "before").json() == {"accepted": 0, "repeated": 1, "unknown_items": []}
    until = time.monotonic() + 5
    while (log := client.get("/readyz").json()["log"])["status"] != "ok" and time.monotonic() < until:
        time.sleep(0.02)
    assert log == {"status": "ok", "impressions_waiting": 0, "impressions_dropped": 2}


def test_a_redis_without_room_is_told_in_our_words(client: TestClient, own_redis: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for the client; what Redis says of it, and of its scripts, goes to the log."""
    with own_redis.client() as redis:
        redis.config_set("maxmemory", "1")
        try:
            refused = purchase(client, "too much")
        finally:
            redis.config_set("maxmemory", "0")
    assert refused.status_code == 503
    assert (
        refused.json()["detail"] == f"the log cannot be written now, and /readyz says why; try again in {refused.headers['retry-after']} s"
    )
    assert "maxmemory" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("refuse", "again", "why"),
    [
        (("config set", "maxmemory", "1"), ("config set", "maxmemory", "0"), "maxmemory"),
        (("replicaof", "127.0.0.1", "1"), ("replicaof", "no", "one"), "read only"),
        (("config set", "requirepass", "other"), None, "password of ATTIRE_LOG__URL"),
    ],
    ids=["full", "a replica", "another password"],
)
def test_a_redis_that_keeps_nothing_is_told_at_once_and_comes_back(
    client: TestClient, own_redis: Any, refuse: tuple[str, ...], again: tuple[str, ...] | None, why: str
) -> None:
    """Though it answers what is read: by the figure that wakes somebody, and where it is asked how it is, before anybody writes."""

    def told() -> tuple[str, bool]:
        return client.get("/readyz").json()["log"]["status"], "attire_log_up 1.0" in client.get("/metrics").text

    assert told() == ("ok", True)
    with own_redis.client() as redis:
        redis.execute_command(*refuse)
        redis.execute_command("client kill", "type", "normal", "skipme", "yes")
        try:
            assert told() == ("degraded", False)
            assert why in client.get("/readyz").json()["log"]["problem"]
            assert purchase(client, "refused").status_code == 503
        finally:
            redis.execute_command(*(again or ("config set", "requirepass", "")))
    assert told() == ("ok", True)
    assert purchase(client, "taken").status_code == 202


def test_a_database_that_redis_does_not_have_is_told_at_the_start_with_what_mends_it(
    home: Path, own_redis: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """It passes by nobody's waiting; shoppers are answered."""
    settings = Settings(home=home, log=LogSettings(url=SecretStr(f"redis://127.0.0.1:{own_redis.port}/16")))
    with TestClient(create_app(settings)) as client:
        assert "--databases 17" in capsys.readouterr().err
        assert "--databases 17" in client.get("/readyz").json()["log"]["problem"]
        refused = purchase(client, "refused")
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/log-unavailable")
        assert "retry-after" not in refused.headers
        assert "again" not in refused.json()["detail"]
        complete(client)


def test_it_starts_without_redis(home: Path, own_redis: Any) -> None:
    """And ends without it, soon."""
    own_redis.kill()
    settings = Settings(home=home, log=LogSettings(url=SecretStr(own_redis.url), timeout_s=0.5))
    started = time.monotonic()
    with TestClient(create_app(settings)) as client:
        assert client.get("/readyz").json()["log"]["status"] == "degraded"
        complete(client)
    assert time.monotonic() - started < 10
    own_redis.start()
