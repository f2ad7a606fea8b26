"""What a person who waits for a run is told meanwhile."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.ground.logs import configure
from app.home.runs import Runs
from app.home.underway import UNDERWAY
from app.log.sqlite import SqliteLog
from app.worker.loop import Worker


@pytest.mark.anyio
@pytest.mark.usefixtures("learning_here")
async def test_each_step_is_told_as_it_begins(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """In the log; and no file is left of it once the run has ended."""
    configure(shop.settings.log)
    log = SqliteLog(shop.store.home / "log.sqlite")
    run = await Worker(shop.settings, log).once()
    await log.close()
    said = capsys.readouterr().err
    assert re.search(r"run_started.*\n.*run_step.+step=.*sessions.*\n.*run_finished", said)
    assert not (Runs(shop.store.home).directory(run.id) / UNDERWAY).exists()
