"""A report in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from app.experiments.report import ALPHA, Measured, Report, VariantReport

METHOD = f"asymptotic confidence sequences at {1 - ALPHA:.0%} (Waudby-Smith et al. 2024), shared by the comparisons; valid at every look"


def as_json(report: Report) -> dict[str, Any]:
    """All of a report; infinite bounds are null."""
    one = report.experiment
    return {
        "experiment": one.name,
        "metric": one.metric,
        "currencies": report.currencies,
        "started": one.started,
        "ended": one.ended.model_dump() if one.ended else None,
        "split": {"p": report.split_p, "wrong": report.split_is_wrong},
        "intervals": METHOD,
        "warnings": report.warnings,
        "variants": {variant.name: _variant(variant) for variant in report.variants},
    }


def lines(report: Report) -> Iterator[str]:
    """A report for a person."""
    one = report.experiment
    yield f"{one.name}: since {one.started}; decided by {one.metric}" + (f"; ended {one.ended.at}: {one.ended.why}" if one.ended else "")
    yield from report.warnings
    for variant in report.variants:
        tally = variant.tally
        yield f"{variant.name}: {tally.units:,} units, {tally.impressions:,} answers" + _beside(variant)
        for metric, found in variant.metrics.items():
            yield f"  {metric:9}{_figures(found)}"
        if variant.order_value is not None:
            left_out = f", but for {variant.tally.left_out:,} who bought without a price" if variant.tally.left_out else ""
            yield f"  value of those who bought{left_out}: {variant.order_value:.2f}"
    yield f"intervals: {METHOD}"


def _beside(variant: VariantReport) -> str:
    tally = variant.tally
    counts = {
        "answered by another release": tally.fallbacks,
        "units bought what they had only seen": tally.view_through,
    }
    told = f", by {', '.join(tally.releases)}" if tally.releases else ""
    told += "".join(f"; {count:,} {what}" for what, count in counts.items() if count)
    return told + (f"; STOPPED: {variant.stopped}" if variant.stopped else "")


def _figures(found: Measured) -> str:
    own = f"{found.mean:10.4f}" + (f"  [{found.interval[0]:.4f}, {found.interval[1]:.4f}]" if found.interval else "")
    if found.gain is None:
        return own
    gain = f"{found.gain:+.4f}" + (f" [{found.gain_interval[0]:+.4f}, {found.gain_interval[1]:+.4f}]" if found.gain_interval else "")
    return f"{own}  against the control {gain}  {found.verdict}"


def _variant(variant: VariantReport) -> dict[str, Any]:
    measured = {name: {**asdict(found), "verdict": found.verdict} for name, found in variant.metrics.items()}
    counted = {name: value for name, value in asdict(variant.tally).items() if name not in {"means", "variances", "events", "beside"}}
    return {**counted, "order_value": variant.order_value, "stopped": variant.stopped, "metrics": measured}
