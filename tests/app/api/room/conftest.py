"""The ops room of a home that may be changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.ground.settings import Settings
from app.home.keys import KeyFile
from app.main import create_app
from tests.app.homes import copied

ADDRESS = "http://testserver"


@pytest.fixture
def own(home: Path, tmp_path: Path) -> Path:
    """A copy of the home with two releases."""
    return copied(home, tmp_path / "own")


@pytest.fixture
def key(own: Path) -> str:
    """Opens everything."""
    return KeyFile(own).create("Ada", ["admin"])[1]


@pytest.fixture
def outside(own: Path, key: str) -> Iterator[TestClient]:
    """A browser, as far as headers go, that has not come in."""
    assert key
    with TestClient(create_app(Settings(home=own)), ADDRESS, headers={"Origin": ADDRESS}) as opened:
        yield opened


@pytest.fixture
def room(outside: TestClient, key: str) -> TestClient:
    """One that has."""
    assert outside.post("/ops/enter", data={"key": key}).url.path == "/ops"
    return outside


@pytest.fixture
def word() -> Callable[[TestClient, str], str]:
    """The word that forms of a page carry."""

    def found(client: TestClient, path: str) -> str:
        words = set(re.findall(r'name="word" value="([^"]+)"', client.get(path).text))
        assert len(words) == 1
        return words.pop()

    return found
