"""The loop of recipes that step through outfits: a schedule, early stopping on validation, and the best weights kept."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from pydantic import NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt
from torch import Tensor, nn

from models.progress import Progress
from models.training.diverged import refuse_diverged

Step = Callable[[Tensor, float], Tensor]
"""Positions of a batch's outfits, and how much of the training is done (0 to 1) -> the loss."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How long and how fast a training goes.

    Attributes:
        batch_size: outfits of a step.
        learning_rate: of AdamW; it warms up over the first 3 % and falls along a cosine.
        patience: epochs without a better validation figure before training stops.
        minutes: stops (and keeps the best) after this time.
    """

    batch_size: PositiveInt = 256
    epochs: NonNegativeInt = 30
    learning_rate: PositiveFloat = 1e-3
    weight_decay: NonNegativeFloat = 0.01
    patience: PositiveInt = 8
    minutes: PositiveFloat = 9.0


def fit(
    learned: nn.Module,
    schedule: Schedule,
    count: int,
    step: Step,
    judge: Callable[[], float] | None,
    *,
    seed: int,
    title: str,
    progress: Progress,
) -> dict[str, float]:
    """Train ``learned`` on ``count`` outfits; it ends with the weights that ``judge`` found best, or the last ones without a judge.

    Returns:
        ``valid`` (the best figure, NaN without a judge), ``train_loss`` and ``minutes``.

    Raises:
        InputError: it diverged.
    """
    generator, started = torch.Generator().manual_seed(seed), time.perf_counter()
    torch.manual_seed(seed)
    optimiser = torch.optim.AdamW(learned.parameters(), lr=schedule.learning_rate, weight_decay=schedule.weight_decay, fused=True)
    best, stale, loss = -math.inf, 0, math.nan
    kept = {name: value.detach().clone() for name, value in learned.state_dict().items()}
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
                    group["lr"] = schedule.learning_rate * min(1.0, done / 0.03 + 0.02) * (0.02 + 0.98 * (1 + math.cos(math.pi * done)) / 2)
                batch_loss = step(rows, done)
                optimiser.zero_grad()
                batch_loss.backward()
                nn.utils.clip_grad_norm_(learned.parameters(), 1.0)
                optimiser.step()
                losses.append(batch_loss.item())
            loss = math.fsum(losses) / max(1, len(losses))
            refuse_diverged(loss, learned, schedule.learning_rate)
            learned.eval()
            figure = judge() if judge else math.inf
            stale = 0 if figure > best or not judge else stale + 1
            if not stale:
                best = figure
                kept = {name: value.detach().clone() for name, value in learned.state_dict().items()}
            advance(1, loss=loss, **({"valid": figure, "best": best} if judge else {}))
    learned.load_state_dict(kept)
    learned.eval()
    valid = best if judge and math.isfinite(best) else math.nan
    return {"valid": valid, "train_loss": loss, "minutes": (time.perf_counter() - started) / 60}
