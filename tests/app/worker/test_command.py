"""``attire worker`` as a process."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli import run
from app.home.alone import alone

pytestmark = pytest.mark.integration
ATTIRE = [sys.executable, "-c", "from app.cli import main; main()"]


def test_a_stop_ends_it_quietly_and_frees_the_home(tmp_path: Path) -> None:
    """As a container's stop does; the next one may begin at once."""
    process = subprocess.Popen([*ATTIRE, "worker", "--home", str(tmp_path)], stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while not (tmp_path / "log.sqlite").exists() and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    with alone(tmp_path):
        pass


def test_too_little_to_learn_from_is_told(
    build_shop: Callable[[Path], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 0: there is just nothing to do yet."""
    monkeypatch.setenv("ATTIRE_WORKER__NICE", "0")  # or the tests beside this one come first
    home = build_shop(tmp_path).store.home
    assert run(["worker", "--home", str(home), "--once"]) == 0
    out = capsys.readouterr().out
    assert "run 0001: waiting" in out
    assert "0 clean outfits" in out


def test_a_home_without_a_release_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what to do; a mistyped one is not made."""
    mistyped = tmp_path / "shpo"
    assert run(["worker", "--home", str(mistyped), "--once"]) == 2
    assert f"attire import DATA --home {mistyped}" in capsys.readouterr().err
    assert not mistyped.exists()
