"""The mean of a module's weights over the steps of its training: it evens out the last ones (Polyak, Juditsky, 1992)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


class MeanWeights:
    """Running mean of a module's parameters; its buffers are left alone.

    Args:
        average: share of the mean that a step keeps, at the most; the first steps count as much as the later ones.
    """

    def __init__(self, learned: nn.Module, average: float) -> None:
        self.average, self.steps, self.last = average, 0, list(learned.parameters())
        self.mean = [weight.detach().clone() for weight in self.last]

    @torch.no_grad()
    def step(self) -> None:
        """Take in the weights as they are now; to be called after each step of the optimiser."""
        share = max(1 - self.average, 1 / (self.steps + 1))  # else short runs would keep the start
        for mean, last in zip(self.mean, self.last, strict=True):
            mean.lerp_(last, share)
        self.steps += 1

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The module has the mean as its weights within, and its last weights again afterwards."""
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
