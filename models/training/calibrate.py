"""Fits the calibrations from raw scores to probabilities, on validation outfits.

The calibration of outfits compares worn outfits and random parts of them, since requests are rarely whole outfits, with the same outfits
with every item replaced by one that is alike (``models.training.alike``). The calibration of completions compares the worn item with a
random one of its category, given a random part of the outfit's other items.

Shape legend: N items · R outfits · I items per outfit, padded · M rows of a pool.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from models.bundle import Bundle
from models.compatibility.calibration import Calibration
from models.encoders.features import FloatArray
from models.evaluation.scorer import ModelScorer
from models.training.alike import Alike, Ints
from models.training.run import Run
from models.training.worn import WornOutfits

_LEAST: Final = 20
_LEAST_OF_SIZE: Final = 50
_MOST: Final = 4_000  # outfits; a few figures are fitted
_MOST_TIMES: Final = 4


def random_outfits(rows_RI: Tensor, mask_RI: Tensor, category_N: Tensor, pool_M: Tensor, generator: torch.Generator) -> Tensor:
    """Replace every item of each outfit by a random one of its category from ``pool_M``, if there is any, ``(R, I)``."""
    replaced = rows_RI.clone()
    for category in category_N[rows_RI[mask_RI]].unique():
        members = pool_M[category_N[pool_M] == category]
        if not len(members):
            continue
        where = mask_RI & (category_N[rows_RI] == category)
        replaced[where] = members[torch.randint(len(members), (int(where.sum()),), generator=generator)]
    return replaced


def random_parts(mask_RI: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw a part of two or more items of each outfit, as a mask ``(R, I)``, and the place of one of them, ``(R,)``."""
    order_RI = torch.rand(mask_RI.shape, generator=generator).masked_fill(~mask_RI, -1).argsort(dim=1, descending=True)
    size_R = 2 + (torch.rand(len(mask_RI), generator=generator) * (mask_RI.sum(1) - 1)).long()
    part_RI = torch.zeros_like(mask_RI).scatter(1, order_RI, torch.arange(mask_RI.shape[1]) < size_R[:, None])
    return part_RI, order_RI[:, 0]


def with_replaced(rows_RI: Tensor, mask_RI: Tensor, alike: Alike, generator: torch.Generator) -> tuple[Ints, Ints]:
    """Worn outfits and parts of them, and each with every item replaced by an alike one: rows of the catalogue, -1 is padding.

    A few outfits are taken several times, each time as another part and with other items in their places.
    """
    times = max(1, min(_MOST_TIMES, _MOST // max(len(rows_RI), 1)))
    masks = [*([mask_RI] * times), *(random_parts(mask_RI, generator)[0] for _ in range(times))]
    worn_RI = rows_RI.repeat(len(masks), 1).where(torch.cat(masks), -1).numpy()
    return worn_RI, alike.replaced(worn_RI)


def calibrate(worn_scores: NDArray[np.float32], random_scores: NDArray[np.float32], sizes: NDArray[np.int64] | None = None) -> Calibration:
    """Platt scaling; the identity if there are too few scores to fit it, or worn outfits do not score higher.

    Args:
        sizes: number of items of each outfit; None: one calibration for all sizes.
    """
    if not _separable(worn_scores, random_scores):
        return Calibration()
    slope, intercept = _platt(worn_scores, random_scores)
    if sizes is None:
        return Calibration(slope=slope, intercept=intercept)
    levels: list[tuple[int, float, float]] = []
    upper = np.inf
    for size in np.unique(sizes)[::-1]:  # large outfits are few, so sizes are joined from the top until there are enough
        level_R = (sizes >= size) & (sizes < upper)
        if _separable(worn_scores[level_R], random_scores[level_R], _LEAST_OF_SIZE):
            levels.append((int(size), *_platt(worn_scores[level_R], random_scores[level_R])))
            upper = size
    if levels:
        _, slope, intercept = levels.pop()
    return Calibration(slope=slope, intercept=intercept, larger=tuple(levels[::-1]))


def _separable(worn_scores: NDArray[np.float32], random_scores: NDArray[np.float32], least: int = _LEAST) -> bool:
    """Whether there are enough scores to fit, and worn outfits score higher."""
    return len(worn_scores) >= least and bool(worn_scores.mean() > random_scores.mean())


def _platt(worn_scores: NDArray[np.float32], random_scores: NDArray[np.float32]) -> tuple[float, float]:
    labels = np.repeat([1, 0], [len(worn_scores), len(random_scores)])
    fitted = LogisticRegression(C=1e4).fit(np.concatenate([worn_scores, random_scores])[:, None], labels)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def calibrated(bundle: Bundle, run: Run[Any], features_NF: FloatArray, metrics: Mapping[str, float]) -> Bundle:
    """The trained bundle with its metrics and both calibrations, fitted on validation outfits, or on training outfits without any."""
    catalogue = run.dataset.catalogue
    categories, generator = catalogue.categories, torch.Generator().manual_seed(run.seed)
    worn, valid = (WornOutfits.of(run.dataset.outfits_of(split), catalogue) for split in ("train", "valid"))
    judged = valid if len(valid) else worn
    if not len(judged):
        return replace(bundle, manifest=replace(bundle.manifest, metrics=metrics))
    scorer = ModelScorer(bundle, bundle.embed(features_NF, categories, catalogue.texts(), list(catalogue.ids)), categories)
    category_N = bundle.category_indices(categories)
    alike = Alike(category_N.numpy(), bundle.looks(scorer.embeddings_ND), worn, run.seed)
    some = torch.randperm(len(judged), generator=generator)[:_MOST]
    rows_RI, mask_RI = judged.rows_RI[some], judged.mask_RI[some]
    calibration = _of_outfits(scorer, rows_RI, mask_RI, alike, generator)
    completion = _of_items(scorer, rows_RI, mask_RI, category_N, generator)
    return replace(bundle, manifest=replace(bundle.manifest, metrics=metrics, calibration=calibration, completion=completion))


def _of_outfits(scorer: ModelScorer, rows_RI: Tensor, mask_RI: Tensor, alike: Alike, generator: torch.Generator) -> Calibration:
    worn_RI, other_RI = with_replaced(rows_RI, mask_RI, alike, generator)
    return calibrate(scorer.outfits(worn_RI), scorer.outfits(other_RI), (worn_RI >= 0).sum(1))


def _of_items(scorer: ModelScorer, rows_RI: Tensor, mask_RI: Tensor, category_N: Tensor, generator: torch.Generator) -> Calibration:
    part_RI, place_R = random_parts(mask_RI, generator)
    answer_RI = torch.zeros_like(mask_RI).scatter(1, place_R[:, None], value=True)
    drawn_RI = random_outfits(rows_RI, answer_RI, category_N, torch.arange(len(category_N)), generator)
    candidates_R2 = torch.stack([rows_RI[answer_RI], drawn_RI[answer_RI]], dim=1)
    asked = candidates_R2[:, 0] != candidates_R2[:, 1]
    context_RI = rows_RI.where(part_RI & ~answer_RI, -1)
    scores_R2 = scorer.candidates(context_RI[asked].numpy(), candidates_R2[asked].numpy())
    return calibrate(scores_R2[:, 0], scores_R2[:, 1], part_RI.sum(1)[asked].numpy())
