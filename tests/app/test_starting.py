"""What a service waits for before it is ready, and what it tells who looks after it."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app import main
from app.cli.serve import _one_of_several
from app.ground.heavy import Place
from app.ground.settings import Settings
from app.release.photo_encoder import PhotoEncoder
from app.server.heavy import _answer
from app.server.supervised import SPAWNING
from app.server.workers import TakesOver
from app.shops.followed import Followed
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


@pytest.mark.parametrize("which", ["one of several", "of several shops", "of heavy requests"])
def test_a_process_that_is_looked_after_gives_signs_of_life(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    """Again and again, from when it has started: by their end it is known to hang."""
    own, beats = copied(home, tmp_path / "home"), list[float]()
    beat, loaded, asked = SPAWNING.Value("d", 0.0, lock=False), *(SPAWNING.Value("b", 0, lock=False) for _ in range(2))

    def answer(app: Any, _settings: Settings, listener: socket.socket, *_: object) -> None:
        with listener, TestClient(app):
            until = time.monotonic() + 30
            while len(beats) < 2 and time.monotonic() < until:
                beats.extend({beat.value} - {0.0, *beats})
                time.sleep(0.01)

    monkeypatch.setattr("app.server.process.answer", answer)
    monkeypatch.setattr(os, "nice", lambda _: 0)
    monkeypatch.setenv("ATTIRE_HOME", str(own))
    if which == "of several shops":
        monkeypatch.setenv("ATTIRE_SHOPS", json.dumps({"one": {"home": str(own)}}))
    if which == "of heavy requests":
        copy_context().run(_answer, Settings.read(), Place(tmp_path / "heavy", asked), beat)
    else:
        settings = Settings.read()
        told = settings, Followed(settings) if settings.of_shops else None, None, tmp_path
        _one_of_several(socket.create_server(("127.0.0.1", 0)), 0, TakesOver(loaded, asked), told, beat)
    assert len(beats) == 2
