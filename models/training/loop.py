"""The training loop of recipes that step through outfits: schedule, early stopping on validation, and the best weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from models.errors import refuse
from models.progress import Progress
from models.training.checkpoint import Checkpoint
from models.training.clock import Clock
from models.training.fields import Schedule
from models.training.mean_weights import MeanWeights
from models.training.parallel import ALONE, Workers
from models.training.standing import Standing

Step = Callable[[Tensor, float], Tensor]
"""Maps the positions of a batch's outfits, and the share of the training that is done (0 to 1), to the loss."""


def warmed_cosine(
    rate: float, done: float, *, warm: float = 0.03, first: float = 0.02, floor: float = 0.02, falls_from: float = 0.0
) -> float:
    """The learning rate at the share ``done`` (0 to 1) of a training: a linear warm-up times a cosine that falls to ``floor``.

    Args:
        rate: the highest rate.
        warm: share of the training that warms up. first: share of ``rate`` at the start.
        floor: share of ``rate`` at the end.
        falls_from: share of the training after which the cosine falls.
    """
    fallen = min(1.0, max(0.0, done - falls_from) / (1 - falls_from))
    return rate * min(1.0, done / warm + first) * (floor + (1 - floor) * (1 + math.cos(math.pi * fallen)) / 2)


def only_matrices_decay(parameters: Iterable[nn.Parameter], weight_decay: float) -> list[dict[str, Any]]:
    """Parameter groups of an optimiser: matrices with weight decay, all others (biases, norms, scalars) without."""
    weights = list(parameters)
    matrices, others = [weight for weight in weights if weight.ndim > 1], [weight for weight in weights if weight.ndim <= 1]
    return [{"params": matrices, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]


def seeded(seed: int) -> torch.Generator:
    """The generator that orders the outfits; torch's global generator, which dropout uses, gets the same seed."""
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
    settle: Callable[[], float | None] | None = None,
    workers: Workers = ALONE,
    checkpoint: Checkpoint | None = None,
) -> dict[str, float]:
    """Train ``learned`` on ``count`` outfits; it ends with the weights that ``judge`` scored best, or the last ones without a judge.

    Args:
        generator: orders the outfits; see ``seeded``.
        optimiser: None: AdamW by the schedule. It may hold parameters outside ``learned``, whose gradients are not clipped.
        average: per step, of the weights; settles, judges and keeps the mean, and trains on from the last weights. 0: no mean.
        settle: called after each epoch before judging; may set buffers of ``learned``, which are kept, and return the loss to report.
        workers: who trains together; each calls this alike, and ``step`` gives the loss of its share of the batch.
        checkpoint: written after each epoch, and gone on from; None: nothing is written.

    Returns:
        ``valid`` (the best figure, NaN without a judge), ``train_loss`` and ``minutes``; and where the clock made a difference, so that
        the same seed may give something else, what it did (``models.manifest.CLOCK``).

    Raises:
        InputError: it diverged, or the checkpoint is of another training.
    """
    rate = schedule.learning_rate
    if optimiser is None:
        optimiser = torch.optim.AdamW(learned.parameters(), lr=rate, weight_decay=schedule.weight_decay, fused=True)
    mean = MeanWeights(learned, average) if average else None
    workers.agree(learned.state_dict().values())
    now = Standing(learned, optimiser, mean, generator)
    if checkpoint:
        now.restore(checkpoint)
    clock = Clock(schedule, workers, now.minutes)
    with progress(f"{title}, epochs", schedule.epochs) as advance:
        advance(now.epochs)
        for epoch in range(now.epochs, schedule.epochs):
            if clock.over(epoch) or now.stale >= schedule.patience:
                break
            batches, share = torch.randperm(count, generator=generator).split(schedule.batch_size), clock.share(epoch)
            losses = []
            workers.reseed(generator.initial_seed(), epoch)
            learned.train()
            for number, rows in enumerate(batches):
                done = max((epoch + number / len(batches)) / schedule.epochs, share)
                for group in optimiser.param_groups:
                    group["lr"] = warmed_cosine(rate, done)
                batch_loss = step(rows, done) * workers.weight(len(rows))
                optimiser.zero_grad()
                batch_loss.backward()
                workers.average(optimiser)
                nn.utils.clip_grad_norm_(learned.parameters(), 1.0)
                optimiser.step()
                if mean:
                    mean.step()
                losses.append(batch_loss.detach())
                if clock.over(epoch + (number + 1) / len(batches)):
                    break
            [now.loss] = workers.mean(math.fsum(torch.stack(losses).tolist()) / len(losses) if losses else 0.0)  # a GPU waits only here
            refuse_diverged(now.loss, learned, rate)
            learned.eval()
            with mean.in_place() if mean else nullcontext():
                told = settle() if settle else None
                now.loss = now.loss if told is None else told
                [figure] = workers.mean(judge() if judge else math.inf)
                now.heard(figure, better=figure > now.best or not judge)
            now.epochs, now.minutes = epoch + 1, clock.minutes()
            if checkpoint and workers.leads:
                now.save(checkpoint)
            advance(1, loss=now.loss, **({"valid": figure, "best": now.best} if judge else {}))
    now.take()
    learned.eval()
    valid = now.best if judge and math.isfinite(now.best) else math.nan
    [minutes] = workers.mean(clock.minutes())
    return {"valid": valid, "train_loss": now.loss, "minutes": minutes, **clock.did}


def refuse_diverged(loss: float, learned: nn.Module, rate: float) -> None:
    """Stop a training that would write a useless bundle; called at the end of each epoch, and before weights are written.

    Raises:
        InputError: the loss is not finite, or a weight, which may be so before the loss is.
    """
    if math.isfinite(loss) and all(bool(weight.isfinite().all()) for weight in learned.parameters()):
        return
    msg = f"the training diverged at {rate:g} (loss {loss:g}); lower it, for instance --set learning_rate={rate / 10:g}"
    refuse(msg, field="learning_rate")
