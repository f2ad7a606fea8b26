"""A training's checkpoint: there whole, of this training, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from models.errors import InputError
from models.training.checkpoint import Checkpoint, step_seed

Made = tuple[nn.Module, torch.optim.Optimizer]


def made(kind: str, steps: int = 0) -> Made:
    """A small model and its optimiser after some steps."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
    optimiser: torch.optim.Optimizer = (
        torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9) if kind == "sgd" else torch.optim.AdamW(model.parameters(), lr=0.1)
    )
    walk((model, optimiser), range(steps))
    return model, optimiser


def walk(these: Made, steps: range) -> None:
    """Steps whose data follow from their numbers."""
    for step in steps:
        torch.manual_seed(step_seed(0, step))
        loss = these[0](torch.randn(8, 3)).square().mean()
        these[1].zero_grad()
        loss.backward()
        these[1].step()


@pytest.mark.parametrize("kind", ["sgd", "adamw"])
def test_a_restored_training_goes_on_as_if_nothing_had_been(tmp_path: Path, kind: str) -> None:
    """Bit for bit, optimiser and batch statistics included."""
    whole, halfway, resumed = made(kind, 9), made(kind, 5), made(kind)
    Checkpoint(tmp_path, {"seed": 0}).save(*halfway, {"step": 5, "best": float("inf")})
    assert Checkpoint(tmp_path, {"seed": 0}).restore(*resumed) == {"step": 5, "best": float("inf")}
    walk(resumed, range(5, 9))
    assert all(
        torch.equal(before, after) for before, after in zip(whole[0].state_dict().values(), resumed[0].state_dict().values(), strict=True)
    )


def test_nothing_written_down_is_a_fresh_start(tmp_path: Path) -> None:
    """An empty or missing directory."""
    assert Checkpoint(tmp_path / "none", {}).restore(*made("sgd")) is None


def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path) -> None:
    """It would be neither the one nor the other."""
    Checkpoint(tmp_path, {"seed": 0}).save(*made("sgd", 2), {"step": 2})
    with pytest.raises(InputError, match="another training"):
        Checkpoint(tmp_path, {"seed": 1}).restore(*made("sgd"))


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    """In one line that says what to do."""
    Checkpoint(tmp_path, {}).save(*made("sgd", 2), {"step": 2})
    [path] = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="remove this directory to start anew") as caught:
        Checkpoint(tmp_path, {}).restore(*made("sgd"))
    assert "\n" not in str(caught.value)


def test_every_step_has_its_own_seed() -> None:
    """And every seed its own steps."""
    assert len({step_seed(seed, step) for seed in range(10) for step in range(-5, 95)}) == 1000
