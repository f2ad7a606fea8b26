"""What a long step says of itself where there is no terminal."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from app.cli import progress

Said = Callable[..., list[str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Said:
    """The lines of a step, told its title, how long it is, and (seconds, done, figures) of each advance."""

    def lines(title: str, total: int, *advances: tuple[int, int, dict[str, float]]) -> list[str]:
        now = 100.0
        monkeypatch.setattr(progress.time, "monotonic", lambda: now)
        with progress.lines(title, total) as advance:
            for seconds, done, figures in advances:
                now += seconds
                advance(done, **figures)
        return capsys.readouterr().err.splitlines()

    return lines


def test_a_line_says_how_fast_and_how_long_yet(said: Said) -> None:
    """Every few seconds; at the end nothing is left."""
    assert said("training attire, epochs", 12, (30, 3, {"loss": 0.5}), (90, 9, {"loss": 0.25})) == [
        "training attire, epochs: 3/12 0.10/s · loss 0.5 · 1:30 left",
        "training attire, epochs: 12/12 0.10/s · loss 0.25",
    ]


def test_a_step_of_unknown_length_says_only_what_it_did(said: Said) -> None:
    """As a backup does."""
    assert said("backup", 0, (30, 0, {"files": 375})) == ["backup: files 375"]


def test_a_step_that_has_not_advanced_says_what_it_does(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, before whoever waits wonders; a quick one says nothing before its end."""
    monkeypatch.setattr(progress, "_LINE_EVERY_S", 0.01)
    for title, total in (("reading shop", 0), ("training, epochs", 12)):
        with progress.lines(title, total):
            time.sleep(0.3)
    assert capsys.readouterr().err.splitlines() == ["reading shop: …", "training, epochs: 0/12"]
    monkeypatch.undo()
    with progress.lines("reading shop", 0):
        pass
    assert not capsys.readouterr().err


def test_a_step_that_stays_where_it_is_tells_that_it_goes_on(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """For how long it has; not while a step within it speaks."""
    monkeypatch.setattr(progress, "_LINE_EVERY_S", 0.01)
    monkeypatch.setattr(progress, "_SIGN_EVERY_S", 0.2)
    with progress.lines("weighing", 0):
        time.sleep(0.5)
    first, *others = capsys.readouterr().err.splitlines()
    assert first == "weighing: …"
    assert others
    assert set(others) == {"weighing: 0:00 so far"}
    with progress.lines("importing", 0), progress.lines("reading", 9) as advance:
        for _ in range(9):
            time.sleep(0.05)
            advance()
    assert not [line for line in capsys.readouterr().err.splitlines() if "so far" in line]
