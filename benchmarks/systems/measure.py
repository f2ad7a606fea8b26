"""Trains one run with one seed and puts the test questions to it: a line of figures, and the answer to every question.

Shape legend: B questions · Q questions of shoppers · M outfits of each · G grades of replacement.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.systems.peers import fit_peer
from benchmarks.systems.runs import BASELINES, COLD, PEERS, Run
from models.bundle import Bundle
from models.compatibility.build import build_model
from models.datasets.read import read_dataset
from models.datasets.schema import Dataset
from models.encoders.features import FloatArray
from models.encoders.keep import catalogue_features, own_features
from models.encoders.load import SHIPPED, load_encoder
from models.evaluation import outfit_vector, personal
from models.evaluation.baselines import build_baselines
from models.evaluation.evaluate import features_for
from models.evaluation.scorer import ModelScorer, Scorer
from models.evaluation.tasks import CompatibilityAnswers, pack
from models.recipes.personal.training import is_cold
from models.recipes.train import train

Answers = dict[str, NDArray[Any]]
_TIMED: Final = 200
_CANDIDATES: Final = 64


def measure(run: Run, seed: int, data: Path, work: Path, cache: Path) -> tuple[dict[str, Any], Answers]:
    """What one training says of itself and costs, and its answers by task; see ``results.metrics_of``.

    Raises:
        InputError: the dataset lacks what the recipe needs.
    """
    started, cpu = time.perf_counter(), time.process_time()
    line: dict[str, Any] = {}
    if run.recipe in {*PEERS, *BASELINES}:
        dataset = read_dataset(data, {"train", "test"})
        scorer = other_scorer(run.recipe, dataset, cache, seed)
        trained = time.perf_counter()
        answers, ceilings = answer(run, dataset, scorer, np.random.default_rng(seed) if run.recipe in BASELINES else None)
    else:
        bundle = bundle_of(run, seed, data, work, cache)
        trained = time.perf_counter()
        dataset = read_dataset(data, {"train", "test"})
        catalogue = dataset.catalogue
        features_NF = features_for(bundle, catalogue, cache)
        embeddings_ND = bundle.embed(features_NF, catalogue.categories, catalogue.texts(), catalogue.ids)
        answers, ceilings = answer(run, dataset, ModelScorer(bundle, embeddings_ND, catalogue.categories))
        if "shoppers" in run.asked:
            answers |= ask_shoppers(dataset, bundle, embeddings_ND)
        line |= {"metrics": dict(bundle.manifest.measured), "latency_ms": latency_ms(bundle, embeddings_ND, dataset)}
    line["ceilings"] = ceilings
    line |= {"training_s": trained - started, "all_s": time.perf_counter() - started, "cpu_s": time.process_time() - cpu}
    return line, answers


def bundle_of(run: Run, seed: int, data: Path, work: Path, cache: Path) -> Bundle:
    """The trained bundle of a run and seed, or the average of the bundles that lie in ``work`` already."""
    before = made_of(run, seed, work)
    if run.recipe == "average":
        return averaged([Bundle.load(path) for path in before], run.settings)
    settings = {**run.settings, "teacher": str(before[0])} if before else run.settings
    return train(data, run.recipe, place_of(run, seed, work), settings=settings, seed=seed, cache=cache)


def place_of(run: Run, seed: int, work: Path) -> Path:
    """Where the bundle of a training lies."""
    return work / run.size / f"{run.name} {seed}"


def made_of(run: Run, seed: int, work: Path) -> list[Path]:
    """Where the bundles lie that have to be there first: an average's members, a student's teacher."""
    if not run.of:
        return []
    return [place_of(replace(run, name=run.of), one, work) for one in (range(run.members) if run.recipe == "average" else [seed])]


def averaged(bundles: Sequence[Bundle], settings: Mapping[str, str]) -> Bundle:
    """One bundle whose members are the set transformers of all: trainings of one configuration on one dataset.

    Args:
        settings: numbers of the model's configuration that are others than the members' own; none that changes their weights.
    """
    first = bundles[0].manifest
    members = [member for bundle in bundles for member in bundle.model.members]  # type: ignore[union-attr]
    others = {name: float(value) for name, value in settings.items()}
    given = first.model_config["members"][0][1] if first.model == "ensemble" else first.model_config["config"]
    config = {"members": len(members), "model": "set_transformer", "config": {**given, **others}}
    model = build_model("average", config)
    model.load_state_dict({f"members.{at}.{name}": value for at, one in enumerate(members) for name, value in one.state_dict().items()})
    manifest = replace(first, model="average", model_config=config, embedding_size=model.embedding_size)
    return Bundle(manifest, model, vocabulary=bundles[0].vocabulary, residuals=bundles[0].residuals, slots=bundles[0].slots)


def answer(
    run: Run, dataset: Dataset, scorer: Scorer, ties: np.random.Generator | None = None
) -> tuple[Answers, dict[str, tuple[float, float | None]]]:
    """Ranks and scores of the test questions by the stem of their file, and what chance and the oracle reach in its first metric.

    ``replaced`` are the scores of replaced outfits, ``(G, B)``.

    Args:
        ties: breaks ties by chance, for baselines.
    """
    found: Answers = {}
    ceilings: dict[str, tuple[float, float | None]] = {}
    for name, questions in dataset.tasks.items():
        asked = [one for one in questions if one.split == "test"]
        if not asked or (name.startswith("retrieval") and "retrieval" not in run.asked):
            continue
        task = pack(asked, dataset.catalogue, lambda scores, _: scores)
        answers = task.answer(scorer, ties)
        if isinstance(answers, CompatibilityAnswers):
            found[name] = np.stack([answers.score_B, answers.label_B])
        else:
            found[name] = answers.rank_B
        metric, chance = next(iter(task.chance().items()))
        ceilings[name] = chance, (dataset.oracle or {}).get(name, {}).get(metric)
    if "replaced" in run.asked:
        grades = outfit_vector.separation(scorer, dataset.outfits_of("test"), dataset.catalogue).scores
        found["replaced"] = np.stack([grades[grade] for grade in outfit_vector.GRADES])
    return found, ceilings


def ask_shoppers(dataset: Dataset, bundle: Bundle, embeddings_ND: FloatArray) -> Answers:
    """Scores ``(Q, M)`` of whose outfit it is, for shoppers met in training and for cold ones met in one outfit or in five."""
    catalogue = dataset.catalogue
    questions = personal.ask(dataset.outfits_of("test"), catalogue)
    before = personal.histories(dataset.outfits_of("train"))
    cold = {shopper: outfits for shopper, outfits in before.items() if is_cold(shopper, COLD) and len(outfits) >= 5}  # noqa: PLR2004
    warm = before.keys() - {shopper for shopper in before if is_cold(shopper, COLD)}

    def asked(whose: Callable[[str], bool], known: Callable[[str], Bundle | None] | None) -> NDArray[Any]:
        of = [number for number, shopper in enumerate(questions.shoppers) if whose(shopper)]
        some = replace(questions, shoppers=tuple(questions.shoppers[number] for number in of), rows_QMI=questions.rows_QMI[of])
        return personal.answer(some, bundle, embeddings_ND, catalogue.categories, known)

    found: Answers = {"hard": questions.hard_M, "warm": asked(warm.__contains__, None)}
    for count in (1, 5):
        folded_in: Mapping[str, Bundle] = personal.fold_in_each(bundle, cold, count, catalogue, embeddings_ND)
        found[f"cold{count}"] = asked(cold.__contains__, folded_in.get)
    return found


def latency_ms(bundle: Bundle, embeddings_ND: FloatArray, dataset: Dataset) -> dict[str, float]:
    """Median and 95th percentile of one query and the re-ranking of 64 candidates, one request at a time, on this process's threads."""
    catalogue = dataset.catalogue
    names, taken = np.asarray(catalogue.categories, dtype=object), []
    for outfit in [one for one in dataset.outfits_of("test") if len(one.items) > 1][:_TIMED]:
        *context, answered = (catalogue.row_of[item] for item in outfit.items)
        candidates = np.flatnonzero(names == names[answered])[:_CANDIDATES]
        candidates = np.resize(candidates, _CANDIDATES)
        started = time.perf_counter()
        batch = bundle.outfits([embeddings_ND[context]], [list(names[context])])
        bundle.queries(batch, [str(names[answered])])
        bundle.rank(batch, embeddings_ND[candidates][None], [list(names[candidates])])
        taken.append((time.perf_counter() - started) * 1e3)
    half, most = np.percentile(taken[len(taken) // 10 :], [50, 95])  # the first warm up
    return {"p50": float(half), "p95": float(most)}


def other_scorer(name: str, dataset: Dataset, cache: Path, seed: int) -> Scorer:
    """A peer, fitted now, or a baseline."""
    catalogue, train_outfits, own = dataset.catalogue, dataset.outfits_of("train"), own_features(dataset.catalogue)
    features_NF = own if own is not None else catalogue_features(catalogue, load_encoder(SHIPPED), cache).features
    if name in PEERS:
        return fit_peer(name, catalogue, train_outfits, features_NF, seed)
    return build_baselines(catalogue, train_outfits, features_NF)[name]
