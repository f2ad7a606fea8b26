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
from models.errors import BundleError


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The figures in the rule.

    Attributes:
        most_drop: of a metric, though the interval allows it: with few questions it allows anything.
        least_asked: questions from which a category counts.
        collapse: share of the current release's recall below which a category has collapsed.
        good_ece, ece_slack, most_ece: expected calibration error that always holds, how much above the current release's holds, too, and
            what never does.
    """

    most_drop: float = 0.05
    least_asked: int = 20
    collapse: float = 0.5
    good_ece: float = 0.08
    ece_slack: float = 0.02
    most_ece: float = 0.25


def load_candidate(directory: Path, current: Bundle, stocked: Collection[str]) -> Bundle:
    """The candidate, if it could stand where the current bundle does.

    Args:
        stocked: the categories of the catalogue.

    Raises:
        BundleError: it is broken, reads other features, or lacks a category; one line.
    """
    candidate = Bundle.load(directory)
    ours, theirs = candidate.manifest, current.manifest
    if ours.encoder_fingerprint != theirs.encoder_fingerprint:
        msg = (
            f"bundle {candidate.id} reads features of encoder {ours.encoder_spec} ({ours.encoder_fingerprint}), the catalogue was encoded "
            f"by {theirs.encoder_spec} ({theirs.encoder_fingerprint})"
        )
        raise BundleError(msg)
    gone = sorted(set(stocked) & set(theirs.categories) - set(ours.categories))
    if gone:
        msg = f"bundle {candidate.id} does not know the category {', '.join(map(repr, gone))}, which the catalogue has"
        raise BundleError(msg)
    return candidate


def objections(comparison: Comparison, rule: Rule | None = None) -> list[str]:
    """What speaks against the candidate, a line each; nothing where it passes."""
    rule = rule or Rule()
    found = [_worse(figure) for figure in comparison.metrics if not figure.high >= 0]  # undefined counts as worse
    found += [
        f"{_figures(figure)}: lower by {-figure.gain:.3f}, more than {rule.most_drop:g}"
        for figure in comparison.metrics
        if figure.high >= 0 and not figure.gain >= -rule.most_drop
    ]
    found += [
        f"category {figure.about!r} collapses: recall@10 {figure.current:.3f} → {figure.candidate:.3f} in {figure.n} questions"
        for figure in comparison.categories
        if figure.n >= rule.least_asked and figure.candidate < rule.collapse * figure.current and figure.high < 0
    ]
    found += [f"{_figures(figure)}: its probabilities are off" for figure in comparison.calibration if not _calibrated(figure, rule)]
    return found


def _calibrated(figure: Compared, rule: Rule) -> bool:
    near = figure.candidate <= max(rule.good_ece, figure.current + rule.ece_slack)
    return near or (figure.candidate <= rule.most_ece and figure.low <= 0)


def _worse(figure: Compared) -> str:
    return f"{_figures(figure)}: worse, the gain is between {figure.low:+.3f} and {figure.high:+.3f}"


def _figures(figure: Compared) -> str:
    return f"{METRICS[figure.metric]} on the {figure.set} set {figure.current:.3f} → {figure.candidate:.3f}"
