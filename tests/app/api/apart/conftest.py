"""A service with the process that answers heavy requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.app.api.apart.beside import Beside
from tests.app.homes import copied


@pytest.fixture
def beside(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Beside]:
    """It does not run yet; a parameter is more of its settings. Each of both looks at rules and experiments whenever it is asked."""
    monkeypatch.setattr("app.home.versions.LOOKED_S", 0.0)
    with ExitStack() as stack:
        yield Beside(copied(home, tmp_path / "home"), tmp_path, stack, **getattr(request, "param", {}))
