"""What several shops answer together, under no shop's name: who tries the installation's key there is refused, counted and noted."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.cli import run
from app.ground.parts import Keys, Rates
from app.ground.settings import Settings
from app.shops.service import Shops

ELSEWHERE = ("203.0.113.9", 4000)
KEY = {"X-API-Key": "of-the-installation-itself"}
GUESS = {"X-API-Key": "of-the-installation-elsewhere"}
Together = Callable[..., AbstractContextManager[TestClient]]


@pytest.fixture
def together(shop: Path, tmp_path: Path) -> Together:
    """Starts an installation of one shop with these settings, asked from another machine under an address."""

    @contextmanager
    def start(**more: Any) -> Iterator[TestClient]:
        shops = {"a": {"home": str(shutil.copytree(shop, tmp_path / "a", dirs_exist_ok=True)), "hosts": ["a.example"]}}
        settings = Settings(shops=shops, keys=Keys(admin=SecretStr(KEY["X-API-Key"])), **more)
        with TestClient(Shops(settings), base_url="http://10.0.0.7", client=ELSEWHERE) as client:
            yield client

    return start


def test_a_wrong_key_is_refused_wherever_the_right_one_tells_more(together: Together, capfd: pytest.CaptureFixture[str]) -> None:
    """As under a shop's name, with a line in the log; whether the process lives is told whatever is sent."""
    with together() as client:
        for path in ("/readyz", "/metrics"):
            assert client.get(path, headers=KEY).status_code == 200
            refused = client.get(path, headers=GUESS)
            assert (refused.status_code, refused.json()["type"]) == (403, "/problems/key-refused")
            assert {"x-request-id", "ratelimit-remaining", "x-content-type-options"} <= refused.headers.keys()
        assert client.get("/healthz", headers=GUESS).status_code == 200
        assert client.get("/readyz").json() == {"status": "ready", "not_ready": 0, "degraded": 0}
    lines = [line for line in capfd.readouterr().err.splitlines() if "path=/readyz" in line or "path=/metrics" in line]
    assert [line.count("status=403") for line in lines] == [0, 1, 0, 1, 0]
    assert GUESS["X-API-Key"] not in "".join(lines)


@pytest.mark.usefixtures("within_a_minute")
def test_who_tries_keys_is_stopped(together: Together) -> None:
    """At the rate of an address; probes without a key are not counted, and the right key is counted by itself."""
    with together(rates=Rates(per_address=3)) as client:
        tried = [client.get(path, headers=GUESS).status_code for path in ("/readyz", "/metrics", "/items", "/readyz", "/metrics", "/items")]
        assert tried == [403, 403, 421, 429, 429, 429]
        assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200, 200, 429]
        assert client.get("/readyz", headers=KEY).json()["shops"] == {"a": "ready"}


@pytest.mark.parametrize("name", ["ADMIN", "CATALOGUE"])
def test_of_a_key_that_people_think_of_every_command_warns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """It says what to do, and does not repeat it; a key of 16 characters is long enough."""
    monkeypatch.setenv(f"ATTIRE_KEYS__{name}", "summer26")
    assert run([]) == 0
    said = capsys.readouterr().err
    assert re.search(rf"ATTIRE_KEYS__{name} has 8 characters.*16.*openssl rand -hex 24", said)
    assert "summer26" not in said
    monkeypatch.setenv(f"ATTIRE_KEYS__{name}", "summer2026summer")
    assert run([]) == 0
    assert not capsys.readouterr().err
