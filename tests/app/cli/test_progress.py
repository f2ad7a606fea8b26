"""What a long step says of itself where there is no terminal."""

from __future__ import annotations

import pytest

from app.cli import progress


def test_a_line_says_how_fast_and_how_long_yet(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every few seconds; at the end nothing is left."""
    now = 100.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    with progress.lines("training attire, epochs", 12) as advance:
        now += 30
        advance(3, loss=0.5)
        now += 90
        advance(9, loss=0.25)
    assert capsys.readouterr().err.splitlines() == [
        "training attire, epochs: 3/12 0.10/s · loss 0.5 · 1:30 left",
        "training attire, epochs: 12/12 0.10/s · loss 0.25",
    ]


def test_a_step_of_unknown_length_says_only_what_it_did(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As a backup does."""
    now = 100.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    with progress.lines("backup", 0) as advance:
        now += 30
        advance(0, files=375)
    assert capsys.readouterr().err.splitlines() == ["backup: files 375"]
