"""A replica that changes, and the file of its log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.app.api.serving import serving


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the log is."""
    return tmp_path / "log.sqlite"


@pytest.fixture
def own(home: Path, file: Path) -> Iterator[TestClient]:
    """A replica whose catalogue brings its own features."""
    with serving(home, file) as opened:
        yield opened
