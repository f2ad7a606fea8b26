"""An evaluation's result as a table for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rich.table import Table

METRICS: Final = ("fitb_accuracy", "auc", "recall_at_10", "recall_at_50", "mrr", "ndcg", "ece")
ENOUGH_QUESTIONS: Final = 100
"""Of a task, below which hardly any two systems are told apart."""
BASELINES: Final = ("random", "popularity", "category", "co_purchase", "pair_pmi", "pair_regression", "pair_boosting", "raw_cosine")


def render_table(result: Mapping[str, Any]) -> Table:
    """One row per task and metric: the model with its 95 % interval, the baselines, and the share of the oracle.

    Ties count as wrong for all alike; where that makes a difference, a row below says what chance would make of them.

    Args:
        result: what ``evaluate`` returns.
    """
    tasks: Mapping[str, Mapping[str, Any]] = result["tasks"]
    oracle = any("oracle" in figures for figures in tasks.values())
    whose = result.get("scores") or f"bundle {result['bundle'] or 'unsaved'}"
    title = f"{result['dataset']} · {result['split']} · {whose}"
    if "drawn" in result:
        title += f" · questions drawn from {result['drawn']['outfits']:,} outfits"
    table = Table(title=title, title_justify="left")
    table.add_column("task")
    table.add_column("metric")
    for name in ("n", "model", "95 % interval", *(name.replace("_", " ") for name in BASELINES), *(("oracle", "share") if oracle else ())):
        table.add_column(name, justify="right", style="bold" if name == "model" else None)
    for task, figures in tasks.items():
        promised = figures.get("calibrated", True)  # else nobody is given the probabilities
        named = [metric for metric in METRICS if metric in figures and (promised or metric != "ece")]
        for place, metric in enumerate(named):
            first = place == 0
            interval = figures["ci95_by_metric"][metric]
            row = [task if first else "", metric, str(figures["n"]) if first else "", number(figures[metric])]
            row.append(f"{number(interval[0])} - {number(interval[1])}" if interval else "")
            row += [number(figures["baselines"].get(name)) if first else "" for name in BASELINES]
            if oracle:
                best = figures.get("oracle", {}).get(metric)
                share = figures.get("share_of_oracle", {}).get(metric)
                row += [number(best) if best is not None else "", percent(share)]
            table.add_row(*row)
            if by_chance := _by_chance(figures, metric, first=first):
                table.add_row("", "  ties by chance", "", *by_chance)
            if metric in figures.get("against", {}):
                table.add_row("", f"  ahead of {Path(result['against']).name}", "", *_ahead(figures["against"][metric]))
        if "ece_floor" in figures and promised:
            table.add_row("", "ece_floor", "", number(figures["ece_floor"]))
        table.add_section()
    return table


def _ahead(against: Mapping[str, Any]) -> list[str]:
    interval = against["ci95"]
    return [signed(against["lead"]), f"{signed(interval[0])} to {signed(interval[1])}" if interval else ""]


def _by_chance(figures: Mapping[str, Any], metric: str, *, first: bool) -> list[str]:
    """The model, no interval, and of a task's first metric the baselines, with ties broken by chance; empty where it is all the same."""
    if metric not in figures.get("ties_by_chance", {}):
        return []
    names = BASELINES if first else ()
    strict = [number(figures[metric]), "", *(number(figures["baselines"].get(name)) for name in names)]
    drawn = [number(figures["ties_by_chance"][metric]), "", *(number(figures["baselines_ties_by_chance"].get(name)) for name in names)]
    return drawn if drawn != strict else []


def too_few(result: Mapping[str, Any]) -> str | None:
    """Which tasks have too few questions to tell systems apart, and how wide that leaves the intervals; None where all have enough.

    >>> fitb = {"n": 13, "fitb_accuracy": 0.5, "ci95_by_metric": {"fitb_accuracy": (0.23, 0.77)}}
    >>> too_few({"tasks": {"fitb": fitb, "retrieval": {"n": 100}}})
    'fitb has 13 questions (interval ±0.27): too few to tell systems apart, which takes 100 and more'
    """
    few = {task: figures for task, figures in result["tasks"].items() if figures["n"] < ENOUGH_QUESTIONS}
    if not few:
        return None
    told = ", ".join(f"{task} has {figures['n']:,} questions{_give_or_take(figures)}" for task, figures in few.items())
    return f"{told}: too few to tell systems apart, which takes {ENOUGH_QUESTIONS} and more"


def _give_or_take(figures: Mapping[str, Any]) -> str:
    """Half the width of the interval of a task's first metric."""
    interval = next((figures["ci95_by_metric"][metric] for metric in METRICS if metric in figures), None)
    return f" (interval ±{(interval[1] - interval[0]) / 2:.2f})" if interval else ""


def percent(share: float | None) -> str:
    """A whole percentage, or nothing.

    >>> percent(0.351), percent(-0.001), percent(None)
    ('35 %', '0 %', '')
    """
    return "" if share is None else f"{round(100 * share)} %"


def signed(value: float | None) -> str:
    """Three decimals with their sign, or a dash.

    >>> signed(0.0123), signed(-0.2), signed(None)
    ('+0.012', '-0.200', '-')
    """
    return "-" if value is None else f"{value:+.3f}"


def number(value: float | None) -> str:
    """Three decimals, or a dash where a metric is undefined.

    >>> number(0.61234), number(None)
    ('0.612', '-')
    """
    return "-" if value is None else f"{value:.3f}"
