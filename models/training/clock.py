"""The minutes that a training has: workers agree on them, and what they did to it is told, since it depends on the machine."""

from __future__ import annotations

import math
import time
from typing import Final

from models.manifest import HURRIED, STOPPED
from models.training.fields import Schedule
from models.training.parallel import Workers

_LAST: Final = math.nextafter(1.0, 0.0)
"""Of a step that begins in time, however long its process then waits."""


class Clock:
    """Runs from now on.

    Args:
        before: minutes that were over already, where a training is gone on with.

    Attributes:
        did: what it did to the training, as metrics of a manifest; nothing to one that has time enough.
    """

    def __init__(self, schedule: Schedule, workers: Workers, before: float) -> None:
        self._schedule, self._workers, self._started = schedule, workers, time.perf_counter() - 60 * before
        self.did: dict[str, float] = {}

    def minutes(self) -> float:
        """How many are over, by this process."""
        return (time.perf_counter() - self._started) / 60

    def share(self, epochs: int) -> float:
        """Which part of the time is over after so many epochs, below 1; it hurries a training that is not as far with its epochs."""
        [minutes] = self._workers.mean(self.minutes()) if epochs else [0.0]
        share = min(_LAST, minutes / self._schedule.minutes)
        if share > epochs / self._schedule.epochs:
            self.did[HURRIED] = 1.0
        return share

    def over(self, epochs: float) -> bool:
        """Whether the time is over after so many epochs; never before the first step, and not where nothing is left to do."""
        if 0 < epochs < self._schedule.epochs and self._workers.mean(self.minutes())[0] > self._schedule.minutes:
            self.did.setdefault(STOPPED, epochs)
        return STOPPED in self.did
