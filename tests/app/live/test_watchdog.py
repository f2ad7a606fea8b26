"""The watchdog of the event loop."""

from __future__ import annotations

import asyncio
import time

import pytest

from app.live.watchdog import Watchdog


def test_a_loop_that_stands_still_is_counted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With how long it stood and where, in the log."""
    monkeypatch.setattr("app.live.watchdog.BLOCKED_S", 0.2)

    async def stand() -> Watchdog:
        watchdog = Watchdog()
        watchdog.start()
        await asyncio.sleep(0.06)
        time.sleep(0.5)  # noqa: ASYNC251 - what is looked for
        await asyncio.sleep(0.06)
        await watchdog.close()
        return watchdog

    watchdog = asyncio.run(stand())
    said = "".join(capsys.readouterr())
    assert watchdog.blocked >= 1
    assert watchdog.blocked_s >= 0.4
    assert watchdog.worst_s() >= 0.4
    assert "event_loop_blocked" in said
    assert "test_watchdog.py" in said  # where it stood


def test_it_beats_while_the_loop_runs_and_not_while_it_stands() -> None:
    """Whoever looks after the process knows by that whether it hangs."""
    beats: list[float] = []

    async def stand() -> tuple[float, float]:
        watchdog = Watchdog(beats.append)
        watchdog.start()
        await asyncio.sleep(0.2)
        stood = time.monotonic()
        time.sleep(0.2)  # noqa: ASYNC251 - what is looked for
        went_on = time.monotonic()
        await asyncio.sleep(0.2)
        await watchdog.close()
        return stood, went_on

    stood, went_on = asyncio.run(stand())
    assert beats[0] < stood
    assert beats[-1] >= went_on
    assert not [beat for beat in beats if stood < beat < went_on]
