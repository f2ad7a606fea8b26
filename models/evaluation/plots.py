"""The report's plots, each drawn twice: for light and for dark pages."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from models.evaluation.bootstrap import intervals
from models.evaluation.metrics import fitb_correct, mean, reliability
from models.evaluation.tasks import CompatibilityAnswers, FillInTheBlankAnswers, RetrievalAnswers

_DPI: Final = 160
_MOST_CATEGORIES: Final = 16
_HISTOGRAM_BINS: Final = 40
_DEEPEST: Final = 1000  # cut-offs that the recall curve shows


@dataclass(frozen=True)
class Palette:
    """Colours of one theme; ``others`` are the baselines'."""

    suffix: str
    ink: str
    faint: str
    model: str
    worn: str
    replaced: str
    others: Mapping[str, str]


LIGHT: Final = Palette(
    "",
    "#3d4350",
    "#d9dce3",
    "#4f46e5",
    "#0f9488",
    "#d97706",
    {
        "co_purchase": "#d97706",
        "pair_pmi": "#b45309",
        "pair_regression": "#dc2626",
        "pair_boosting": "#7f1d1d",
        "raw_cosine": "#0f9488",
        "category": "#a3a9b6",
        "popularity": "#c026d3",
        "random": "#c7cbd4",
    },
)
DARK: Final = Palette(
    "-dark",
    "#c9cedb",
    "#3a4150",
    "#a5b4fc",
    "#5eead4",
    "#fbbf24",
    {
        "co_purchase": "#fbbf24",
        "pair_pmi": "#f59e0b",
        "pair_regression": "#f87171",
        "pair_boosting": "#fca5a5",
        "raw_cosine": "#5eead4",
        "category": "#7d8596",
        "popularity": "#e879f9",
        "random": "#565e6e",
    },
)
Draw = Callable[[Axes, Palette], None]


def save(directory: Path, stem: str, draw: Draw, size: tuple[float, float] = (4.0, 3.3)) -> str:
    """Write ``stem.png`` and ``stem-dark.png``; returns the stem."""
    for palette in (LIGHT, DARK):
        figure = Figure(figsize=size, dpi=_DPI, layout="constrained", facecolor="none")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot(facecolor="none")
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(palette.faint)
        axes.tick_params(colors=palette.ink, labelsize=9, length=0)
        draw(axes, palette)
        for label in (axes.xaxis.label, axes.yaxis.label):
            label.set_color(palette.ink)
            label.set_fontsize(9)
        if axes.get_legend_handles_labels()[1]:
            axes.legend(frameon=False, fontsize=8, labelcolor=palette.ink)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph", UserWarning)  # a category may be named in a script the font lacks
            figure.savefig(directory / f"{stem}{palette.suffix}.png", transparent=True)
    return stem


def accuracy_by_category(
    categories: Sequence[str], model: FillInTheBlankAnswers, baselines: Mapping[str, FillInTheBlankAnswers], chance: float
) -> tuple[Draw, float]:
    """FITB accuracy by the answer's category, with intervals and baselines; returns the drawing and its height in inches."""
    name_B = np.asarray(categories, dtype=object)
    names, counts = np.unique(name_B, return_counts=True)
    shown = [int(at) for at in np.argsort(-counts, kind="stable")[:_MOST_CATEGORIES]][::-1]
    correct_B = fitb_correct(model.rank_B)
    beside = {name: fitb_correct(answers.rank_B) for name, answers in baselines.items() if name not in {"random", "popularity"}}

    def draw(axes: Axes, palette: Palette) -> None:
        for place, at in enumerate(shown):
            here_B = name_B == names[at]
            metric = mean(correct_B[here_B])
            low, high = intervals({"": metric}, int(counts[at]))[""] or (metric.value, metric.value)
            error = [[metric.value - low], [high - metric.value]]
            axes.barh(place, metric.value, 0.62, color=palette.model, alpha=0.85, label="model" if place == 0 else None)
            axes.errorbar(metric.value, place, xerr=error, color=palette.ink, capsize=2.5, linewidth=1)
            for name, other_B in beside.items():
                label = name.replace("_", " ") if place == 0 else None
                axes.plot(
                    other_B[here_B].mean(), place, "D", markersize=5, color=palette.others[name], markeredgecolor="white", label=label
                )
        axes.axvline(chance, color=palette.ink, linewidth=1, linestyle=":", label="chance")
        axes.set_yticks(range(len(shown)), [f"{names[at]} ({counts[at]})" for at in shown])
        axes.set_xlim(0, 1)
        axes.set_ylim(-0.6, len(shown) - 0.4)
        axes.set_xlabel("accuracy, by category of the right answer (number of questions)")

    return draw, 1.4 + 0.34 * len(shown)


def receiver_curve(model: CompatibilityAnswers, baselines: Mapping[str, CompatibilityAnswers]) -> Draw:
    """ROC of the model and of the baselines."""

    def draw(axes: Axes, palette: Palette) -> None:
        axes.plot([0, 1], [0, 1], color=palette.faint, linewidth=1, linestyle=":")
        lines = [(name, answers, palette.others[name], 1.2) for name, answers in baselines.items() if name != "random"]
        for name, answers, colour, width in [*lines, ("model", model, palette.model, 2.4)]:
            known = np.nan_to_num(answers.score_B, nan=float(np.nanmin(answers.score_B, initial=0.0)))
            false, true, _ = roc_curve(answers.label_B, known)
            axes.plot(false, true, color=colour, linewidth=width, label=name.replace("_", " "))
        axes.set(xlim=(0, 1), ylim=(0, 1.01), xlabel="false positive rate", ylabel="true positive rate")

    return draw


def reliability_diagram(model: CompatibilityAnswers, error: float) -> Draw:
    """Predicted probability against the observed share of worn outfits; a dot's area grows with the number of outfits."""
    predicted_K, observed_K, count_K = reliability(model.probability_B, model.label_B)

    def draw(axes: Axes, palette: Palette) -> None:
        axes.plot([0, 1], [0, 1], color=palette.ink, linewidth=1, linestyle=":", label="perfect")
        axes.plot(predicted_K, observed_K, color=palette.model, linewidth=1.6)
        sizes = 12 + 160 * count_K / count_K.max()
        axes.scatter(predicted_K, observed_K, sizes, color=palette.model, label=f"model, ECE {error:.3f}", zorder=3)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xlabel="predicted probability", ylabel="share that was really worn")

    return draw


def score_distributions(model: CompatibilityAnswers) -> Draw:
    """Scores of outfits that were worn and of those that were not."""
    known = np.isfinite(model.score_B)
    edges = np.histogram_bin_edges(model.score_B[known], _HISTOGRAM_BINS)

    def draw(axes: Axes, palette: Palette) -> None:
        for label, name, colour in ((0, "not worn (label 0)", palette.replaced), (1, "worn (label 1)", palette.worn)):
            scores = model.score_B[known & (model.label_B == label)]
            if not len(scores):
                continue
            style: dict[str, Any] = {"bins": edges, "density": True, "color": colour}
            axes.hist(scores, histtype="stepfilled", alpha=0.35, label=name, **style)
            axes.hist(scores, histtype="step", linewidth=1.4, **style)
        axes.set(xlabel="score", ylabel="density", yticks=[])

    return draw


def recall_curve(model: RetrievalAnswers, baselines: Mapping[str, RetrievalAnswers]) -> Draw:
    """Share of answers among the best k, for every k."""

    def draw(axes: Axes, palette: Palette) -> None:
        deepest = int(min(_DEEPEST, max(model.rank_B.max(), 2)))
        cuts = np.unique(np.geomspace(1, deepest, 200).astype(np.int64))
        lines = [(name, answers, palette.others[name], 1.2) for name, answers in baselines.items()]
        for name, answers, colour, width in [*lines, ("model", model, palette.model, 2.4)]:
            share = np.searchsorted(np.sort(answers.rank_B), cuts, side="right") / len(answers.rank_B)
            axes.plot(cuts, share, color=colour, linewidth=width, label=name.replace("_", " "))
        axes.set(xscale="log", xlim=(1, deepest), ylim=(0, 1.01), xlabel="k (log)", ylabel="recall@k")

    return draw
