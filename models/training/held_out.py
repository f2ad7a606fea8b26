"""Does a training earn its place? Its bundle, on outfits that it did not learn from, beside the cosine of the features and counting pairs.

Each outfit is asked about four times, each time with another item left out and other wrong ones: three of the item's category, drawn at
random, and three as popular ones. Ties are broken by chance for all three alike. Where validation outfits are few, and training takes no
longer than a minute, everything is trained anew without a quarter of all outfits, for each quarter, and asked about that one; workers
share out the quarters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from models.bundle import Bundle
from models.datasets.draw_questions import draw_questions
from models.datasets.schema import Dataset, Outfit
from models.encoders.features import FloatArray
from models.evaluation.baselines import build_baselines
from models.evaluation.metrics import fitb_correct
from models.evaluation.scorer import ModelScorer
from models.evaluation.tasks import FillInTheBlankAnswers, pack
from models.manifest import HeldOut
from models.training.run import Run

ENOUGH: Final = 50
"""Validation outfits from which on they are asked about; fewer are asked about by cross-validation."""
_SEEDS: Final = range(4)
_KINDS: Final = ("fitb", "fitb_popularity")
_FOLDS: Final = 4
_MOST_MINUTES: Final = 1.0  # that a training may take for four more of it
_RESAMPLES: Final = 1_000
_SIMPLE: Final = ("raw_cosine", "co_purchase")


def held_out(bundle: Bundle, run: Run[Any], fit: Callable[[Run[Any]], Bundle]) -> HeldOut | None:
    """The comparison; None where there is nothing to ask.

    Args:
        bundle: what ``fit`` made of ``run``.
    """
    valid = run.dataset.outfits_of("valid")
    if len(valid) >= ENOUGH or (valid and (bundle.manifest.measured.get("minutes") or 0.0) > _MOST_MINUTES):
        return _compared([_asked(bundle, run.features, run.dataset, valid)], folds=0)
    chosen = {outfit.id: number % _FOLDS for number, outfit in enumerate(_shuffled([*run.dataset.outfits_of("train"), *valid], run.seed))}
    mine, parts = run.workers.mine(np.arange(_FOLDS)).tolist(), []
    with run.progress("training without a quarter, and asking about it, quarters", len(mine)) as advance:
        for fold in mine:
            outfits = [replace(outfit, split="test") if chosen.get(outfit.id) == fold else outfit for outfit in run.dataset.outfits]
            without = run.over(replace(run.dataset, outfits=tuple(outfits)), f"without-{fold}")
            if any(outfit.split == "train" for outfit in outfits):
                parts.append(_asked(fit(without), run.features, without.dataset, without.dataset.outfits_of("test")))
            advance()
    parts = [part for told in run.workers.told(parts) for part in told]
    return _compared(parts, folds=len(parts))


def _shuffled(outfits: Sequence[Outfit], seed: int) -> list[Outfit]:
    return [outfits[place] for place in np.random.default_rng(seed).permutation(len(outfits))]


def _asked(bundle: Bundle, features_NF: FloatArray, dataset: Dataset, asked: Sequence[Outfit]) -> list[tuple[str, list[bool]]]:
    """Of each question the outfit's id, and whether the bundle, the cosine and counting found the answer."""
    catalogue, mine = dataset.catalogue, {outfit.id for outfit in asked}
    embedded_ND = bundle.embed(features_NF, catalogue.categories, catalogue.texts(), catalogue.ids)
    simple = build_baselines(catalogue, dataset.outfits_of("train"), features_NF)
    scorers = [ModelScorer(bundle, embedded_ND, catalogue.categories), *(simple[name] for name in _SIMPLE)]
    others, found = [outfit for outfit in dataset.outfits if outfit.id not in mine], []
    for seed in _SEEDS:
        drawn = draw_questions(asked, others, catalogue, seed=seed).tasks
        for questions in (drawn[kind] for kind in _KINDS if kind in drawn):
            answers = [pack(questions, catalogue, bundle.probability).answer(scorer, np.random.default_rng(seed)) for scorer in scorers]
            right = np.stack([fitb_correct(given.rank_B) for given in answers if isinstance(given, FillInTheBlankAnswers)], axis=1)
            found += [(question.id, row) for question, row in zip(questions, right.tolist(), strict=True)]
    return found


def _compared(parts: Sequence[list[tuple[str, list[bool]]]], folds: int) -> HeldOut | None:
    asked = [question for part in parts for question in part]
    if not asked:
        return None
    _, outfit_Q = np.unique([name for name, _ in asked], return_inverse=True)
    right_Q3 = np.array([right for _, right in asked], np.float64)
    count_R = np.bincount(outfit_Q)
    sums_R3 = np.stack([np.bincount(outfit_Q, weights=column) for column in right_Q3.T], axis=1)
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(count_R), (_RESAMPLES, len(count_R)))  # outfits, not questions, are drawn
    means_S3 = sums_R3[drawn].sum(1) / count_R[drawn].sum(1)[:, None]
    ours, *simple = right_Q3.mean(0)
    best = int(np.argmax(simple))
    low, high = np.percentile(means_S3[:, 0] - means_S3[:, 1 + best], (2.5, 97.5))
    return HeldOut(
        outfits=len(count_R),
        questions=len(asked),
        folds=folds,
        fitb_accuracy=round(float(ours), 4),
        simple={name: round(float(value), 4) for name, value in zip(_SIMPLE, simple, strict=True)},
        lead=(round(float(low), 4), round(float(high), 4)),
    )
