"""The loop: when it stops and what it keeps."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from models.errors import InputError
from models.progress import silent
from models.training.loop import Schedule, fit

TARGET = torch.tensor([1.0, -2.0])


def descend(schedule: Schedule, figures: Iterator[float] | None = None, seed: int = 0) -> tuple[nn.Linear, list[Tensor], dict[str, float]]:
    """Learn a bias; note what it was at every look of the judge."""
    torch.manual_seed(0)
    learned, seen = nn.Linear(1, 2), []

    def judge() -> float:
        seen.append(learned.bias.detach().clone())
        return next(figures) if figures else 0.0

    def step(rows: Tensor, done: float) -> Tensor:
        assert 0 <= done < 1
        assert rows.max() < 10
        return (learned.bias - TARGET).square().sum() + 0 * learned.weight.sum()

    found = fit(learned, schedule, 10, step, judge if figures else None, seed=seed, title="", progress=silent)
    return learned, seen, found


def test_it_keeps_the_best_and_stops_when_it_gets_no_better() -> None:
    """Two epochs in vain are enough."""
    learned, seen, figures = descend(Schedule(epochs=10, patience=2), iter([0.1, 0.5, 0.3, 0.2, 0.9]))
    assert len(seen) == 4
    assert figures["valid"] == 0.5
    assert torch.equal(learned.bias, seen[1])


def test_without_a_judge_the_last_weights_count() -> None:
    """And the loss has fallen."""
    learned, _, figures = descend(Schedule(epochs=60, batch_size=2, learning_rate=0.1, weight_decay=0.0))
    assert (learned.bias - TARGET).abs().max() < 0.1
    assert math.isnan(figures["valid"])
    assert not learned.training


def test_it_stops_in_time() -> None:
    """Long before the epochs are over."""
    assert descend(Schedule(epochs=100_000, minutes=0.01), iter(lambda: 0.0, 1.0))[2]["minutes"] < 0.2


def test_a_training_that_diverges_ends_at_its_first_epoch() -> None:
    """In one line that says what to lower; a loss that is none does not reach the judge."""
    learned = nn.Linear(1, 1)

    def step(rows: Tensor, _done: float) -> Tensor:
        return learned.weight.sum() * torch.nan + len(rows)

    def judge() -> float:
        pytest.fail("nothing is left to judge")

    with pytest.raises(InputError, match=r"diverged at 0.5 \(loss nan\).*learning_rate=0.05") as caught:
        fit(learned, Schedule(learning_rate=0.5), 10, step, judge, seed=0, title="", progress=silent)
    assert caught.value.field == "learning_rate"
