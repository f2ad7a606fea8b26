"""A home for shops to be made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.homes import copied


@pytest.fixture
def home(home: Path, tmp_path: Path) -> Path:
    """The one of all tests, without what others of them have written, shown or made keys for."""
    return copied(home, tmp_path / "as-imported")
