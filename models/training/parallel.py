"""Processes that train one model together: how many they are, what is whose, and what becomes of their gradients.

All of them run the whole training, on the same data, from the same seed. A step's batch is that of one process: each takes its share of
it, and they average the gradients, so that all of them make the same step. What one process decides by (how good an epoch was, how much
time is over) is averaged, too, so that all decide alike. Of several trainings that need nothing of each other each takes a share, alone.

Shape legend: M rows of all · D size of a row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import torch
from torch import Tensor

from models.training.checkpoint import step_seed

if TYPE_CHECKING:
    from torch.distributed import ProcessGroup

Rows = TypeVar("Rows", Tensor, np.ndarray[Any, Any])


@dataclass(frozen=True, slots=True, eq=False)
class Workers:
    """The processes that train together.

    Attributes:
        group: by which they reach each other, gloo's for what is on CPUs and NCCL's on GPUs; None is this process alone.
    """

    group: ProcessGroup | None = None

    @property
    def count(self) -> int:
        """How many there are."""
        return self.group.size() if self.group else 1

    @property
    def number(self) -> int:
        """Which one this is, from 0 on."""
        return self.group.rank() if self.group else 0

    @property
    def leads(self) -> bool:
        """Whether this is the one that writes files."""
        return not self.number

    def mine(self, rows: Rows) -> Rows:
        """The rows of which this process takes care."""
        return rows[self.number :: self.count] if self.group else rows

    def weight(self, rows: int) -> float:
        """What the mean over this process's share of so many rows counts in the mean of such means, so that each row counts alike."""
        return len(range(self.number, rows, self.count)) * self.count / rows

    def whole(self, mine_D: Tensor, rows: int) -> Tensor:
        """What each made of its share of so many rows, in their order, ``(M, D)``; gradients go back to whoever made a row."""
        if not self.group:
            return mine_D
        placed_MD = mine_D.new_zeros(rows, *mine_D.shape[1:])
        placed_MD[self.number :: self.count] = mine_D
        return _Sum.apply(placed_MD, self.group)  # type: ignore[no-any-return]

    def total(self, mine: Tensor) -> Tensor:
        """The sum over all processes, in place of ``mine``."""
        return _summed(mine, self.group) if self.group else mine

    def mean(self, *figures: float) -> list[float]:
        """The means of figures over all processes, which are the same to the bit in each."""
        if not self.group:
            return list(figures)
        return (self.total(torch.tensor(figures, dtype=torch.float64)) / self.count).tolist()

    def told(self, mine: Any) -> list[Any]:  # noqa: ANN401 - whatever JSON can say
        """What each process tells all, in their order."""
        if not self.group:
            return [mine]
        text = torch.tensor(list(json.dumps(mine).encode()), dtype=torch.uint8)
        sizes = self.whole(torch.tensor([len(text)]), self.count).tolist()
        texts = self.whole(torch.nn.functional.pad(text, (0, max(sizes) - len(text)))[None], self.count)
        return [json.loads(bytes(one[:size].tolist())) for one, size in zip(texts, sizes, strict=True)]

    @torch.no_grad()
    def take(self, tensors: Iterable[Tensor], number: int) -> None:
        """Set tensors to those that one of the processes has."""
        if self.group:
            for tensor in tensors:
                self.group.broadcast(tensor, number).wait()

    def wait(self) -> None:
        """Return once all processes have come here."""
        self.mean(0.0)

    @torch.no_grad()
    def average(self, optimiser: torch.optim.Optimizer) -> None:
        """Average the gradients of whatever an optimiser steps; what had none in any process has none afterwards."""
        if not self.group:
            return
        weights = [weight for group in optimiser.param_groups for weight in group["params"]]
        has = torch.tensor([weight.grad is not None for weight in weights], dtype=weights[0].dtype, device=weights[0].device)
        parts = [(torch.zeros_like(weight) if weight.grad is None else weight.grad).flatten() for weight in weights]
        flat = self.total(torch.cat([*parts, has])) / self.count
        *means, has = flat.split([*(len(part) for part in parts), len(has)])
        for weight, part, had in zip(weights, means, has.tolist(), strict=True):
            if had:
                weight.grad = torch.empty_like(weight) if weight.grad is None else weight.grad
                weight.grad.copy_(part.view_as(weight))

    @torch.no_grad()
    def agree(self, tensors: Iterable[Tensor]) -> None:
        """Set tensors of decimals to their means over all processes: batch statistics, or weights that should be the same already."""
        for tensor in tensors if self.group else ():
            if tensor.is_floating_point():
                tensor.copy_(self.total(tensor.contiguous().clone()) / self.count)

    def own(self, generator: torch.Generator) -> torch.Generator | None:
        """What draws for this process's share alone: the generator itself, or torch's global one, since the other is to stay alike."""
        return None if self.group else generator

    def reseed(self, seed: int, part: int) -> None:
        """Seed torch's global generator, which dropout uses, for a part of a training; one process alone goes on as it is."""
        if self.group:
            torch.manual_seed(self.seed(step_seed(seed, part)))

    def seed(self, seed: int) -> int:
        """This process's own seed."""
        return step_seed(seed, self.number) if self.group else seed

    @contextmanager
    def first_alone(self) -> Iterator[None]:
        """The first one runs the block before all others, who find what it kept."""
        if not self.leads:
            self.wait()
        yield
        if self.leads:
            self.wait()


ALONE: Final = Workers()


class _Sum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, part: Tensor, group: ProcessGroup) -> Tensor:  # noqa: ANN401 - torch types none
        ctx.group = group
        return _summed(part.clone(), group)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401 - torch types none
        return _summed(gradients[0].contiguous().clone(), ctx.group), None


def _summed(tensor: Tensor, group: ProcessGroup) -> Tensor:
    group.allreduce([tensor]).wait()
    return tensor
