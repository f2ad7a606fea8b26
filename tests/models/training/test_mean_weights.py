"""The mean of the weights over the steps."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from models.training.mean_weights import MeanWeights


def stepped(*values: float, average: float = 0.75) -> tuple[nn.Linear, MeanWeights]:
    """A module whose bias was each of these after a step."""
    module = nn.Linear(1, 1)
    mean = MeanWeights(module, average)
    for value in values:
        nn.init.constant_(module.bias, value)
        mean.step()
    return module, mean


def test_first_steps_count_alike_and_then_the_recent_ones_most() -> None:
    """1, (1 + 2) / 2, (1 + 2 + 3) / 3, then a quarter of each new one; the start, which is no step, counts nothing."""
    for values, expected in (((1,), 1.0), ((1, 2), 1.5), ((1, 2, 3), 2.0), ((1, 2, 3, 6), 3.0), ((1, 2, 3, 6, 7), 4.0)):
        module, mean = stepped(*values)
        with mean.in_place():
            assert module.bias.item() == pytest.approx(expected)


def test_the_last_weights_come_back() -> None:
    """Whatever happens meanwhile; and the optimiser goes on with them."""
    module, mean = stepped(1, 2)
    optimiser = torch.optim.SGD(module.parameters(), lr=1.0)
    with pytest.raises(ZeroDivisionError), mean.in_place():
        raise ZeroDivisionError
    assert module.bias.item() == 2
    module.bias.grad = torch.ones(1)
    optimiser.step()
    assert module.bias.item() == 1
