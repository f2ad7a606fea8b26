"""Simulated sessions, looked at every day: a smaller, seeded version of ``benchmarks/experiments.py``."""

from __future__ import annotations

from dataclasses import replace

from app.experiments.experiment import Guardrail
from app.experiments.report import broken_guardrails
from benchmarks.experiments import World, experiment, first, naively, told

WORLD = World(days=20, sessions=500)


def test_equal_variants_are_seldom_told_apart() -> None:
    """Less often than five of a hundred, where an ordinary interval looked at as often would be three times as often."""
    runs = range(60)
    alarms = sum(first(WORLD, experiment(f"x{seed}"), seed, told) is not None for seed in runs)
    naive = sum(first(WORLD, experiment(f"x{seed}"), seed, naively) is not None for seed in runs)
    assert alarms <= 3
    assert naive >= 6


def test_a_small_variant_is_not_judged_by_the_few_that_it_has() -> None:
    """Of rare purchases and a weight of a twentieth: equal variants are neither told apart nor stopped."""
    rare, runs = replace(WORLD, purchase=0.01, weight=0.05), range(30)
    rail = [Guardrail(metric="purchase", direction="down", threshold=0.05)]
    found = [
        first(rare, experiment(f"x{seed}", 0.05, guardrails=rail), seed, lambda report: told(report) or any(broken_guardrails(report)))
        for seed in runs
    ]
    assert sum(sessions is not None for sessions in found) <= 1


def test_what_a_guardrail_allows_is_allowed() -> None:
    """Twice as many where twice as many may be: what the control has is not sure either."""
    rail = [Guardrail(metric="purchase", direction="up", threshold=1.0)]
    found = [
        first(replace(WORLD, lift=1.0), experiment(f"x{seed}", guardrails=rail), seed, lambda report: any(broken_guardrails(report)))
        for seed in range(30)
    ]
    assert sum(sessions is not None for sessions in found) <= 1


def test_a_better_variant_is_found() -> None:
    """Half as many purchases more, within 10,000 sessions in most runs; never called worse."""
    found = [
        first(
            replace(WORLD, lift=0.5),
            experiment(f"x{seed}"),
            seed,
            lambda report: report.variants[1].metrics["purchase"].verdict == "higher",
        )
        for seed in range(10)
    ]
    assert sum(sessions is not None for sessions in found) >= 8


def test_a_wrong_split_is_noticed() -> None:
    """A tenth of one variant's sessions is not logged."""
    found = [first(replace(WORLD, lost=0.1), experiment(f"x{seed}"), seed, lambda report: report.split_is_wrong) for seed in range(10)]
    assert sum(sessions is not None for sessions in found) >= 9
    assert first(WORLD, experiment("x"), 0, lambda report: report.split_is_wrong) is None


def test_a_worse_variant_is_stopped() -> None:
    """By a guardrail that allows a loss of a twentieth."""
    rail = [Guardrail(metric="purchase", direction="down", threshold=0.05)]
    bad = replace(WORLD, lift=-0.6)
    assert first(bad, experiment("x", guardrails=rail), 1, lambda report: any(broken_guardrails(report))) is not None
    assert first(WORLD, experiment("x", guardrails=rail), 1, lambda report: any(broken_guardrails(report))) is None
