"""Percentile bootstrap intervals over questions; all metrics of a task share the same resamples."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final, TypeVar

import numpy as np

from models.evaluation.metrics import Metric

RESAMPLES: Final = 1000
_AT_ONCE: Final = 100  # resamples held in memory together
_LEVELS: Final = (2.5, 97.5)
_Z: Final = 1.96

Name = TypeVar("Name", bound=Hashable)
Interval = tuple[float, float]


def intervals(metrics: Mapping[Name, Metric], questions: int, resamples: int = RESAMPLES, seed: int = 0) -> dict[Name, Interval | None]:
    """The 95 % interval of each metric over ``questions`` drawn with replacement; None where every resample leaves it undefined.

    All metrics see the same resamples, so model and baselines are compared on equal draws. The percentiles of a metric leave out
    resamples in which it is undefined (AUC without both labels). A share of 0 or 1, of which every resample says the same, has Wilson's
    interval (JASA 1927): that all of five questions are right does not make the next one sure.
    """
    random = np.random.default_rng(seed)
    parts: dict[Name, list[np.ndarray]] = {name: [] for name in metrics}
    for start in range(0, resamples, _AT_ONCE):
        count = min(_AT_ONCE, resamples - start)
        drawn = random.integers(0, questions, size=(count, questions)) + questions * np.arange(count)[:, None]
        weights_RB = np.bincount(drawn.ravel(), minlength=count * questions).reshape(count, questions).astype(np.float64)
        for name, metric in metrics.items():
            parts[name].append(metric.statistic(weights_RB))
    return {name: _interval(np.concatenate(values), metrics[name].trials) for name, values in parts.items()}


def _interval(values_R: np.ndarray, trials: int) -> Interval | None:
    defined = values_R[~np.isnan(values_R)]
    if not len(defined):
        return None
    if trials and (np.all(defined == 0) or np.all(defined == 1)):
        least = trials / (trials + _Z**2)
        return (least, 1.0) if defined[0] else (0.0, 1 - least)
    low, high = np.percentile(defined, _LEVELS)
    return float(low), float(high)
