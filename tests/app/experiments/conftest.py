"""A home of two releases that may be changed, and the service over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app
from tests.app.homes import copied


@pytest.fixture
def own(home: Path, tmp_path: Path) -> Path:
    """A home that may be changed."""
    return copied(home, tmp_path / "home")


@pytest.fixture
def releases(own: Path) -> list[str]:
    """The ids of its releases: the one that served before, and the one that serves."""
    return [record.id for record in ReleaseStore(own).records()]


@pytest.fixture
def shop(own: Path) -> Iterator[TestClient]:
    """The service over it."""
    app = create_app(Settings(home=own, keys={"open_on_loopback": True}, swap={"poll_s": 0.05}))
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 5)) as client:
        yield client
