"""The mean of a module's weights over the steps of its training (Polyak, Juditsky, 1992)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


class MeanWeights:
    """Running mean of a module's parameters, not of its buffers.

    Args:
        average: largest share of the mean that a step keeps; smaller at first, so that the first steps count equally.
    """

    def __init__(self, learned: nn.Module, average: float) -> None:
        self.average, self.steps, self.last = average, 0, list(learned.parameters())
        self.mean = [weight.detach().clone() for weight in self.last]

    @torch.no_grad()
    def step(self) -> None:
        """Add the present weights to the mean; call it after each step of the optimiser."""
        share = max(1 - self.average, 1 / (self.steps + 1))  # otherwise short runs would keep the start
        for mean, last in zip(self.mean, self.last, strict=True):
            mean.lerp_(last, share)
        self.steps += 1

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Within the block the module has the mean as its weights; afterwards its last weights again."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    @torch.no_grad()
    def _swap(self) -> None:
        for mean, last in zip(self.mean, self.last, strict=True):
            held = last.clone()
            last.copy_(mean)
            mean.copy_(held)
