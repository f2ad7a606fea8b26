"""Evaluates answers that come in a file, of whatever model, as those of a bundle; and how far they are ahead of another's."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from models.datasets.schema import Catalogue, Split
from models.encoders.features import FloatArray
from models.encoders.keep import catalogue_features, own_features
from models.encoders.load import SHIPPED, load_encoder
from models.errors import refuse
from models.evaluation.baselines import build_baselines
from models.evaluation.bootstrap import intervals
from models.evaluation.evaluate import answers_of, figures_of, read_asked, tasks_of
from models.evaluation.metrics import lead
from models.evaluation.predictions import Predictions, finite
from models.evaluation.table import too_few
from models.evaluation.tasks import Answers, Evaluated
from models.precision import CPU
from models.progress import Progress, Warn, silent, unheard


def evaluate_scores(
    data: Path,
    scores: Path,
    *,
    against: Path | None = None,
    split: Split = "test",
    encoder: str = SHIPPED,
    cache: Path | None = None,
    device: torch.device = CPU,
    progress: Progress = silent,
    warn: Warn = unheard,
) -> dict[str, Any]:
    """``evaluate`` for the answers of a file, in the form that it writes predictions in; tasks that the file lacks are left out.

    Args:
        against: another such file: how far ahead of it the first is, by the paired bootstrap over the same questions.
        encoder: whose features the baselines that go by looks compare, where the catalogue has none of its own.

    Raises:
        InputError: the dataset or a file is broken, or a file answers none of its tasks, or only a part of one.
    """
    started = time.perf_counter()
    ours, theirs = Predictions(scores), None if against is None else Predictions(against)
    dataset, drawn = read_asked(data, split, progress, warn)
    asked = tasks_of(dataset, split, lambda scores, _: scores)
    files = [file for file in (ours, theirs) if file is not None]
    tasks = {name: task for name, task in asked.items() if all(name in file.tasks for file in files)}
    if not tasks:
        refuse(f"answers none of {', '.join(asked)}", path=next((file.path for file in files if not file.tasks & set(asked)), scores))
    for name in asked:
        if name not in tasks:
            warn(f"{name} is left out: {' and '.join(str(file.path) for file in files if name not in file.tasks)} has no line about it")
    answers = {name: ours.answers(name, task) for name, task in tasks.items()}
    others = {name: theirs.answers(name, task) for name, task in tasks.items()} if theirs else {}
    features_NF = _features(dataset.catalogue, encoder, cache, device, progress)
    baselines = build_baselines(dataset.catalogue, dataset.outfits_of("train"), features_NF, progress=progress)
    figures: dict[str, dict[str, Any]] = {}
    for name, task in tasks.items():
        with progress(f"evaluating {name}, answers", len(task.questions) * len(baselines)) as advance:
            evaluated = Evaluated(task, answers[name], answers_of(baselines, task, advance))
            figures[name] = figures_of(evaluated, (dataset.oracle or {}).get(name, {}))
            if name in others:
                figures[name]["against"] = _against(answers[name], others[name], len(task.questions))
    result = {
        "dataset": dataset.name,
        "bundle": None,
        "scores": str(scores),
        **({} if against is None else {"against": str(against)}),
        "split": split,
        **({"drawn": drawn.counts()} if drawn else {}),
        "tasks": figures,
        "seconds": round(time.perf_counter() - started, 3),
    }
    if few := too_few(result):
        warn(few)
    return result


def _features(catalogue: Catalogue, encoder: str, cache: Path | None, device: torch.device, progress: Progress) -> FloatArray:
    own = own_features(catalogue)
    return catalogue_features(catalogue, load_encoder(encoder, device), cache, progress).features if own is None else own


def _against(ours: Answers, theirs: Answers, questions: int) -> Mapping[str, Any]:
    """Of each metric that both have the other's value, and how far ahead ours is, with its 95 % interval."""
    mine, other = ours.metrics(), theirs.metrics()
    leads = {name: lead(metric, other[name]) for name, metric in mine.items() if name in other}
    found = intervals(leads, questions)
    both = {name: found[name] and list(found[name] or ()) for name in leads}
    return {name: {"value": finite(other[name].value), "lead": finite(one.value), "ci95": both[name]} for name, one in leads.items()}
