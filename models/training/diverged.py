"""A training that has diverged ends there: it would go on to the end, and its bundle would load, serve and know nothing."""

from __future__ import annotations

import math

from torch import nn

from models.errors import InputError


def refuse_diverged(loss: float, learned: nn.Module, rate: float) -> None:
    """To be called at the end of each epoch, and before weights are written down.

    Args:
        loss: of the epoch, or a running mean.
        learned: whose weights a finite loss may already have driven to infinity.
        rate: the configured learning rate.

    Raises:
        InputError: the loss or a weight is not finite.
    """
    if math.isfinite(loss) and all(bool(weight.isfinite().all()) for weight in learned.parameters()):
        return
    msg = f"the training diverged at {rate:g} (loss {loss:g}); lower it, for instance --set learning_rate={rate / 10:g}"
    raise InputError(msg, field="learning_rate")
