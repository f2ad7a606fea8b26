"""What a training holds from epoch to epoch: its figures, its best weights, and where its generators are."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from models.training.checkpoint import Checkpoint
from models.training.mean_weights import MeanWeights


class Standing(nn.Module):
    """A module of everything, so that a checkpoint writes all of it, and reads it in place.

    Args:
        learned: keeps its weights as the best ones so far.
        optimiser: may step weights beside the learned ones.
        order: orders the outfits.

    Attributes:
        best, stale: the best figure, and the epochs since. loss: of the last epoch. epochs: how many are done.
        minutes: that they took.
    """

    def __init__(self, learned: nn.Module, optimiser: torch.optim.Optimizer, mean: MeanWeights | None, order: torch.Generator) -> None:
        super().__init__()
        self.best, self.stale, self.loss, self.epochs, self.minutes = -math.inf, 0, math.nan, 0, 0.0
        own = {id(weight) for weight in learned.parameters()}
        self.learned, self._optimiser, self._mean, self._order = learned, optimiser, mean, order
        stepped = [weight for group in optimiser.param_groups for weight in group["params"]]
        self.beside = nn.ParameterList([weight for weight in stepped if id(weight) not in own])
        self._kept = {name: value.detach().clone() for name, value in learned.state_dict().items()}
        self._name("mean", mean.mean if mean else [])
        self._name("kept", list(self._kept.values()))

    def heard(self, figure: float, *, better: bool) -> None:
        """How good an epoch was; if it was better than any before, the present weights are kept."""
        self.stale = 0 if better else self.stale + 1
        if better:
            self.best = figure
            self.keep()

    def keep(self) -> None:
        """Keep the present weights as the best ones."""
        for name, value in self.learned.state_dict().items():
            self._kept[name].copy_(value)

    def take(self) -> None:
        """Give ``learned`` its best weights."""
        self.learned.load_state_dict(self._kept)

    def save(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint."""
        self._name("generator", [self._order.get_state(), torch.get_rng_state()])
        figures = {name: getattr(self, name) for name in ("best", "stale", "loss", "epochs", "minutes")}
        checkpoint.save(self, self._optimiser, {**figures, "steps": self._mean.steps if self._mean else 0})

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint, where there is one.

        Raises:
            InputError: it is of another training, or broken.
        """
        self._name("generator", [self._order.get_state(), torch.get_rng_state()])
        figures = checkpoint.restore(self, self._optimiser)
        if figures is None:
            return
        steps = figures.pop("steps")
        if self._mean:
            self._mean.steps = steps
        for name, value in figures.items():
            setattr(self, name, value)
        self._order.set_state(self.get_buffer("generator_0"))
        torch.set_rng_state(self.get_buffer("generator_1"))

    def _name(self, name: str, tensors: list[Tensor]) -> None:
        for number, tensor in enumerate(tensors):
            self.register_buffer(f"{name}_{number}", tensor)
