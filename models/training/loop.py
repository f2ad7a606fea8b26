"""The loop of recipes that step through outfits: a schedule, early stopping on validation, and the best weights kept."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from models.progress import Progress
from models.training.diverged import refuse_diverged
from models.training.fields import Schedule
from models.training.mean_weights import MeanWeights

Step = Callable[[Tensor, float], Tensor]
"""Positions of a batch's outfits, and how much of the training is done (0 to 1) -> the loss."""


def warmed_cosine(
    rate: float, done: float, *, warm: float = 0.03, first: float = 0.02, floor: float = 0.02, falls_from: float = 0.0
) -> float:
    """The learning rate when ``done`` (0 to 1) of a training is over: a linear warm-up times a cosine that falls to ``floor``.

    Args:
        rate: at its height.
        warm: share of the training that warms up. first: share of the rate that it begins with.
        floor: share of the rate that is left at the end.
        falls_from: when the cosine begins to fall.
    """
    fallen = min(1.0, max(0.0, done - falls_from) / (1 - falls_from))
    return rate * min(1.0, done / warm + first) * (floor + (1 - floor) * (1 + math.cos(math.pi * fallen)) / 2)


def only_matrices_decay(parameters: Iterable[nn.Parameter], weight_decay: float) -> list[dict[str, Any]]:
    """Parameter groups of an optimiser: matrices with weight decay, everything else (biases, norms, single figures) without."""
    weights = list(parameters)
    matrices, others = [one for one in weights if one.ndim > 1], [one for one in weights if one.ndim <= 1]
    return [{"params": matrices, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]


def seeded(seed: int) -> torch.Generator:
    """What the order of the outfits is drawn from; what the model draws itself, as dropout does, starts from the same seed."""
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(seed)


def fit(
    learned: nn.Module,
    schedule: Schedule,
    count: int,
    step: Step,
    judge: Callable[[], float] | None,
    *,
    generator: torch.Generator,
    title: str,
    progress: Progress,
    optimiser: torch.optim.Optimizer | None = None,
    average: float = 0.0,
    settle: Callable[[], None] | None = None,
) -> dict[str, float]:
    """Train ``learned`` on ``count`` outfits; it ends with the weights that ``judge`` found best, or the last ones without a judge.

    Args:
        generator: what the order of the outfits is drawn from; see ``seeded``.
        optimiser: of the parameters; None is AdamW, as the schedule says. It may step what is not ``learned``, which is not clipped.
        average: of the weights, per step: the mean is what is settled, judged and kept, while training goes on from the last weights.
        settle: called after each epoch, before judging; it may set buffers of ``learned``, which stay.

    Returns:
        ``valid`` (the best figure, NaN without a judge), ``train_loss`` and ``minutes``.

    Raises:
        InputError: it diverged.
    """
    started, rate = time.perf_counter(), schedule.learning_rate
    if optimiser is None:
        optimiser = torch.optim.AdamW(learned.parameters(), lr=rate, weight_decay=schedule.weight_decay, fused=True)
    mean = MeanWeights(learned, average) if average else None
    best, stale, loss = -math.inf, 0, math.nan
    kept = _copied(learned)
    with progress(title, schedule.epochs) as advance:
        for epoch in range(schedule.epochs):
            elapsed = (time.perf_counter() - started) / 60 if epoch else 0.0  # the clock must not touch a run that has time enough
            if elapsed > schedule.minutes or stale >= schedule.patience:
                break
            batches = torch.randperm(count, generator=generator).split(schedule.batch_size)
            losses = []
            learned.train()
            for number, rows in enumerate(batches):
                done = max((epoch + number / len(batches)) / schedule.epochs, min(1.0, elapsed / schedule.minutes))
                for group in optimiser.param_groups:
                    group["lr"] = warmed_cosine(rate, done)
                batch_loss = step(rows, done)
                optimiser.zero_grad()
                batch_loss.backward()
                nn.utils.clip_grad_norm_(learned.parameters(), 1.0)
                optimiser.step()
                if mean:
                    mean.step()
                losses.append(batch_loss.detach())
            loss = math.fsum(torch.stack(losses).tolist()) / len(losses) if losses else 0.0  # read once an epoch: a GPU would wait
            refuse_diverged(loss, learned, rate)
            learned.eval()
            with mean.in_place() if mean else nullcontext():
                if settle:
                    settle()
                figure = judge() if judge else math.inf
                stale = 0 if figure > best or not judge else stale + 1
                if not stale:
                    best, kept = figure, _copied(learned)
            advance(1, loss=loss, **({"valid": figure, "best": best} if judge else {}))
    learned.load_state_dict(kept)
    learned.eval()
    valid = best if judge and math.isfinite(best) else math.nan
    return {"valid": valid, "train_loss": loss, "minutes": (time.perf_counter() - started) / 60}


def _copied(learned: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in learned.state_dict().items()}
