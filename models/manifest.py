"""The manifest of a bundle: ``manifest.json``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any, Final

from pydantic.dataclasses import dataclass

from models.compatibility.calibration import Calibration
from models.encoders.features import FeatureSpec
from models.errors import BundleError
from sealed.manifest import MANIFEST, STRICT, Seal
from sealed.manifest import Manifest as SealedManifest

_MINUTES: Final = "minutes"
STOPPED: Final = "stopped_by_clock_after"
"""The metric that says after how many epochs the minutes were over."""
HURRIED: Final = "hurried_by_clock"
"""That is 1 where the learning rate fell faster than by the epochs, for the minutes to be enough."""
CLOCK: Final = (STOPPED, HURRIED)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class HeldOut:
    """What a training finds of outfits it did not learn from, beside what learns nothing or only counts (``models.training.held_out``).

    Attributes:
        folds: how many times it was trained anew without those that were asked about; 0: validation outfits were asked about.
        simple: accuracy of ``raw_cosine`` and ``co_purchase``. lead: 95 % interval of how far ahead of the better of them it is.
    """

    outfits: int
    questions: int
    folds: int
    fitb_accuracy: float
    simple: Mapping[str, float]
    lead: tuple[float, float]

    @property
    def rival(self) -> str:
        """The better of the simple ones."""
        return max(self.simple, key=lambda name: self.simple[name])

    @property
    def verdict(self) -> str:
        """``better``, ``as good`` or ``worse`` than it, by more than its interval."""
        low, high = self.lead
        return "better" if low > 0 else "worse" if high < 0 else "as good"

    def __str__(self) -> str:
        how = f"cross-validated in {self.folds} parts" if self.folds else "of the validation part"
        named = ", ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in self.simple.items())
        rival = f"{self.rival.replace('_', ' ')}, the better of the {len(self.simple)} asked"
        verdict = {"better": "better than", "as good": "no better and no worse than", "worse": "worse than"}[self.verdict]
        return (
            f"on {self.questions:,} questions about {self.outfits:,} outfits, {how}: {self.fitb_accuracy:.3f} right, {named}; "
            f"it is {verdict} {rival} ({self.lead[0]:+.3f} to {self.lead[1]:+.3f})"
        )


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Manifest(SealedManifest):
    """The manifest of a bundle.

    Attributes:
        recipe: the training procedure; ``config`` is its full configuration.
        model: the compatibility model's name in ``models.compatibility.build``; ``model_config`` its arguments.
        encoder: the features that it reads. left_out: blocks of them (``title``: words of titles) that it does not, as they hurt.
        categories: those that the model knows, in the order of their index.
        outfits: of the training split, that it learned from; None where that is not known.
        calibration: of an outfit's score. completion: of an item's score given the others.
        metrics: on validation data, at the end of training.
        held_out: what that is worth; None where nobody asked, or nothing could be.
        parent: the bundle that training started from, if any.
        minutes: how long training took; not part of the content.
    """

    recipe: str
    config: Mapping[str, Any]
    model: str
    model_config: Mapping[str, Any]
    encoder: FeatureSpec
    categories: tuple[str, ...]
    embedding_size: int
    left_out: tuple[str, ...] = ()
    outfits: int | None = None
    calibration: Calibration = field(default_factory=Calibration)
    completion: Calibration = field(default_factory=Calibration)
    metrics: Mapping[str, float] = field(default_factory=dict)
    held_out: HeldOut | None = None
    parent: str | None = None
    minutes: float | None = None

    @property
    def measured(self) -> Mapping[str, float]:
        """The metrics, and the minutes where they are known."""
        return {**self.metrics, **({} if self.minutes is None else {_MINUTES: self.minutes})}

    @property
    def clock(self) -> str | None:
        """What the clock did to the training, in a sentence; None where it made no difference."""
        if not any(name in self.metrics for name in CLOCK):
            return None
        done, of = self.metrics.get(STOPPED), self.config.get("epochs")
        stopped = None if done is None else f"stopped by the clock after {done:.3g} of {of} epochs"
        did = stopped or "hurried by the clock: its learning rate fell faster"
        return f"{did} (minutes={self.config.get('minutes')}); on a machine that is busier or less busy the same seed gives another bundle"

    def with_minutes_apart(self) -> Manifest:
        """The same with the minutes taken out of the metrics, and without those that are not finite."""
        finite = {name: value for name, value in self.metrics.items() if math.isfinite(value)}
        minutes = finite.pop(_MINUTES, self.minutes)
        return replace(self, metrics=finite, minutes=minutes)


BUNDLE: Final = Seal(kind="bundle", manifest=Manifest, format=2, uncounted=frozenset({_MINUTES}))


def refuse_taken(directory: Path) -> None:
    """Refuse to write a bundle over anything but an older bundle.

    Raises:
        BundleError: something else is there.
    """
    taken = directory.exists() and (not directory.is_dir() or any(directory.iterdir()))
    if taken and not (directory / MANIFEST).is_file():
        msg = f"{directory}: exists and is not a bundle; choose another path"
        raise BundleError(msg)
