"""Whether experiments can be trusted: simulated sessions through the report, looked at every day.

python -m benchmarks.experiments [--runs 200] [--days 40] [--sessions 500]

Equal releases must not be told apart in more than 5 of 100 runs, a better one is to be found, a wrong split and a bad variant noticed.
A session is assigned as the service assigns it; a purchase may come days after the answer, and is counted from that day on.

Shape legend: S sessions.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from statistics import quantiles
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.experiments.assign import fraction
from app.experiments.experiment import METRICS, Experiment, Guardrail, Variant
from app.experiments.report import Report, broken_guardrails, report_of
from app.experiments.tally import Tally

Array = NDArray[np.float64]
_NAIVE: Final = 1.96


@dataclass(frozen=True, kw_only=True)
class World:
    """How sessions behave.

    Attributes:
        lift: of the second variant's clicks and purchases, as a share. lost: share of its sessions whose answers are not logged.
        delay_days: mean days from an answer to a purchase. weight: of the second variant, beside 1 of the first.
    """

    days: int = 40
    sessions: int = 500
    click: float = 0.15
    purchase: float = 0.04
    price: float = 60.0
    lift: float = 0.0
    lost: float = 0.0
    delay_days: float = 1.0
    weight: float = 1.0


def experiment(name: str, weight: float = 1.0, **more: object) -> Experiment:
    """One of two variants."""
    variants = [Variant(name="a"), Variant(name="b", weight=weight)]
    return Experiment(name=name, variants=variants, started="2026-11-01T00:00:00+00:00", **more)  # type: ignore[arg-type]


def daily(world: World, one: Experiment, seed: int) -> Iterator[tuple[int, Report]]:
    """Sessions so far and the report, day after day."""
    rng, total = np.random.default_rng(seed), world.days * world.sessions
    second_S = np.array([fraction("variant", one.name, "session", f"s{number}") >= 1 / (1 + world.weight) for number in range(total)])
    kept_S = ~(second_S & (rng.random(total) < world.lost))
    day_S = np.repeat(np.arange(world.days), world.sessions)
    times_S = np.where(second_S, 1 + world.lift, 1.0)
    clicked_S = rng.random(total) < world.click * times_S
    bought_S = rng.random(total) < world.purchase * times_S
    attached_S = bought_S | (clicked_S & (rng.random(total) < 0.3))  # noqa: PLR2004 - a third of clicks reaches the bag
    bought_day_S = day_S + np.floor(rng.exponential(world.delay_days, total)).astype(int)
    price_S = np.where(bought_S, world.price * rng.lognormal(0, 0.6, total), 0.0)
    acts = {
        "click": (clicked_S.astype(float), day_S),
        "attach": (attached_S.astype(float), np.where(clicked_S, day_S, bought_day_S)),
        "purchase": (bought_S.astype(float), bought_day_S),
        "value": (price_S, bought_day_S),
        "return": (np.zeros(total), day_S),
        "empty": (np.zeros(total), day_S),
    }
    arms = [_by_day(world.days, kept_S & (second_S == arm), day_S, acts) for arm in (False, True)]
    for day in range(world.days):
        yield (day + 1) * world.sessions, report_of(one, {name: arm[day] for name, arm in zip("ab", arms, strict=True)})


def _by_day(days: int, of_S: NDArray[np.bool_], day_S: NDArray[np.int64], acts: dict[str, tuple[Array, NDArray[np.int64]]]) -> list[Tally]:
    """What an arm's sessions had done by the end of each day."""
    count_D = np.bincount(day_S[of_S], minlength=days).cumsum()
    sums: dict[str, list[Array]] = {}
    for name, (value_S, at_S) in acts.items():
        at, value = np.minimum(at_S[of_S], days), value_S[of_S]
        sums[name] = [np.bincount(at, weights=value**power, minlength=days + 1)[:days].cumsum() for power in (1, 2)]
        sums[name].append(np.bincount(at, weights=value != 0, minlength=days + 1)[:days].cumsum())
    found = []
    for day in range(days):
        count = max(1, int(count_D[day]))
        means = {name: float(total[day] / count) for name, (total, _, _) in sums.items()}
        squares = {name: float(square[day] / count) for name, (_, square, _) in sums.items()}
        found.append(
            Tally(
                units=int(count_D[day]),
                impressions=int(count_D[day]),
                means=means,
                variances={name: squares[name] - means[name] ** 2 for name in METRICS},
                events={name: int(times[day]) for name, (_, _, times) in sums.items()},
                before_stop=int(count_D[day]),
            )
        )
    return found


def first(world: World, one: Experiment, seed: int, true: Callable[[Report], bool]) -> int | None:
    """After how many sessions a report first says something, looked at every day; None where it never does."""
    return next((sessions for sessions, report in daily(world, one, seed) if true(report)), None)


def told(report: Report, metric: str = "purchase") -> bool:
    """Whether the second variant is told from the first."""
    return report.variants[1].metrics[metric].verdict in {"higher", "lower"}


def naively(report: Report) -> bool:
    """Whether an ordinary 95 % interval, which may be looked at once, would tell them apart."""
    one, other = (variant.tally for variant in report.variants)
    if not (one.events["purchase"] and other.events["purchase"]):
        return False
    error = (one.variances["purchase"] / one.units + other.variances["purchase"] / other.units) ** 0.5
    return abs(other.means["purchase"] - one.means["purchase"]) > _NAIVE * error


def any_of_four(report: Report) -> bool:
    """Whether any metric tells them apart."""
    return any(told(report, metric) for metric in METRICS)


def _found(world: World, runs: int, true: Callable[[Report], bool], **more: object) -> list[int | None]:
    return [first(world, experiment(f"x{seed}", world.weight, **more), seed, true) for seed in range(runs)]


def _line(what: str, found: list[int | None]) -> str:
    when = [sessions for sessions in found if sessions is not None]
    half, most = (quantiles(when, n=10, method="inclusive")[place] for place in (4, 8)) if len(when) > 1 else (float("nan"),) * 2
    return f"| {what} | {len(when)} of {len(found)} | {half:,.0f} | {most:,.0f} |"


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    for name, default in (("runs", 200), ("days", 40), ("sessions", 500)):
        arguments.add_argument(f"--{name}", type=int, default=default)
    given = arguments.parse_args()
    world, started = World(days=given.days, sessions=given.sessions), time.perf_counter()
    few = max(1, given.runs // 2)
    rail = [Guardrail(metric="purchase", direction="down", threshold=0.05)]
    print("| | noticed in | sessions, median | nine of ten |\n|---|---|---|---|")
    print(_line("equal: told apart by `purchase`", _found(world, given.runs, told)), flush=True)
    print(_line("equal: by any of the metrics", _found(world, given.runs, any_of_four)), flush=True)
    print(_line("equal: by an ordinary interval, looked at every day", _found(world, given.runs, naively)), flush=True)
    print(_line("equal: split called wrong", _found(world, given.runs, lambda report: report.split_is_wrong)), flush=True)
    for lift in (0.2, 0.3, 0.5):
        better = replace(world, lift=lift)
        print(
            _line(
                f"better by {lift:.0%}: `purchase` higher",
                _found(better, few, lambda report: report.variants[1].metrics["purchase"].verdict == "higher"),
            ),
            flush=True,
        )
    for purchase, weight in ((0.01, 0.05), (0.01, 0.1), (0.005, 0.1), (0.04, 0.1), (0.01, 10.0)):
        rare, what = replace(world, purchase=purchase, weight=weight), f"equal, {purchase:.1%} buy, weights 1 : {weight:g}"
        print(_line(f"{what}: told apart", _found(rare, given.runs, told)), flush=True)
        print(_line(f"{what}: stopped", _found(rare, given.runs, lambda one: any(broken_guardrails(one)), guardrails=rail)), flush=True)
    worse = replace(world, lift=-0.3)
    print(
        _line("worse by 30 %: stopped by a guardrail of 5 %", _found(worse, few, lambda one: any(broken_guardrails(one)), guardrails=rail))
    )
    for lost in (0.05, 0.1):
        print(
            _line(f"{lost:.0%} of a variant's sessions lost", _found(replace(world, lost=lost), few, lambda report: report.split_is_wrong)),
            flush=True,
        )
    print(f"\n{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
