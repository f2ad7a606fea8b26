"""The gate: the rule by which a candidate takes the place of the current release, or does not.

A candidate passes when

1. it loads, every file as its manifest says, reads the features that the catalogue has, knows every category that the catalogue has
   and the current release knows, and gives finite numbers;
2. on the recent held-out outfits and on the fixed reference set, its recall@10, FITB accuracy and AUC are each better than the current
   release's, or equal within the paired 95 % bootstrap interval of the difference, and never lower by more than 0.05; of the recent ones
   only what no list had a part in is asked for where there is enough of it, since what the current release's own lists led to speaks for
   it, whichever is better;
3. no category collapses: where a category was asked for often enough, recall@10 does not fall below half, beyond what chance explains;
4. calibration holds: its expected calibration error is at most 0.08, near the current release's (within 0.02), or not above it beyond
   what chance explains; and never above 0.25;
5. where explored answers tell what both would have earned, its 95 % interval does not lie wholly below the current release's.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

from app.home.runs import METRICS, Compared, FromLog
from app.worker.compare import Comparison
from models.bundle import Bundle
from models.encoders.features import check_features
from models.errors import BundleError

_MOST_DROP: Final = 0.05  # of a metric, whatever its interval: with few questions an interval allows anything
_LEAST_ASKED: Final = 20  # questions from which a category counts
_COLLAPSE: Final = 0.5
_GOOD_ECE, _ECE_SLACK, _MOST_ECE = 0.08, 0.02, 0.25


def load_candidate(directory: Path, current: Bundle, stocked: Collection[str]) -> Bundle:
    """Load a candidate that could replace the current bundle.

    Args:
        stocked: the categories of the catalogue.

    Raises:
        BundleError: it is broken, reads other features, or lacks a category.
    """
    candidate = Bundle.load(directory).to(current.device)
    ours, theirs = candidate.manifest, current.manifest
    check_features(f"bundle {candidate.id}", ours.encoder, "the catalogue", theirs.encoder, mend="train on these features")
    gone = sorted(set(stocked) & set(theirs.categories) - set(ours.categories))
    if gone:
        msg = f"bundle {candidate.id} does not know the category {', '.join(map(repr, gone))}, which the catalogue has"
        raise BundleError(msg)
    return candidate


def objections(comparison: Comparison) -> list[str]:
    """The reasons to reject the candidate, one line each; none where it passes."""
    found = [
        f"{_figures(metric)}: worse, the gain is between {metric.low:+.3f} and {metric.high:+.3f}"
        for metric in comparison.metrics
        if not metric.high >= 0  # undefined counts as worse
    ]
    found += [
        f"{_figures(metric)}: lower by {-metric.gain:.3f}, more than {_MOST_DROP:g}"
        for metric in comparison.metrics
        if metric.high >= 0 and not metric.gain >= -_MOST_DROP
    ]
    found += [
        f"category {metric.about!r} collapses: recall@10 {metric.current:.3f} → {metric.candidate:.3f} in {metric.n} questions"
        for metric in comparison.categories
        if metric.n >= _LEAST_ASKED and metric.candidate < _COLLAPSE * metric.current and metric.high < 0
    ]
    found += [f"{_figures(metric)}: its probabilities are off" for metric in comparison.calibration if not _calibrated(metric)]
    return found


def worse_in_log(told: FromLog | None) -> list[str]:
    """The reason to reject a candidate that would have earned less, where the log tells that; see ``app.worker.from_log``."""
    if told is None or told.current is None or told.candidate is None or told.current.refused or told.candidate.refused:
        return []
    theirs, ours = told.current.dr, told.candidate.dr
    if ours.high >= theirs.low:
        return []
    figures = f"{ours.value:.4f} ({ours.low:.4f} to {ours.high:.4f}) after {theirs.value:.4f} ({theirs.low:.4f} to {theirs.high:.4f})"
    return [f"as explored answers tell, it would have earned less of {told.reward} per slot: {figures}"]


def _calibrated(metric: Compared) -> bool:
    near = metric.candidate <= max(_GOOD_ECE, metric.current + _ECE_SLACK)
    return near or (metric.candidate <= _MOST_ECE and metric.low <= 0)


def _figures(metric: Compared) -> str:
    return f"{METRICS[metric.metric]} on the {metric.set} set {metric.current:.3f} → {metric.candidate:.3f}"
