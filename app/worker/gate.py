"""The gate: the rule by which a candidate takes the place of the current release, or does not.

A candidate passes when

1. it loads, every file as its manifest says, reads the features that the catalogue has, knows every category that the catalogue has
   and the current release knows, and gives finite numbers;
2. on the recent held-out outfits and on the fixed reference set, its recall@10, FITB accuracy and AUC are each better than the current
   release's, or equal within the paired 95 % bootstrap interval of the difference, and never lower by more than ``most_drop``;
3. no category collapses: where a category was asked for often enough, recall@10 does not fall below half, beyond what chance explains;
4. calibration holds: its expected calibration error is small (``good_ece``), near the current release's, or not above it beyond what
   chance explains; and never above ``most_ece``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from app.home.runs import METRICS, Compared
from app.worker.compare import Comparison
from models.bundle import Bundle
from models.encoders.features import check_features
from models.errors import BundleError


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The numbers in the rule.

    Attributes:
        most_drop: the most that a metric may drop, whatever its interval: with few questions an interval allows anything.
        least_asked: the least questions for which a category counts.
        collapse: a category whose recall falls below this share of the current release's has collapsed.
        good_ece: expected calibration error that always passes. ece_slack: how far above the current release's it may be.
        most_ece: above this it never passes.
    """

    most_drop: float = 0.05
    least_asked: int = 20
    collapse: float = 0.5
    good_ece: float = 0.08
    ece_slack: float = 0.02
    most_ece: float = 0.25


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


def objections(comparison: Comparison, rule: Rule | None = None) -> list[str]:
    """The reasons to reject the candidate, one line each; none where it passes."""
    rule = rule or Rule()
    found = [
        f"{_figures(metric)}: worse, the gain is between {metric.low:+.3f} and {metric.high:+.3f}"
        for metric in comparison.metrics
        if not metric.high >= 0  # undefined counts as worse
    ]
    found += [
        f"{_figures(metric)}: lower by {-metric.gain:.3f}, more than {rule.most_drop:g}"
        for metric in comparison.metrics
        if metric.high >= 0 and not metric.gain >= -rule.most_drop
    ]
    found += [
        f"category {metric.about!r} collapses: recall@10 {metric.current:.3f} → {metric.candidate:.3f} in {metric.n} questions"
        for metric in comparison.categories
        if metric.n >= rule.least_asked and metric.candidate < rule.collapse * metric.current and metric.high < 0
    ]
    found += [f"{_figures(metric)}: its probabilities are off" for metric in comparison.calibration if not _calibrated(metric, rule)]
    return found


def _calibrated(metric: Compared, rule: Rule) -> bool:
    near = metric.candidate <= max(rule.good_ece, metric.current + rule.ece_slack)
    return near or (metric.candidate <= rule.most_ece and metric.low <= 0)


def _figures(metric: Compared) -> str:
    return f"{METRICS[metric.metric]} on the {metric.set} set {metric.current:.3f} → {metric.candidate:.3f}"
