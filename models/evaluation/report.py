"""The evaluation as a page: ``index.html`` with its plots and pictures beside it, readable without a server or a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models.datasets.schema import Catalogue
from models.evaluation import plots
from models.evaluation.examples import Example, Gallery, examples
from models.evaluation.scorer import ModelScorer
from models.evaluation.table import BASELINES, METRICS, number, percent
from models.evaluation.tasks import (
    Answers,
    CompatibilityAnswers,
    Evaluated,
    FillInTheBlankAnswers,
    FillInTheBlankTask,
    RetrievalAnswers,
)

TITLES: Final = {
    "fitb_accuracy": "accuracy",
    "auc": "AUC",
    "recall_at_10": "recall@10",
    "recall_at_50": "recall@50",
    "mrr": "MRR",
    "ndcg": "NDCG",
    "ece": "calibration error",
}
_WIDE: Final = 7.2  # inches

Kind = TypeVar("Kind", bound=Answers)


@dataclass(frozen=True)
class Bar:
    """One scorer's figure; ``low`` and ``high`` are its interval."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    is_model: bool = False


@dataclass(frozen=True)
class Plot:
    """A drawn plot (``stem.png``, ``stem-dark.png``) and what it shows."""

    stem: str
    caption: str
    wide: bool = False


@dataclass(frozen=True)
class Section:
    """A task's part of the page."""

    name: str
    metric: str
    figures: Mapping[str, Any]
    bars: list[Bar]
    plots: list[Plot]
    examples: list[Example]


def write_report(
    directory: Path, result: Mapping[str, Any], evaluated: Mapping[str, Evaluated], catalogue: Catalogue, model: ModelScorer
) -> None:
    """Write ``index.html``, plots and pictures to ``directory``, which is made where it is missing."""
    directory.mkdir(parents=True, exist_ok=True)
    gallery = Gallery(catalogue, directory)
    sections = []
    for name, answered in evaluated.items():
        figures = result["tasks"][name]
        metric = next(candidate for candidate in METRICS if candidate in figures)
        drawn = _plots(directory, name, answered, figures, catalogue)
        sections.append(Section(name, metric, figures, _bars(figures, metric), drawn, examples(answered, gallery, model)))
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(figure=number, percent=percent)
    page = environment.get_template("report.html.jinja").render(
        result=result, sections=sections, manifest=model.bundle.manifest, titles=TITLES, baselines=BASELINES, items=len(catalogue)
    )
    (directory / "index.html").write_text(page)


def _bars(figures: Mapping[str, Any], metric: str) -> list[Bar]:
    low, high = figures["ci95"] or (None, None)
    bars = [Bar("model", figures[metric], low, high, is_model=True)]
    for name in _asked(figures):
        low, high = figures["baselines_ci95"][name] or (None, None)
        bars.append(Bar(name.replace("_", " "), figures["baselines"][name], low, high))
    return sorted(bars, key=lambda bar: -(bar.value or 0.0))


def _asked(figures: Mapping[str, Any]) -> list[str]:
    """The baselines there are, in their order; those that learn from pairs need more than a few outfits."""
    return [name for name in BASELINES if name in figures["baselines"]]


def _plots(directory: Path, name: str, evaluated: Evaluated, figures: Mapping[str, Any], catalogue: Catalogue) -> list[Plot]:
    match evaluated.model:
        case FillInTheBlankAnswers() as answers if isinstance(evaluated.task, FillInTheBlankTask):
            names = catalogue.categories
            rows_B = evaluated.task.candidates_BM[range(len(answers.rank_B)), [question.answer for question in evaluated.task.questions]]
            categories = [names[row] if row >= 0 else "unknown" for row in rows_B]
            chance = figures["chance"]["fitb_accuracy"]
            draw, height = plots.accuracy_by_category(categories, answers, _of(evaluated, FillInTheBlankAnswers), chance)
            return [Plot(plots.save(directory, f"{name}-by-category", draw, (_WIDE, height)), "Accuracy by category", wide=True)]
        case CompatibilityAnswers() as answers:
            drawn = [Plot(plots.save(directory, f"{name}-scores", plots.score_distributions(answers)), "Scores")]
            if figures["calibrated"]:
                reliable = plots.reliability_diagram(answers, figures["ece"])
                drawn.insert(0, Plot(plots.save(directory, f"{name}-calibration", reliable), "Calibration"))
            if figures["auc"] is not None:
                curve = plots.receiver_curve(answers, _of(evaluated, CompatibilityAnswers))
                drawn.insert(0, Plot(plots.save(directory, f"{name}-roc", curve), "ROC"))
            return drawn
        case RetrievalAnswers() as answers:
            curve = plots.recall_curve(answers, _of(evaluated, RetrievalAnswers))
            return [Plot(plots.save(directory, f"{name}-recall", curve, (_WIDE, 3.4)), "Recall by depth", wide=True)]
    return []


def _of(evaluated: Evaluated, kind: type[Kind]) -> dict[str, Kind]:
    return {name: answers for name, answers in evaluated.baselines.items() if isinstance(answers, kind)}
