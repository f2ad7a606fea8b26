"""What a service waits for before it is ready."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app import main
from app.ground.settings import Settings
from app.release.photo_encoder import PhotoEncoder
from tests.app.homes import copied


def test_an_encoder_that_never_comes_is_not_waited_for_without_end(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one whose hub does not answer; one that comes is loaded by then."""
    own, never, warmed = copied(home, tmp_path / "home"), threading.Event(), list[str]()
    with monkeypatch.context() as hangs:
        hangs.setattr(PhotoEncoder, "warm", lambda _: warmed.append("in the end") if not never.wait(10) else None)
        hangs.setattr(main, "_WARM_S", 0.01)
        with TestClient(main.create_app(Settings(home=own))) as client:
            assert client.get("/readyz").status_code == 200
            assert not warmed
        never.set()
    monkeypatch.setattr(PhotoEncoder, "warm", lambda _: warmed.append("warm"))
    with TestClient(main.create_app(Settings(home=own))):
        assert warmed == ["warm"]
