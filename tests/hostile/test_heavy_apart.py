"""The process that answers heavy requests comes when it is needed, may be killed, and leaves nothing behind."""

from __future__ import annotations

import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from app.ground.settings import Settings
from app.server.heavy import Heavy

pytestmark = pytest.mark.integration
ITEMS = [f"{category}-{number}" for category in ("bags", "bottoms", "shoes", "tops") for number in range(12)]


def heavy_process(service: int) -> int | None:
    """That process, if it is there: of those that the service has started, the one that stands back."""
    for told in Path(f"/proc/{service}/task").glob("*/children"):
        for child in map(int, told.read_text().split()):
            if os.getpriority(os.PRIO_PROCESS, child) > os.getpriority(os.PRIO_PROCESS, service):
                return child
    return None


def until(found: Callable[[], object], seconds: float = 300) -> object:
    """What is found, once it is."""
    end = time.monotonic() + seconds
    while not (what := found()):
        assert time.monotonic() < end
        time.sleep(0.2)
    return what


def tidied_up(folder: Path, _: int) -> None:
    """As what tidies up temporary files does."""
    shutil.rmtree(folder)


def killed(_: Path, process: int) -> None:
    """As the system does for want of memory."""
    os.kill(process, signal.SIGKILL)


@pytest.mark.parametrize(("workers", "harm"), [("1", tidied_up), ("2", killed)])
def test_it_comes_and_goes(
    serving: Callable[..., object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: str, harm: Callable[[Path, int], None]
) -> None:
    """Every request is answered meanwhile, whether it runs or not."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with serving("--workers", workers) as (process, host, port):  # type: ignore[attr-defined]

        def ask() -> int:
            asked = {"outfits": [{"items": random.sample(ITEMS, 45)} for _ in range(60)]}  # other ones each time, or it would be known
            return httpx2.post(f"http://{host}:{port}/score-outfit", json=asked, timeout=120).status_code

        def answers() -> bool:
            assert ask() == 200
            return list(tmp_path.glob("attire-*/heavy")) != []

        until(answers)
        [folder] = tmp_path.glob("attire-heavy-*")
        assert not folder.stat().st_mode & 0o077
        first = heavy_process(process.pid)
        assert first is not None
        assert ask() == 200
        harm(folder, first)
        assert ask() in {200, 503}
        until(lambda: ask() == 200 and heavy_process(process.pid) not in {None, first} and (folder / "heavy").exists())
        assert not folder.stat().st_mode & 0o077
        process.terminate()
        process.wait(30)
    assert not list(tmp_path.glob("attire-*"))


def test_what_a_killed_service_left_goes_with_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing of one that lives."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    killed, lives = (Heavy(Settings(home=tmp_path)) for _ in range(2))
    os.close(killed._folder._handle)  # as the system does with a process that is killed
    with Heavy(Settings(home=tmp_path)) as started:
        folders = {beside.place.socket.parent for beside in (lives, started)}
        assert {*tmp_path.glob("attire-*")} == folders
