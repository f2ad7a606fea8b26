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
    candidate = Bundle.load(directory).to(current.device)
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
    found = [_worse(one) for one in comparison.metrics if not one.high >= 0]  # undefined counts as worse
    found += [
        f"{_told(one)}: lower by {-one.gain:.3f}, more than {rule.most_drop:g}"
        for one in comparison.metrics
        if one.high >= 0 and not one.gain >= -rule.most_drop
    ]
    found += [
        f"category {one.about!r} collapses: recall@10 {one.current:.3f} → {one.candidate:.3f} in {one.n} questions"
        for one in comparison.categories
        if one.n >= rule.least_asked and one.candidate < rule.collapse * one.current and one.high < 0
    ]
    found += [f"{_told(one)}: its probabilities are off" for one in comparison.calibration if not _calibrated(one, rule)]
    return found


def _calibrated(one: Compared, rule: Rule) -> bool:
    near = one.candidate <= max(rule.good_ece, one.current + rule.ece_slack)
    return near or (one.candidate <= rule.most_ece and one.low <= 0)


def _worse(one: Compared) -> str:
    return f"{_told(one)}: worse, the gain is between {one.low:+.3f} and {one.high:+.3f}"


def _told(one: Compared) -> str:
    return f"{METRICS[one.metric]} on the {one.set} set {one.current:.3f} → {one.candidate:.3f}"
