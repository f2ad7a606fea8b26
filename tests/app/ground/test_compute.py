"""Which device computes."""

from __future__ import annotations

import pytest
import torch

from app.cli import run
from app.ground import compute
from app.ground.settings import Settings
from models.errors import InputError


@pytest.mark.parametrize(
    ("choice", "gpus", "expected"),
    [
        ("auto", 0, torch.device("cpu")),
        ("auto", 2, torch.device("cuda", 0)),
        ("cpu", 2, torch.device("cpu")),
        ("cuda", 1, torch.device("cuda", 0)),
        ("cuda:1", 2, torch.device("cuda", 1)),
    ],
)
def test_it_is_what_was_asked_for(choice: str, gpus: int, expected: torch.device, monkeypatch: pytest.MonkeyPatch) -> None:
    """``auto`` takes the first GPU there is."""
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    assert compute.device(choice) == expected


@pytest.mark.parametrize(
    ("choice", "gpus", "why"),
    [("cuda", 0, "torch sees no GPU here"), ("cuda:2", 2, "torch sees no GPU but cuda:0 to cuda:1 here")],
)
def test_one_that_is_not_there_is_refused(choice: str, gpus: int, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line that says what torch sees."""
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    with pytest.raises(InputError) as caught:
        compute.device(choice)
    assert str(caught.value) == f"field 'ATTIRE_DEVICE': {choice!r}: {why}; set auto or cpu"


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "mps", ""])
def test_a_setting_that_is_none_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is loaded."""
    monkeypatch.setenv("ATTIRE_DEVICE", name)
    with pytest.raises(InputError, match=r"ATTIRE_DEVICE.*use auto, cpu, cuda or cuda:N; see docs/settings\.md"):
        Settings.read()


def test_the_commands_say_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing GPU ends a command with one line; ``attire doctor`` tells the device that was chosen."""
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert run(["doctor"]) == 1  # as there is nothing to serve
    assert "device           cpu, as ATTIRE_DEVICE is auto\n" in capsys.readouterr().out
    monkeypatch.setenv("ATTIRE_DEVICE", "cuda")
    assert run(["doctor"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
