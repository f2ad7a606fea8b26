"""Evaluates a bundle on the questions of a dataset directory, beside the baselines."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from models.bundle import Bundle
from models.datasets.draw_questions import Drawn, draw_for
from models.datasets.findings import Findings
from models.datasets.read import question_files, read_dataset
from models.datasets.rejects import Rejects
from models.datasets.schema import Catalogue, Dataset, Split
from models.encoders.features import FeatureSpec, FloatArray, check_features
from models.encoders.keep import catalogue_features, own_features, tell_refused
from models.encoders.load import load_encoder
from models.errors import InputError
from models.evaluation.baselines import build_baselines
from models.evaluation.bootstrap import intervals
from models.evaluation.metrics import Metric
from models.evaluation.predictions import finite, write_predictions
from models.evaluation.scorer import ModelScorer, Scorer
from models.evaluation.table import too_few
from models.evaluation.tasks import Answers, Calibrated, CompatibilityAnswers, Evaluated, RetrievalTask, Task, pack
from models.outputs import check_output_directory, check_output_file, check_plots
from models.precision import CPU
from models.progress import Advance, Progress, Warn, silent, unheard, unmoved


def evaluate(
    data: Path,
    bundle: Path,
    *,
    split: Split = "test",
    predictions: Path | None = None,
    report: Path | None = None,
    cache: Path | None = None,
    device: torch.device = CPU,
    progress: Progress = silent,
    warn: Warn = unheard,
) -> dict[str, Any]:
    """Run every ``fitb*``, ``compatibility*`` and ``retrieval*`` file; returns the JSON of the contract (``attire evaluate --json``).

    Where there is no such file, questions are drawn from the outfits of ``split``, and ``drawn`` in the result says from how many.

    Args:
        data: a dataset directory.
        bundle: a bundle directory.
        split: whose questions are asked; the baselines count the outfits of ``train``.
        predictions: a file to write one JSON line per question to.
        report: a directory to write a page with plots and pictures to.
        cache: where features are kept from one run to the next.
        device: where the bundle and its encoder compute.
        progress: shows each task.
        warn: told what the dataset has that is put up with, and where questions are too few to tell systems apart.

    Raises:
        InputError: the dataset is broken, or has neither questions nor outfits of ``split``; or the results cannot be written there.
        EncoderError: the bundle's encoder cannot be had, or is not the one it was trained with.
        BundleError: the bundle cannot be loaded.
    """
    started = time.perf_counter()
    if predictions is not None:
        check_output_file(predictions, "--predictions")
    if report is not None:
        check_output_directory(report, "--report")
        check_plots("--report")
    loaded = Bundle.load(bundle).to(device)
    dataset, drawn = read_asked(data, split, progress, warn)
    features_NF = features_for(loaded, dataset.catalogue, cache, progress, warn)
    result = evaluate_dataset(
        dataset, loaded, features_NF, split=split, drawn=drawn, predictions=predictions, report=report, progress=progress
    )
    if few := too_few(result):
        warn(few)
    return {**result, "seconds": round(time.perf_counter() - started, 3)}


def evaluate_dataset(
    dataset: Dataset,
    bundle: Bundle,
    features_NF: FloatArray,
    *,
    split: Split = "test",
    drawn: Drawn | None = None,
    predictions: Path | None = None,
    report: Path | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """``evaluate`` for what is already in memory; ``features_NF`` are by row of the catalogue, ``drawn`` where the questions are from."""
    started = time.perf_counter()
    catalogue = dataset.catalogue
    categories = catalogue.categories
    tasks = tasks_of(dataset, split, bundle.probability)
    with progress("embedding all items", 0):
        model = ModelScorer(bundle, bundle.embed(features_NF, categories, catalogue.texts(), catalogue.ids), categories)
    baselines = build_baselines(catalogue, dataset.outfits_of("train"), features_NF, progress=progress)
    evaluated = {}
    for name, task in tasks.items():
        with progress(f"evaluating {name}, answers", len(task.questions) * (1 + len(baselines))) as advance:
            evaluated[name] = Evaluated(task, task.answer(model, advance=advance), answers_of(baselines, task, advance))
    result = {
        "dataset": dataset.name,
        "bundle": bundle.id,
        "split": split,
        **({"drawn": drawn.counts()} if drawn else {}),
        "tasks": {
            name: {**figures_of(answered, (dataset.oracle or {}).get(name, {})), **_beside(answered, model)}
            for name, answered in evaluated.items()
        },
        "seconds": round(time.perf_counter() - started, 3),
    }
    if predictions is not None:
        write_predictions(predictions, evaluated, catalogue.ids, likely=bundle.calibrated)
    if report is not None:
        from models.evaluation.report import write_report  # noqa: PLC0415 - it draws with matplotlib, which may not be installed

        write_report(report, result, evaluated, catalogue, model)
    return result


def read_asked(data: Path, split: Split, progress: Progress, warn: Warn) -> tuple[Dataset, Drawn | None]:
    """A dataset with its questions, or with some drawn where it has none; what it is put up with is told.

    Raises:
        InputError: it is broken, or has nothing to ask about.
    """
    findings = Findings(rejects=Rejects(), progress=progress)
    if question_files(data):
        dataset, drawn = read_dataset(data, {"train", split}, findings=findings), None
    else:
        dataset, drawn = draw_for(data, split, findings)
    findings.tell(warn)
    return dataset, drawn


def tasks_of(dataset: Dataset, split: Split, probability: Calibrated) -> dict[str, Task]:
    """The questions of a split, packed, by the stem of their file.

    Raises:
        InputError: there are none.
    """
    asked = {name: [question for question in questions if question.split == split] for name, questions in dataset.tasks.items()}
    tasks = {name: pack(questions, dataset.catalogue, probability) for name, questions in asked.items() if questions}
    if not tasks:
        msg = f"no questions of split {split!r}; evaluate another split, or draw some with `attire questions`"
        raise InputError(msg, path=dataset.root)
    return tasks


def answers_of(scorers: Mapping[str, Scorer], task: Task, advance: Advance = unmoved) -> dict[str, Answers]:
    """What each scorer answers, by its name."""
    return {name: task.answer(scorer, advance=advance) for name, scorer in scorers.items()}


def _beside(evaluated: Evaluated, model: ModelScorer) -> dict[str, Any]:
    """What only a bundle has: how it ranks all items of a category, and whether its probabilities are given to anybody."""
    if isinstance(evaluated.task, RetrievalTask):
        return {"ranked_by": "queries" if model.by_query else "rank"}
    return {"calibrated": model.bundle.calibrated} if isinstance(evaluated.model, CompatibilityAnswers) else {}


def features_for(
    bundle: Bundle, catalogue: Catalogue, cache: Path | None = None, progress: Progress = silent, warn: Warn = unheard
) -> FloatArray:
    """Features of the catalogue as the bundle needs them, ``(N, F)``: the shop's own, or its encoder's, computed on the bundle's device.

    Raises:
        InputError: the bundle needs the shop's own features and the catalogue has none.
        EncoderError: the encoder cannot be had. FeaturesError: the features would not be those that the bundle was trained with.
    """
    reads, own = bundle.manifest.encoder, own_features(catalogue)
    if own is None and reads.is_own:
        msg = f"{len(catalogue)} items have no features, and bundle {bundle.id} was trained on the shop's own; add the column"
        raise InputError(msg, path=catalogue.root, field="features")
    if own is not None:
        mend = "leave the column `features` out, or train on it"
        check_features(f"bundle {bundle.id}", reads, f"{catalogue.root}", FeatureSpec.own(own.shape[1]), mend=mend)
        return own
    encoder = load_encoder(bundle.encoder_spec, bundle.device)
    mend = "use the same weights and library, or train again"
    check_features(f"bundle {bundle.id}", reads, "its encoder here", encoder.features, mend=mend)
    found = catalogue_features(catalogue, encoder, cache, progress)
    tell_refused(found.refused, warn)
    return found.features


def figures_of(evaluated: Evaluated, oracle: Mapping[str, float]) -> dict[str, Any]:
    """Figures of one task for the result; ``ci95`` and the baselines are in its first metric.

    A calibration error has no interval: each resample of questions adds to it what chance had added already, so that it often lies below
    all of them. ``ece_floor`` and ``calibration_debiased`` say what chance is of it.
    """
    metrics = evaluated.model.metrics()
    first = next(iter(metrics))
    others = {name: answers.metrics()[first] for name, answers in evaluated.baselines.items()}
    both: dict[tuple[str, str], Metric] = {("model", name): metric for name, metric in metrics.items() if name != "ece"}
    both |= {("baseline", name): metric for name, metric in others.items()}
    found = {key: interval and list(interval) for key, interval in intervals(both, len(evaluated.task.questions)).items()}
    figures: dict[str, Any] = {
        **{name: finite(metric.value) for name, metric in metrics.items()},
        "n": len(evaluated.task.questions),
        "ci95": found["model", first],
        "ci95_by_metric": {name: found.get(("model", name)) for name in metrics},
        "baselines": {name: finite(metric.value) for name, metric in others.items()},
        "baselines_ci95": {name: found["baseline", name] for name in others},
        "chance": evaluated.task.chance(),
    }
    if by_chance := evaluated.model.ties_by_chance():
        figures["ties_by_chance"] = by_chance
        figures["baselines_ties_by_chance"] = {name: answers.ties_by_chance()[first] for name, answers in evaluated.baselines.items()}
    if isinstance(evaluated.model, CompatibilityAnswers):
        figures |= evaluated.model.by_size()
    known = {name: float(oracle[name]) for name in figures["chance"] if name in oracle}
    if known:
        figures["oracle"] = known
        figures["share_of_oracle"] = {name: _share(figures[name], figures["chance"][name], best) for name, best in known.items()}
    return figures


def _share(value: float | None, chance: float, oracle: float) -> float | None:
    return None if value is None or oracle <= chance else (value - chance) / (oracle - chance)
