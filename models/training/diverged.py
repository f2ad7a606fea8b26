"""Stops a training that has diverged; otherwise it would write a useless bundle that loads and serves."""

from __future__ import annotations

import math

from torch import nn

from models.errors import InputError


def refuse_diverged(loss: float, learned: nn.Module, rate: float) -> None:
    """Call it at the end of each epoch, and before weights are written.

    Args:
        loss: of the epoch, or a running mean.
        learned: the module whose weights are checked; they may be infinite although the loss is finite.
        rate: the configured learning rate.

    Raises:
        InputError: the loss or a weight is not finite.
    """
    if math.isfinite(loss) and all(bool(weight.isfinite().all()) for weight in learned.parameters()):
        return
    msg = f"the training diverged at {rate:g} (loss {loss:g}); lower it, for instance --set learning_rate={rate / 10:g}"
    raise InputError(msg, field="learning_rate")
