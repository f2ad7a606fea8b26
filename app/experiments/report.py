"""What came of an experiment: each variant beside the control, with intervals that may be looked at every day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from app.experiments.experiment import METRICS, Experiment, Guardrail
from app.experiments.intervals import difference, radius, split_p
from app.experiments.tally import NOBODY, Tally

ALPHA: Final = 0.05
SPLIT_ALPHA: Final = 0.01
_LEAST_UNITS, _LEAST_EVENTS = 100, 10
"""Of each variant, below which there is no interval: these are true in the limit, and of what varies."""
_SEVERAL: Final = 2

Verdict = Literal["higher", "lower", "undecided", "too few"]
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric of a variant.

    Attributes:
        mean: over its units. interval: of it, within what the metric can be; None of too few units.
        gain: the mean minus the control's of the same time, ``gain_interval`` of that; None of the control itself.
    """

    mean: float
    interval: Interval | None
    gain: float | None = None
    gain_interval: Interval | None = None

    @property
    def verdict(self) -> Verdict | None:
        """What is known of it against the control; None of the control itself."""
        if self.gain is None:
            return None
        if self.gain_interval is None:
            return "too few"
        return "higher" if self.gain_interval[0] > 0 else "lower" if self.gain_interval[1] < 0 else "undecided"


@dataclass(frozen=True, slots=True)
class VariantReport:
    """One variant: what its units did, each metric by name (``value`` where it is known), and why it stopped, if it did."""

    name: str
    tally: Tally
    metrics: Mapping[str, Measured]
    stopped: str | None = None

    @property
    def order_value(self) -> float | None:
        """What a unit that bought spent on what was suggested and kept; None where no unit tells, or in several currencies."""
        return self.tally.order_value if "value" in self.metrics else None


@dataclass(frozen=True, slots=True)
class Report:
    """An experiment as it stands.

    Attributes:
        variants: the control first. split_p: see ``split_p``.
    """

    experiment: Experiment
    variants: tuple[VariantReport, ...]
    split_p: float

    @property
    def split_is_wrong(self) -> bool:
        """Whether units are not shared out as the weights say, so that no figure is to be trusted."""
        return self.split_p < SPLIT_ALPHA

    @property
    def currencies(self) -> list[str]:
        """Of all purchases that say one; of several there is no ``value``, as that would add them up."""
        return sorted({currency for variant in self.variants for currency in variant.tally.currencies})

    @property
    def warnings(self) -> list[str]:
        """What a reader must know before the figures mean anything."""
        found = []
        if self.split_is_wrong:
            counts = ", ".join(f"{variant.name} {variant.tally.before_stop:,}" for variant in self.variants)
            found.append(f"THE SPLIT IS WRONG (p = {self.split_p:.2g}): {counts} do not fit the weights, so no figure is to be trusted")
        for variant in self.variants:
            if len(variant.tally.releases) > 1:
                releases = ", ".join(f"{release} ({count:,})" for release, count in variant.tally.releases.items())
                found.append(f"{variant.name} was answered by several releases, and its figures mix them: {releases}")
        if len(self.currencies) > 1:
            found.append(f"purchases are in several currencies ({', '.join(self.currencies)}), so there is no value")
        return found + [_without_price(variant.name, variant.tally) for variant in self.variants if variant.tally.unpriced]

    @property
    def control(self) -> VariantReport:
        """What the others are compared with."""
        return self.variants[0]


def report_of(experiment: Experiment, tallied: Mapping[str, Tally]) -> Report:
    """The report of what was tallied. Each comparison is at ``ALPHA``, shared by as many variants as are compared with the control."""
    found = {variant.name: tallied.get(variant.name, NOBODY) for variant in experiment.variants}
    control, alpha = found[experiment.control], ALPHA / (len(found) - 1)
    one_currency = len({currency for tally in found.values() for currency in tally.currencies}) < _SEVERAL
    told = [name for name in METRICS if name != "value" or (one_currency and not any(map(_worth_unknown, found.values())))]
    variants = []
    for name, tally in found.items():
        other = None if name == experiment.control else tally.beside or control
        metrics = {metric: _measured(metric, tally, other, alpha, experiment.units) for metric in told}
        stopped = experiment.stopped.get(name)
        variants.append(VariantReport(name, tally, metrics, stopped.why if stopped else None))
    counts = [tally.before_stop for tally in found.values()]
    return Report(experiment, tuple(variants), split_p(counts, [variant.weight for variant in experiment.variants]))


def _worth_unknown(tally: Tally) -> bool:
    """Whether units bought, and of none is known what it spent."""
    return tally.left_out > 0 and tally.order_value is None


def _without_price(name: str, tally: Tally) -> str:
    said = f"{name}: purchases without a price: {tally.unpriced:,}"
    if _worth_unknown(tally):
        return f"{said}; of no unit that bought is known what it spent, so there is no value"
    return f"{said}, by {tally.left_out:,} units, which count as the average order of the others that bought"


def _measured(metric: str, tally: Tally, control: Tally | None, alpha: float, planned: int) -> Measured:
    mean, own = tally.means[metric], None
    if tally.units >= _LEAST_UNITS and tally.events[metric] >= _LEAST_EVENTS and tally.variances[metric] > 0:
        half = radius(tally.units, tally.variances[metric] ** 0.5, ALPHA, planned)
        own = (max(0.0, mean - half), mean + half if metric == "value" else min(1.0, mean + half))
    if control is None:
        return Measured(mean, own)
    return Measured(mean, own, mean - control.means[metric], _gain(metric, control, tally, alpha, planned))


def _gain(metric: str, control: Tally, tally: Tally, alpha: float, planned: int, times: float = 1.0) -> Interval | None:
    """The interval of a variant's mean less so many times the control's; None of too few.

    There must be enough units that ``_LEAST_EVENTS`` are expected of each of them, at the rate of both.
    """
    fewest, units = min(control.units, tally.units), max(control.units + tally.units, 1)
    expected = fewest * (control.events[metric] + tally.events[metric]) / units
    if fewest < _LEAST_UNITS or expected < _LEAST_EVENTS or not control.variances[metric] + tally.variances[metric]:
        return None
    other = (control.units, times * control.means[metric], times**2 * control.variances[metric])
    return difference(other, (tally.units, tally.means[metric], tally.variances[metric]), alpha, planned)


def broken_guardrails(report: Report) -> Iterator[tuple[str, str]]:
    """Variants that a guardrail stops, and why; each once, none that stopped already, and none while the split is wrong."""
    for variant in () if report.split_is_wrong else report.variants[1:]:
        why = [text for guardrail in report.experiment.guardrails if (text := _broken(guardrail, variant, report))]
        if why and variant.stopped is None:
            yield variant.name, why[0]


def _broken(guardrail: Guardrail, variant: VariantReport, report: Report) -> str | None:
    """Why a guardrail stops a variant. All guardrails and variants share ``ALPHA``, so that what is equal is seldom stopped by any."""
    metric, control, one = guardrail.metric, report.control, report.experiment
    if metric not in variant.metrics:
        return None
    times = 1 + guardrail.threshold if guardrail.direction == "up" else 1 - guardrail.threshold
    found = _gain(metric, control.tally, variant.tally, ALPHA / ((len(report.variants) - 1) * len(one.guardrails)), one.units, times)
    if found is None or not (found[1] < 0 if guardrail.direction == "down" else found[0] > 0):
        return None
    mean = control.metrics[metric].mean
    said = (
        f"{metric} is {variant.metrics[metric].gain:+.4g} from the control's {mean:.4g}: it may go {guardrail.direction} by "
        f"{guardrail.threshold:.3g} of that at most, and is surely beyond, between {found[0]:+.4g} and {found[1]:+.4g} from there"
    )
    unpriced = [_without_price(one.name, one.tally) for one in (control, variant) if metric == "value" and one.tally.unpriced]
    return "; ".join([said, *unpriced])
