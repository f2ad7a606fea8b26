"""The page's plots, for light and for dark pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from matplotlib.axes import Axes
from numpy.typing import NDArray

from benchmarks.systems.results import Results
from benchmarks.systems.runs import OUTFIT_VECTOR, SEMI_SUPERVISED, SYSTEMS, Measure, Run
from models.evaluation import outfit_vector
from models.evaluation.outfit_vector import GRADES, Separation
from models.evaluation.plots import Draw, Palette, save

_SYSTEMS: Final[Mapping[Measure, str]] = {"fitb": "FITB accuracy", "compatibility": "AUC", "retrieval": "recall@10"}


def draw(directory: Path, results: Results) -> dict[str, list[str]]:
    """Write what can be drawn of the results; the stems by the title of the claim that they belong to."""
    directory.mkdir(parents=True, exist_ok=True)
    drawn: dict[str, list[str]] = {}
    known = [run for run in SYSTEMS.runs if results.lines(run)]
    if known:
        height = 1.0 + 0.34 * len(known)
        drawn[SYSTEMS.title] = [
            save(directory, f"systems-{measure}", _bars(results, known, measure, name), (6.0, height)) for measure, name in _SYSTEMS.items()
        ]
    if all(results.lines(run) for run in SEMI_SUPERVISED.runs[:8]):
        drawn[SEMI_SUPERVISED.title] = [
            save(directory, f"labels-{measure}", _over_labels(results, measure, name))
            for measure, name in (("fitb", "FITB accuracy"), ("compatibility", "AUC"))
        ]
    found = separation_of(results.answers(OUTFIT_VECTOR.runs[-1]))
    if found:
        drawn[OUTFIT_VECTOR.title] = outfit_vector.plot(directory, found)
    return drawn


def separation_of(answers: Mapping[str, NDArray[Any]]) -> Separation | None:
    """Scores of replaced outfits, where they were asked."""
    return Separation({grade: answers["replaced"][grade] for grade in GRADES}) if "replaced" in answers else None


def _bars(results: Results, runs: list[Run], measure: Measure, name: str) -> Draw:
    figures = [(run, figure) for run in runs[::-1] if (figure := results.figure(run, measure))]

    def paint(axes: Axes, palette: Palette) -> None:
        for place, (run, figure) in enumerate(figures):
            colour = palette.model if run.name.startswith("attire") else palette.others["category"]
            axes.barh(place, figure.value, 0.62, color=colour, alpha=0.85)
            error = [[figure.value - figure.low], [figure.high - figure.value]]
            axes.errorbar(figure.value, place, xerr=error, color=palette.ink, capsize=2.5, linewidth=1)
        axes.set_yticks(range(len(figures)), [run.name for run, _ in figures])
        axes.set_xlabel(name)

    return paint


def _over_labels(results: Results, measure: Measure, name: str) -> Draw:
    half = 4
    lines = {"labels alone": SEMI_SUPERVISED.runs[:half], "+ L_ss + L_pseudo": SEMI_SUPERVISED.runs[half : 2 * half]}

    def paint(axes: Axes, palette: Palette) -> None:
        for (label, runs), colour in zip(lines.items(), (palette.others["category"], palette.model), strict=True):
            shares = [100 * float(run.settings["labels"]) for run in runs]
            figures = [figure for run in runs if (figure := results.figure(run, measure))]
            values = [one.value for one in figures]
            error = [[one.value - one.low for one in figures], [one.high - one.value for one in figures]]
            axes.errorbar(shares, values, yerr=error, color=colour, capsize=2.5, marker="o", linewidth=1.8, label=label)
        axes.set(xscale="log", xlabel="% of the labels (log)", ylabel=name, xticks=[5, 10, 25, 100], xticklabels=["5", "10", "25", "100"])
        axes.minorticks_off()

    return paint
