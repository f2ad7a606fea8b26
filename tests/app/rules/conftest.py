"""The service over a home whose rules may be changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.ground.settings import Settings
from app.main import create_app
from tests.app.homes import copied


@pytest.fixture
def own(home: Path, tmp_path: Path) -> Path:
    """A home that may be changed."""
    return copied(home, tmp_path / "home")


@pytest.fixture
def shop(own: Path) -> Iterator[TestClient]:
    """The service over it, which may be written to."""
    with TestClient(
        create_app(Settings(home=own, keys={"open_on_loopback": True})), base_url="http://localhost", client=("127.0.0.1", 5)
    ) as opened:
        yield opened
