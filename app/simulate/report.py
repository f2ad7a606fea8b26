"""Reports a simulation: as a table for the terminal, and as a plot."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from pathlib import Path
from typing import Final

from rich.table import Table

from app.simulate.measure import RECOMMENDERS, Cycle

_FEWEST: Final = 30  # the least questions for which a share is shown
_COLOURS: Final = {
    "service": "#4f46e5",
    "oracle": "#0f8a5f",
    "oracle_with_taste": "#9ad4bd",
    "co_purchase": "#d97706",
    "popularity": "#b45309",
    "random": "#98a1b3",
}


def table(cycles: Sequence[Cycle]) -> Table:
    """One row per cycle; hit rates at ten by recommender, after the slash those of never bought items."""
    shown = Table(title="hit rate@10 of what shoppers wanted / where it had never been bought", title_justify="left")
    for name in (
        "cycle",
        "release",
        "asked",
        *(name.replace("_", " ") for name in RECOMMENDERS),
        "of oracle",
        "attach",
        "coverage",
        "gini",
    ):
        shown.add_column(name, justify="left" if name == "release" else "right", style="bold" if name == "service" else None)
    for cycle in cycles:
        rates = [f"{cycle.hit_rate[name]:.3f} / {cycle.new_hit_rate[name]:.3f}" for name in RECOMMENDERS]
        asked = f"{cycle.asked:,} / {cycle.new:,}"
        rest = (f"{cycle.share_of_oracle:.0%}", f"{cycle.attach_rate:.3f}", f"{cycle.coverage:.0%}", f"{cycle.concentration:.2f}")
        shown.add_row(str(cycle.cycle), cycle.release, asked, *rates, *rest)
    return shown


def draw(path: Path, cycles: Sequence[Cycle], *, learned: bool = False) -> None:
    """Plot the hit rates by cycle: of all wanted items, and of never bought ones where there are enough.

    Args:
        learned: label cycles by the number of cycles learned from before, from 0.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - a second that only a plot should cost
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(9, 3.8), layout="constrained")
    FigureCanvasAgg(figure)
    numbers = [cycle.cycle - learned for cycle in cycles]
    for axes, title, rates in zip(
        figure.subplots(1, 2, sharey=True),
        ("all wanted items", "wanted items never bought before"),
        (
            [cycle.hit_rate for cycle in cycles],
            [cycle.new_hit_rate if cycle.new >= _FEWEST else dict.fromkeys(RECOMMENDERS, nan) for cycle in cycles],
        ),
        strict=True,
    ):
        for name in RECOMMENDERS:
            width = 2.5 if name == "service" else 1.2
            axes.plot(
                numbers, [rate[name] for rate in rates], color=_COLOURS[name], linewidth=width, marker="o", label=name.replace("_", " ")
            )
        axes.set(title=title, xlabel="cycles learned from" if learned else "cycle", xticks=numbers)
        axes.spines[["top", "right"]].set_visible(False)
    figure.axes[0].set(ylabel="hit rate@10", ylim=(0, None))
    figure.axes[1].legend(frameon=False, fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=140)
